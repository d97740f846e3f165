"""Which line of the program a report names."""

from __future__ import annotations

import sys
import types

import pytest

from flake8_flax_rng.verifier.lines import statement_span, traced
from flake8_flax_rng.verifier.places import Span, Stack, current_stack, parting, span_of

FILE = "<program>"


def stacks(source: str) -> list[Stack]:
    """Run a program that calls `note()`; return the stacks of the calls."""
    noted: list[Stack] = []
    exec(compile(source, FILE, "exec"), {"note": lambda: noted.append(current_stack(FILE))})
    return noted


def line(first: Stack, second: Stack) -> int:
    depth = parting(first, second)
    assert depth is not None
    return second[depth].span.first


def test_two_lines_of_one_body() -> None:
    assert line(*stacks("note()\nnote()\n")) == 2


def test_two_calls_of_one_function() -> None:
    assert line(*stacks("def f():\n    note()\nf()\nf()\n")) == 4


def test_two_lines_of_a_function_that_is_called_once() -> None:
    assert line(*stacks("def f():\n    note()\n    note()\nf()\n")) == 3


def test_a_loop() -> None:
    assert line(*stacks("def f():\n    note()\nfor _ in range(2):\n    f()\n")) == 4


def test_a_comprehension() -> None:
    assert line(*stacks("[\n    note()\n    for _ in range(2)\n]\n")) == 2


def test_a_call_over_several_lines() -> None:
    (stack,) = stacks("(\n    note\n)(\n)\n")
    assert stack[0].span == Span(1, 4)


def test_a_body_that_jax_repeats() -> None:
    # The same names as in JAX: what they call is a loop's body.
    library = types.ModuleType("library")
    source = "def fori_loop(body):\n    body()\n    body()\n"
    exec(compile(source, "/somewhere/jax/_src/loops.py", "exec"), library.__dict__)
    noted: list[Stack] = []
    program = "def body():\n    x = 1\n    note()\nloop(body)\n"
    names = {"note": lambda: noted.append(current_stack(FILE)), "loop": library.fori_loop}
    exec(compile(program, FILE, "exec"), names)
    assert line(*noted) == 3
    exec(compile(program.replace("loop(body)", "body()\nbody()"), FILE, "exec"), names)
    assert line(*noted[2:]) == 5


def test_nothing_in_common() -> None:
    assert parting((), ()) is None


def test_unknown_positions_fall_back() -> None:
    code = compile("x = 1\n", FILE, "exec")
    assert span_of(code, 10_000, 7) == Span(7, 7)


SOURCE = "if a:\n    f(\n        1,\n    )\nelse:\n    g()\nclass A:\n    x = 1\n"


@pytest.mark.parametrize(
    ("at", "span"), [(1, Span(1, 1)), (3, Span(2, 4)), (6, Span(6, 6)), (7, Span(7, 7)), (8, Span(8, 8))]
)
def test_statement_span(at: int, span: Span) -> None:
    assert statement_span(SOURCE, at) == span


def test_executed_lines() -> None:
    before = sys.gettrace()
    with traced(FILE) as trace:
        exec(compile(SOURCE, FILE, "exec"), {"a": False, "g": lambda: None})
    assert trace.lines == {1, 6, 7, 8} == set(trace.reached)
    assert sorted(trace.reached.values())[-1] <= trace.steps
    assert sys.gettrace() is before
