"""Names: terms for values, numbers for what is made, and what a reader calls a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.value_terms import ValueTerms
from flake8_flax_rng.interpreter.domain.heap import HeapObject, Instance
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, Terms
from flake8_flax_rng.interpreter.domain.values import (
    Bound,
    Class,
    Const,
    Descriptor,
    Function,
    FunctionCode,
    Key,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Value,
    Wrapped,
)
from flake8_flax_rng.semantics.libraries import SEEDED_METHODS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.paths.state import State


def library_label(term: Term) -> str:
    """Return what a reader calls a method of a library's object, or the object itself."""
    kind, owner = term.kind, term.owner
    if kind is Kind.ATTRIBUTE:
        if owner is not None and owner.kind is Kind.MADE:
            return f"{library_label(owner)}.{term.name}"
        name = term.name
        return name if name is not None and name in SEEDED_METHODS else ""
    if kind is Kind.MADE:
        return str(term.path).removesuffix(".from_pretrained").removesuffix(".from_config")
    return ""


_AROUND_ANOTHER = (Bound, Wrapped, Partial, Descriptor)


class Namer:
    """Gives names to values.

    Attributes:
        terms: the terms of the analysis.
    """

    def __init__(self) -> None:
        self.terms = Terms()
        self._numbers = 0

    def number(self) -> int:
        """Return a number that was not used before: an address, a frame or an origin."""
        self._numbers += 1
        return self._numbers

    def unknown(self, label: str = "unknown") -> Opaque:
        """Return a value of which nothing is known."""
        return Opaque(self.terms.fresh(label))

    def parameter(self, code: FunctionCode, name: str) -> Opaque:
        """Return what stands for any argument that a caller could give for a parameter."""
        return Opaque(self.terms.make(Kind.PARAMETER, code.name, code.serial, name))

    def allocate(self, state: State, found: HeapObject) -> Ref:
        """Put an object into the heap."""
        address = self.number()
        state.heap[address] = found
        return Ref(address)

    def term(self, value: Value, state: State) -> Term:
        """Return the term that names a value; containers are named by their contents."""
        if isinstance(value, Opaque):
            return value.term
        if isinstance(value, Const):
            return self.terms.const(value.value)
        if isinstance(value, Key):
            return value.term
        return ValueTerms(self.terms, state.heap).of(value)

    def label(self, value: Value, state: State) -> str:
        """Return what a reader calls a callable."""
        if type(value) is Symbol:
            return value.path
        while isinstance(value, _AROUND_ANOTHER):
            value = value.function
        if isinstance(value, Symbol):
            return value.path
        if isinstance(value, Function):
            return value.code.name.strip("<>")
        if isinstance(value, Class):
            return value.name
        if isinstance(value, Native):
            instance = state.instance(value.receiver)
            owner = "" if instance is None else f"{self.class_name(instance)}."
            return f"{owner}{value.name.rpartition('.')[2]}"
        if isinstance(value, Opaque):
            return library_label(value.term)
        instance = state.instance(value)
        return self.class_name(instance) if instance is not None else ""

    @staticmethod
    def class_name(instance: Instance) -> str:
        """Return the name of an instance's class."""
        if isinstance(instance.cls, Class):
            return instance.cls.name
        return instance.cls.path.replace("flax.linen.", "nn.").replace("flax.nnx.", "nnx.")
