"""Runs a program on JAX, in this process, with every input that selects a path, and listens to its keys."""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import CodeType
from typing import Any

import jax
import jax.numpy as jnp

from flake8_flax_rng.verifier.jaxhooks import Hooks, load
from flake8_flax_rng.verifier.judge import NOTHING
from flake8_flax_rng.verifier.ledger import DRAW, FOLD, MADE, SPLIT, Bits, Ledger
from flake8_flax_rng.verifier.nnxhooks import modes_set
from flake8_flax_rng.verifier.places import Span
from flake8_flax_rng.verifier.reuse import Group, groups

from .speed import compiled_numbers
from .symptoms import Symptoms, watching

# The ledger tells the program's frames by this name. One name serves all programs: the lines of an instruction
# are remembered for its code object, not for its file.
FILENAME = "<program>"

INPUTS: dict[str, tuple[Any, ...]] = {
    "flag": (True, False),
    "train": (False, True),
    "n": (3, 1),
    "bias": (1.0, -1.0),
}
"""The values of each input; together they select every path."""


@dataclass(frozen=True)
class Run:
    """What one run has shown.

    Args:
        inputs: what it was given.
        groups: the keys that it used again, with the mechanism of each.
        idle: the lines of calls that made keys which nothing has used.
        symptoms: what else it has shown.
        drawn: the keys that were drawn from, in order.
    """

    inputs: dict[str, Any]
    groups: list[tuple[str, Group]]
    idle: list[Span]
    symptoms: Symptoms
    drawn: tuple[Bits, ...] = ()


def configure() -> None:
    """Set JAX up for many small programs."""
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_traceback_filtering", "off")


@functools.cache
def _hooks() -> Hooks:
    return load()


@functools.cache
def _key(seed: int) -> Any:
    return jax.random.key(seed)


@functools.cache
def _array(value: float) -> Any:
    return jnp.full(2, value)


Around = Callable[[], AbstractContextManager[None]]


@contextmanager
def uncompiled() -> Iterator[None]:
    """Compile nothing but what computes numbers, for a while.

    Yields:
        nothing.
    """
    with compiled_numbers(), jax.disable_jit():
        yield


def runs(
    source: str,
    entry: str = "main",
    given: dict[str, Any] | None = None,
    calls: int = 1,
    around: Around = uncompiled,
) -> Iterator[Run]:
    """Run a program with every input that selects a path.

    Args:
        source: the program.
        entry: the function to call.
        given: the only inputs to run it with, unless None.
        calls: how often to call the function, each time with another key.
        around: how JAX runs it.

    Yields:
        what each run has shown.
    """
    code = compile(source, FILENAME, "exec", dont_inherit=True)
    (function,) = (node for node in _functions(source) if node.name == entry)
    if given is not None:
        yield Run(given, *_watched(code, entry, given, calls, around))
        return
    parameters = [argument.arg for argument in function.args.args]
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    names = [name for name in INPUTS if name in parameters and name in read]
    for values in itertools.product(*(INPUTS[name] for name in names)):
        inputs = {name: choices[0] for name, choices in INPUTS.items() if name in parameters}
        inputs |= dict(zip(names, values, strict=True))
        yield Run(inputs, *_watched(code, entry, inputs, calls, around))


def helpers(source: str) -> list[str]:
    """List a program's functions beside ``main``: anyone may call them, with any arguments."""
    return [node.name for node in _functions(source) if node.name != "main"]


def _functions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def _watched(
    code: CodeType, entry: str, inputs: dict[str, Any], calls: int, around: Around
) -> tuple[list[tuple[str, Group]], list[Span], Symptoms, tuple[Bits, ...]]:
    arguments = {name: _array(value) if name == "bias" else value for name, value in inputs.items()}
    ledger = Ledger(_hooks(), FILENAME)
    namespace: dict[str, Any] = {"__name__": "program"}
    given = {"key": _key(3), "x": _array(1.0), "depth": 2, "count": 2}
    symptoms = Symptoms()
    with around(), watching(symptoms, FILENAME), modes_set(FILENAME) as modes, ledger.listening():
        exec(code, namespace)
        function = namespace[entry]
        wanted = function.__code__.co_varnames[: function.__code__.co_argcount - len(function.__defaults__ or ())]
        arguments |= {name: value for name, value in given.items() if name in wanted}
        try:
            for call in range(2 if function.__defaults__ else calls):
                arguments |= {"key": _key(3 + call)} if call and calls > 1 and "key" in wanted else {}
                made = function(**arguments)  # twice, if the second call can show that a default stays the same
                if isinstance(made, Iterator):
                    list(made)
                elif entry != "main":
                    _go_on_with(made)
        except Exception as error:
            symptoms.note(error, FILENAME)
            symptoms.raised += modes if NOTHING in str(error) else []
    _recognise(ledger)
    drawn = tuple(event.key for event in ledger.events if event.kind == DRAW)
    return [(mechanism(group, ledger), group) for group in groups(ledger)], list(_idle(ledger)), symptoms, drawn


def _recognise(ledger: Ledger) -> None:
    """Let the ledger know a function that NNX has mapped from the lines of a frame that JAX remembers.

    Such a frame has code of its own, which knows its name and its line.
    """
    known = [(code.co_name, {line for *_, line in code.co_lines()}, span) for code, span in ledger.mapped.items()]
    for code, line in {(site.code, site.span.first) for event in ledger.events for site in event.stack}:
        for name, lines, span in known:
            if code.co_name == name and line in lines:
                ledger.mapped.setdefault(code, span)


def _go_on_with(made: Any) -> None:
    """Draw from the keys that a function has returned, as whoever calls it may do."""
    for leaf in jax.tree.leaves(made):
        if isinstance(leaf, jax.Array) and jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key) and not leaf.ndim:
            jax.random.bits(leaf)


def _idle(ledger: Ledger) -> Iterator[Span]:
    """Find the calls that made keys which nothing has used.

    Of keys that several calls have made it cannot be told whose are used: any of the calls may be idle.
    """
    made = [event for event in ledger.events if event.kind in (SPLIT, FOLD)]
    calls: dict[Bits, set[Hashable]] = {}
    for event in made:
        for key in event.children:
            calls.setdefault(key, set()).add(event.call)
    touched = {event.key for event in ledger.events if event.kind != MADE}
    used = {event.call for event in made for key in event.children if key in touched and len(calls[key]) == 1}
    for event in made:
        if event.call not in used:
            yield from (site.span for site in event.stack)


def mechanism(group: Group, ledger: Ledger) -> str:
    """Tell in which way a key came to be used again.

    Args:
        group: the reuses that are one mistake.
        ledger: what happened in the run.

    Returns:
        "lanes" for a key that the lanes of a vmap share, "fold" or "seed" for one that was made twice, else "reuse".
    """
    if all(reuse.first is reuse.second for reuse in group.roots):
        return "lanes"
    makers: dict[Any, dict[Any, str]] = {}
    parents: dict[Any, set[Any]] = {}
    for event in ledger.events:
        if event.kind == MADE:
            makers.setdefault(event.key, {})[event.call] = event.kind
        for child in event.children:
            makers.setdefault(child, {})[event.call] = event.kind
            parents.setdefault(child, set()).add(event.key)
    lineage = [reuse.key for reuse in group.roots]
    for key in lineage:
        lineage.extend(parent for parent in parents.get(key, ()) if parent not in lineage)
    kinds = [list(makers.get(key, {}).values()) for key in lineage]
    if any(len(made) > 1 and FOLD in made for made in kinds):
        return "fold"
    if any(made.count(MADE) > 1 for made in kinds):
        return "seed"
    return "reuse"
