"""Calls that lead to one of several functions: methods of which only the class is declared, entries of a registry.

What all of them are certain to do with a key is certain. A class that the project does not hold may do otherwise; the
message names those that count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.domain.budget import CLASSES_NAMED
from flake8_flax_rng.interpreter.domain.events import Use
from flake8_flax_rng.interpreter.domain.kinds import Binding, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Args, Class, Descriptor, Function, Key, Opaque, Ref, Symbol, Value
from flake8_flax_rng.interpreter.jax.certain_draws import Certain, consumes
from flake8_flax_rng.interpreter.jax.random import key_term
from flake8_flax_rng.interpreter.libraries import consumers
from flake8_flax_rng.interpreter.paths.state import LedgerKey
from flake8_flax_rng.interpreter.python import classes, declared_types, lineage
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.python.functions import is_left_to_subclasses
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.consumers import Makes
from flake8_flax_rng.semantics.names import handles_keys

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

Implementations = tuple[tuple[Class | None, Function], ...]


def call_declared(engine: Engine, method: Term, args: Args, state: State) -> Outcomes | None:
    """Call a method of a parameter or attribute that is declared to be of a class; None if nothing is known of it."""
    owner = method.owner
    if owner is None or method.name is None or not _may_be_key(engine, args):
        return None
    one_of = engine.program.kinds.get(owner)
    if one_of is not None:
        return _call_all(engine, method.name, _methods([*one_of], method.name), args, state)
    cls = _declared(engine, owner, state)
    if isinstance(cls, Symbol):
        return consumers.call_declared(engine, cls.path, method, args, state)
    return _call(engine, cls, method.name, args, state) if isinstance(cls, Class) else None


def call_open(engine: Engine, function: Function, args: Args, state: State) -> Outcomes | None:
    """Call a method of an object that its class leaves to those that derive from it."""
    found = state.instance(args.positional[0]) if args.positional else None
    cls = found.cls if found is not None and isinstance(found.cls, Class) else function.owner
    rest = args.shift(1)
    if cls is None or not _may_be_key(engine, rest):
        return None
    outcomes = _call(engine, cls, function.code.name, rest, state)
    if outcomes is not None:
        for _, after in outcomes:
            unknown_code.escape(engine, args.positional[0], after)
    return outcomes


def call_member(engine: Engine, function: Term, args: Args, state: State) -> Outcomes | None:
    """Call an entry of a registry; None where nothing is known of the call."""
    members = engine.program.members.get(function)
    if members is None:
        return None
    inner = [undecorated(member) for member in members]
    functions = tuple((None, code) for code in inner if isinstance(code, Function))
    if len(functions) == len(members):
        return _call_all(engine, "entry", functions, args, state) if _may_be_key(engine, args) else None
    kinds = tuple(member for member in members if isinstance(member, Class))
    if len(kinds) < len(members):
        return None
    outcomes = _constructed(engine, kinds, args, state) or unknown_code.unknown_call(
        engine, Opaque(function), args, state
    )
    for made, _ in outcomes:
        if isinstance(made, Opaque):
            engine.program.kinds[made.term] = kinds
    return outcomes


def _constructed(engine: Engine, kinds: tuple[Class, ...], args: Args, state: State) -> Outcomes | None:
    if not _may_be_key(engine, args) or any(classes.member(cls, "__new__") is not None for cls in kinds):
        return None
    return _call_all(engine, "__init__", _methods([*kinds], "__init__"), args, state)


def _may_be_key(engine: Engine, args: Args) -> bool:
    """Return whether a call is given a key, as far as that is worth a look at the project's other classes."""
    return bool(engine.context.stack) and args.complete() and any(_is_like_a_key(engine, v) for v in args.values())


def _is_like_a_key(engine: Engine, value: Value) -> bool:
    if not isinstance(value, Opaque):
        return isinstance(value, Key)
    return handles_keys(str(value.term.name)) or engine.book.uses.drawn_from(value.term)


# -- which class it is ---------------------------------------------------------------------------------


def _declared(engine: Engine, owner: Term, state: State) -> Value | None:
    """Return the class that an unknown value is declared to be of."""
    if owner.kind is Kind.PARAMETER:
        return _of_parameter(engine, owner, state)
    found = state.instance(Ref(owner.owner.address)) if owner.owner is not None and owner.owner.address else None
    if owner.kind is not Kind.ATTRIBUTE or found is None or not isinstance(found.cls, Class):
        return None
    for base in lineage.ancestors(found.cls):
        if isinstance(base, Class):
            said = base.annotations.get(str(owner.name)) or _said_by_constructor(base, str(owner.name))
            if said is not None:
                return declared_types.meant(engine, said, base.frames, state)
    return None


def _of_parameter(engine: Engine, term: Term, state: State) -> Value | None:
    for function in engine.program.functions.values():
        if function.code.serial == term.serial:
            params = function.code.node.params
            for param in (*params.posonly_params, *params.params, *params.kwonly_params):
                if param.name.value == term.name and param.annotation is not None:
                    return declared_types.meant(engine, param.annotation.annotation, function.frames, state)
    return None


def _said_by_constructor(cls: Class, name: str) -> cst.BaseExpression | None:
    """Return the annotation of the constructor's parameter that an attribute is set to, if it is set nowhere else."""
    constructor = cls.members.get("__init__")
    node = constructor.code.node if isinstance(constructor, Function) else None
    if not isinstance(constructor, Function) or not isinstance(node, cst.FunctionDef):
        return None
    if constructor.code.chunk.text.count(f"self.{name} =") != 1:
        return None
    said = {param.name.value: param.annotation for param in node.params.params}
    for line in node.body.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            target = small.targets[0].target if isinstance(small, cst.Assign) else None
            if isinstance(small, cst.Assign) and _is_attribute(target, name) and isinstance(small.value, cst.Name):
                annotation = said.get(small.value.value)
                return annotation.annotation if annotation is not None else None
    return None


def _is_attribute(node: cst.CSTNode | None, name: str) -> bool:
    return isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.attr.value == name


# -- what its methods do -------------------------------------------------------------------------------


def _call(engine: Engine, cls: Class, name: str, args: Args, state: State) -> Outcomes | None:
    """Call a method of any object of a class."""
    return _call_all(engine, name, _implementations(engine, cls, name, state), args, state)


def _call_all(engine: Engine, name: str, found: Implementations | None, args: Args, state: State) -> Outcomes | None:
    """Call one of several functions, of which it is not known which."""
    places: list[int | str] = [*range(len(args.positional)), *args.keywords]
    given = [(place, value) for place, value in zip(places, args.values(), strict=True) if key_term(value) is not None]
    drawn = [value for place, value in given if found and _all_consume(engine, found, place, state)]
    if not drawn or not found:
        return None
    label = _label(name, found)
    parts = [engine.term(value, state) for value in args.values() if value not in drawn]
    result: Value = engine.unknown(name)
    for value in drawn:
        key = key_term(value)
        assert key is not None
        call = engine.terms.make(Kind.DRAW, key[0], label, *parts)
        engine.book.read(value)
        *around, step = engine.context.stack
        use = Use(
            (*around, replaced(step, label=label)),
            UseKind.DRAW,
            label,
            key[0],
            key[1],
            signature=call,
            call=call,
            makes=Makes.DECLARED,
        )
        engine.book.uses.consume(LedgerKey(key[0]), use, state)
        result = Opaque(call)
    for value in args.values():
        if value not in drawn:
            unknown_code.escape(engine, value, state)
    return [(result, state)]


def _label(name: str, found: Implementations) -> str:
    """Return the methods that a call may lead to, as a reader knows them."""
    names = sorted({f"{owner.name}.{name}" if owner is not None else function.code.name for owner, function in found})
    if len(names) > CLASSES_NAMED:
        names = [*names[: CLASSES_NAMED - 1], f"{len(names) - CLASSES_NAMED + 1} others"]
    return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _all_consume(engine: Engine, found: Implementations, place: int | str, state: State) -> bool:
    """Return whether all implementations consume an argument, but for those that hand it on to another one."""
    known = engine.program.consuming
    where = tuple(function.code for _, function in found), place
    if where not in known:
        known[where] = False  # for methods that lead to themselves
        said = [consumes(engine, function, owner, place, state) for owner, function in found]
        known[where] = Certain.NO not in said and Certain.YES in said
    return known[where]


def _implementations(engine: Engine, cls: Class, name: str, state: State) -> Implementations | None:
    """Return the methods of a name that the classes have which may stand for one; None where some may not be known."""
    known = engine.program.implementations
    where = cls.serial, name
    if where not in known:
        known[where] = None
        line = _line(engine, cls, name, state)
        known[where] = None if line is None else _methods(line, name)
    return known[where]


def _line(engine: Engine, cls: Class, name: str, state: State) -> list[Class] | None:
    """Return a class and those of the project that derive from it; None where some may be missing."""
    others = engine.files.others
    found = others.deriving(cls, name, state) if others is not None else None
    return None if found is None else [cls, *found]


def _methods(line: list[Class], name: str) -> Implementations | None:
    found: dict[object, tuple[Class, Function]] = {}
    for cls in line:
        member = classes.member(cls, name)
        function = undecorated(member) if member is not None else None
        if isinstance(member, Descriptor) and member.kind is not Binding.CLASSMETHOD:
            return None
        if not isinstance(function, Function):
            return None
        if not is_left_to_subclasses(function.code):
            found.setdefault(function.code, (cls, function))
    return tuple(found.values()) or None
