"""The commands that lint what nobody wrote for the linter: that they see what breaks, and that nothing does."""

from __future__ import annotations

import ast
import os
import time
from functools import partial

import pytest

from flake8_flax_rng.plugin import Plugin
from tests import fuzz, sweep
from tests.workers import spread

SEED = 20_260_101
FINE = {"clean", "findings", "no python", "refused"}


def broken(programs: int, generated: float) -> list[object]:
    done = spread(partial(fuzz.one, generated=generated), range(SEED, SEED + programs), fuzz.LIMIT, jobs=2)
    assert len(done) == programs
    return [pair for pair in done if isinstance(pair[1], str) or pair[1].kind not in FINE]


@pytest.mark.slow
def test_mutated_fixtures():
    assert broken(240, 0.0) == []


@pytest.mark.slow
def test_random_programs():
    pytest.importorskip("pysource_codegen", reason="from the extra `test`")
    assert broken(60, 1.0) == []


@pytest.mark.slow
def test_mutated_fixtures_through_flake8(tmp_path):
    assert fuzz.processes(range(SEED, SEED + 30), tmp_path) == ""


def test_programs_are_the_same_each_time_and_most_are_python():
    programs = [fuzz.program(seed, 0.0) for seed in range(60)]
    assert programs == [fuzz.program(seed, 0.0) for seed in range(60)]
    assert len(set(programs)) == 60
    valid = 0
    for program in programs:
        try:
            ast.parse(program)
        except (SyntaxError, ValueError):
            continue
        valid += 1
    assert 20 < valid < 60


def test_a_program_that_a_mutation_has_emptied(monkeypatch):
    monkeypatch.setattr(fuzz, "MUTATIONS", (lambda data, choose: b"1\n", fuzz._names))
    assert {fuzz.program(seed, 0.0) for seed in range(20)} >= {b"1\n"}


# What the commands see


REUSE = b"import jax\nkey = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.normal(key)\n"


def test_a_finding_is_fine():
    assert fuzz.judge(REUSE).kind == "findings"
    assert fuzz.judge(b"import jax\n").kind == "clean"
    assert fuzz.judge(b"import jax\n(x): int = 3\n").kind == "refused"
    assert fuzz.judge(b"import jax\nx = (\n").kind == "no python"


@pytest.mark.parametrize(
    "reports",
    [
        [(1, 0, "RNG001 not analysed: KeyError: 'x'", Plugin)],
        [(1, 0, "RNG001 not analysed: LibCST cannot parse it", Plugin)] * 2,
        [(0, 0, "RNG101 x", Plugin)],
        [(5, 0, "RNG101 x", Plugin)],
        [(1, 12, "RNG101 x", Plugin)],
        [(1, 0, "RNG999 x", Plugin)],
    ],
)
def test_what_is_broken(monkeypatch, reports):
    monkeypatch.setattr(Plugin, "run", lambda self: iter(reports))
    assert fuzz.judge(REUSE).kind == "broken"


def test_what_is_raised_is_broken(monkeypatch):
    def run(self: Plugin) -> None:
        raise RecursionError

    monkeypatch.setattr(Plugin, "run", run)
    assert fuzz.judge(REUSE).kind == "broken"


def test_a_tree_that_is_changed_is_broken(monkeypatch):
    def run(self: Plugin) -> list[object]:
        self.tree.body.pop()
        return []

    monkeypatch.setattr(Plugin, "run", run)
    assert fuzz.judge(REUSE) == fuzz.Verdict("broken", "the tree was changed", pytest.approx(0, abs=5))


@pytest.mark.slow
def test_workers_that_hang_or_crash():
    assert spread(time.sleep, [0.0, 60.0, 0.1], limit=20 if os.environ.get("CI") else 8, jobs=1) == [
        (0.0, None),
        (60.0, "hung"),
        (0.1, None),
    ]
    assert spread(os._exit, [3], limit=60, jobs=1) == [(3, "crashed")]


@pytest.mark.slow
def test_a_sweep(tmp_path):
    (tmp_path / "reuse.py").write_bytes(REUSE)
    (tmp_path / "plain.py").write_text("import os\n")
    (tmp_path / "broken.py").write_text("x = (\n")
    (tmp_path / "refused.py").write_text("import jax\n(x): int = 3\n")
    (tmp_path / "notes.txt").write_text("x")
    found = {os.path.basename(o.path): (o.kind, o.findings) for o in sweep.sweep([tmp_path], limit=60)}
    assert found == {
        "broken.py": ("no python", 0),
        "plain.py": ("linted", 0),
        "refused.py": ("refused", 0),
        "reuse.py": ("linted", 1),
    }
    everything = sweep.sweep([tmp_path / "reuse.py"], everything=True, limit=60)
    assert [outcome.kind for outcome in everything] == ["linted"]


def test_a_file_that_is_not_analysed_without_reason(monkeypatch, tmp_path):
    def lint(*_: object) -> None:
        raise KeyError("why")

    monkeypatch.setattr("flake8_flax_rng.lint.lint", lint)
    (tmp_path / "reuse.py").write_bytes(REUSE)
    outcome = sweep.lint(str(tmp_path / "reuse.py"), everything=False)
    assert (outcome.kind, outcome.reason) == ("failed", "RNG001 not analysed: KeyError: 'why'")
    row = sweep.Row("tree")
    row.add(outcome)
    assert sweep.table([row]).splitlines()[1].split()[:6] == ["tree", "1", "0.0", "0", "0", "1"]
