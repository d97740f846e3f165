"""The linter and JAX's own checker on the same programs; `python -m tests.matrix` prints the whole table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flake8_flax_rng.finding import Finding

pytest.importorskip("jax")
pytest.importorskip("flax")

from tests import matrix

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True, scope="module")
def no_optimisation() -> Iterator[None]:
    with matrix.compiled_in_haste():
        yield


def name_of(program: matrix.Program) -> str:
    return f"{'bad' if program.bad else 'good'} {program.title}".replace(" ", "_")


ALL = pytest.mark.parametrize("program", matrix.PROGRAMS, ids=name_of)


def test_there_are_enough_programs():
    assert len(matrix.BAD) >= 60
    assert len(matrix.GOOD) >= 40
    assert all(program.bad for program in matrix.BAD)
    assert not any(program.bad for program in matrix.GOOD)
    assert len({name_of(program) for program in matrix.PROGRAMS}) == len(matrix.PROGRAMS)
    assert sum(program.compiled is None for program in matrix.PROGRAMS) <= 2


@ALL
def test_the_marks_are_true(program):
    assert matrix.truth(program).problems == []


@ALL
def test_the_linter_misses_nothing_and_flags_nothing_wrongly(program):
    right = matrix.FOUND if program.bad else matrix.SILENT
    assert matrix.linter_answer(program, program.typed) == right
    assert matrix.linter_answer(program, program.legacy) == right


@ALL
def test_jax_runs_the_program_to_its_end_or_objects(program):
    answers = {head: matrix.jax_answer(program, text) for head, text in program.variants.items()}
    assert set(answers.values()) <= {*matrix.ANSWERS, matrix.NONE}
    # A legacy key is an array of numbers to JAX: when this changes, the table must say something else.
    assert answers[matrix.LEGACY] == (matrix.MISSED if program.bad else matrix.SILENT)


def test_a_mark_that_is_not_true_is_noticed():
    two_draws, children = matrix.BAD[0], matrix.GOOD[0]
    unmarked = matrix.Program("", two_draws.typed.replace("# expect: RNG101", ""))
    assert "key reused at line" in matrix.truth(unmarked).problems[0]
    marked = matrix.Program("", children.typed.replace("random.uniform(second)", "1.0  # expect: RNG101"))
    assert "not confirmed" in matrix.truth(marked).problems[0]


def test_what_counts_for_the_linter():
    def says(*lines):
        return lambda text: [Finding(line, 0, "RNG199", "") for line in lines]

    program = matrix.BAD[0]
    (line,) = program.marked
    assert matrix.linter_answer(program, program.typed, says(line, line)) == matrix.FOUND
    assert matrix.linter_answer(program, program.typed, says()) == f"{matrix.MISSED} (line {line})"
    assert matrix.linter_answer(program, program.typed, says(line, 1)) == f"{matrix.WRONG} (line 1)"
    assert (
        matrix.linter_answer(program, program.typed, says(1))
        == f"{matrix.MISSED} (line {line}), {matrix.WRONG} (line 1)"
    )
    assert matrix.linter_answer(matrix.GOOD[0], "", says(2)) == f"{matrix.WRONG} (line 2)"
    assert matrix.linter_answer(matrix.GOOD[0], "", says()) == matrix.SILENT


def test_the_table():
    rows = {program.title: matrix.row(program) for program in (matrix.BAD[0], matrix.GOOD[0])}
    text = matrix.table(rows)
    assert "linter: finds 1, misses 0, flags 0 wrongly, of 2 programs\n" in text
    assert text.endswith("JAX, legacy: finds 0, misses 1, flags 0 wrongly, of 2 programs")
