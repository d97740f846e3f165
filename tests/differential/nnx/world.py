"""What is compared in programs about NNX."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
from flax import nnx

from flake8_flax_rng.verifier.jaxhooks import replaced
from flake8_flax_rng.verifier.ledger import Bits
from flake8_flax_rng.verifier.places import Span, caller, stack_of
from tests.differential.compare import PLAIN, Futile, World
from tests.differential.nnx.interpreted import interpreted
from tests.differential.oracle import FILENAME, runs
from tests.differential.speed import compiled_numbers

_REUSE = (*PLAIN.reuse, "RNG303", "RNG304", "RNG306", "RNG307", "RNG308")
_RAISING = PLAIN.raising | {"RNG301", "RNG302", "RNG305", "RNG309", "RNG310", "RNG312", "RNG313"}
_FUTILE = frozenset({"RNG306", "RNG309", "RNG310"})  # RNG306 speaks for a split that splits nothing


@contextmanager
def _traced() -> Iterator[None]:
    with interpreted(), compiled_numbers():
        yield


def _in_vain(source: str, inputs: dict[str, Any] | None) -> list[Futile]:
    """Find statements that cannot change anything.

    These are a method that is not called and a view that nobody keeps, without which the program draws from the same
    keys; a decorator that splits no stream, likewise, of which nothing need be said where its function draws nothing;
    and a reseed after which all streams are what they were.
    """
    reseeds: list[Span] = []
    idle = list(_idle(ast.parse(source)))
    if not idle and "nnx.reseed" not in source:
        return []
    with _reseeds_in_vain(reseeds):
        before, end = _drawn(source, inputs)
    found = []
    for line, last in idle:
        after = _drawn(_without(source, line), inputs)[0]
        text = source.splitlines()[line - 1]
        same = before == after or ("nnx.view" in text and _as_many(before, after))
        if line < end and same and _is_reached(source, line, inputs):
            harmless = text.lstrip().startswith("@") and _draws_nothing(source, last + 2, before, inputs)
            found.append(Futile(Span(line, last), not harmless))
    return [*found, *map(Futile, reseeds)]


def _draws_nothing(source: str, line: int, before: list[Any], inputs: dict[str, Any] | None) -> bool:
    """Return whether a function of one line draws nothing, and so needs no split."""
    return _drawn(_with(source, line, "return x"), inputs)[0] == before


def _as_many(before: list[tuple[Bits, ...]], after: list[tuple[Bits, ...]]) -> bool:
    """Tell whether as many keys are drawn from: `view` itself draws one from a default stream, which is then lost."""
    return list(map(len, before)) == list(map(len, after))


def _is_reached(source: str, line: int, inputs: dict[str, Any] | None) -> bool:
    """Tell whether a run comes to a statement: one that raises in its place leaves the program there."""
    if source.splitlines()[line - 1].lstrip().startswith("@"):
        return True
    raising = runs(_with(source, line, "raise AssertionError"), given=inputs, around=_traced)
    return any(span.first == line for run in raising for span in run.symptoms.raised)


def _without(source: str, line: int) -> str:
    """Leave out the statement, or the decorator, that is one line of a program."""
    decorates = source.splitlines()[line - 1].lstrip().startswith("@")
    return _with(source, line, "# left out" if decorates else "pass")


def _with(source: str, line: int, statement: str) -> str:
    """Put a statement in the place of one that is one line of a program."""
    text = source.splitlines()
    text[line - 1] = " " * (len(text[line - 1]) - len(text[line - 1].lstrip())) + statement
    return "\n".join(text) + "\n"


def _drawn(source: str, inputs: dict[str, Any] | None) -> tuple[list[Any], float]:
    """Return the keys that a program draws from, and the line at which it ends."""
    seen = list(runs(source, given=inputs, around=_traced))
    raised = [span.first for run in seen for span in run.symptoms.raised[:1]]
    return [run.drawn for run in seen], min(raised, default=float("inf"))


def _idle(node: ast.AST) -> Iterator[tuple[int, int]]:
    """Go through the lines that may change nothing, those in branches too.

    Of the decorators of a function, the finding may stand at any.
    """
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Expr):
            value = inner.value
            uncalled = isinstance(value, ast.Attribute) and value.attr in ("eval", "train")
            if uncalled or (isinstance(value, ast.Call) and ast.unparse(value.func) == "nnx.view"):
                yield inner.lineno, inner.lineno
        elif isinstance(inner, ast.FunctionDef) and any("only=" in ast.unparse(one) for one in inner.decorator_list):
            yield inner.decorator_list[0].lineno, inner.lineno - 1
        else:
            yield from _idle(inner)


@contextmanager
def _reseeds_in_vain(found: list[Span]) -> Iterator[None]:
    def wrap(original: Any) -> Any:
        def reseed(node: Any, **settings: Any) -> None:
            before = _keys(node)
            original(node, **settings)
            if _keys(node) == before:
                found.extend(site.span for site in stack_of(caller(), FILENAME)[-1:])

        return reseed

    with replaced(nnx, "reseed", wrap):
        yield


def _keys(node: Any) -> list[bytes]:
    return [jax.random.key_data(key).tobytes() for key in jax.tree.leaves(nnx.state(node, nnx.RngKey))]


NNX = World(
    reuse=_REUSE,
    raising=_RAISING,
    futile=_FUTILE,
    in_vain=_in_vain,
    around=_traced,
    alone=False,
    meant=(*PLAIN.meant, "same-objective"),
    counts=True,
)
"""Streams and modules of NNX."""
