"""What is known to be a text: its hash is another one in each process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.semantics.libraries import GIVE_PARTS, GIVE_TEXT, TEXTS_OF_TEXT

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term

_NAMES = frozenset({"__name__", "__qualname__", "__module__"})
_TAKEN = frozenset({Kind.SUBSCRIPT, Kind.SLICE})


def salted(engine: Engine, term: Term) -> bool:
    """Return whether a value is the hash of a text, which is another one in each process."""
    return term.function == "builtins.hash" and term.argument is not None and _is_text(engine, term.argument)


def _is_text(engine: Engine, term: Term) -> bool:
    """Return whether a value is a text, or holds one; of what is not known it is not taken for granted."""
    if term.kind in (Kind.TUPLE, Kind.OP):
        return any(_is_text(engine, part) for part in term.parts)
    if term.kind is Kind.PURE:
        return term.function in GIVE_TEXT or (term.function or "").removeprefix("str.") in TEXTS_OF_TEXT
    if term.kind is Kind.CALL:
        return _is_method_of_text(engine, term, TEXTS_OF_TEXT)
    if term.kind in _TAKEN and term.owner is not None:
        return _is_text(engine, term.owner) or _is_method_of_text(engine, term.owner, GIVE_PARTS)
    if term.kind is Kind.ATTRIBUTE:
        return term.name in _NAMES
    return term.kind is Kind.FORMAT or isinstance(term.value, (str, bytes)) or _declared_as_text(engine, term)


def _is_method_of_text(engine: Engine, term: Term, methods: frozenset[str]) -> bool:
    """Return whether this is what one of some methods of a text returns."""
    callee = term.callee
    if term.kind is not Kind.CALL or callee is None or callee.kind is not Kind.ATTRIBUTE or callee.owner is None:
        return False
    return callee.name in methods and _is_text(engine, callee.owner)


def _declared_as_text(engine: Engine, term: Term) -> bool:
    """Return whether this is a parameter whose annotation says that it is a text."""
    if term.kind is not Kind.PARAMETER:
        return False
    function = next((code for code in engine.context.functions if code.serial == term.serial), None)
    if function is None:
        return False
    params = function.node.params
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        if param.name.value == term.name and param.annotation is not None:
            said = param.annotation.annotation
            return isinstance(said, cst.Name) and said.value in ("str", "bytes")
    return False
