"""Instances: calling a class of the linted file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import Args, Class, Function, Key, Keys, Native, Symbol, Value
from flake8_flax_rng.interpreter.linen import modules
from flake8_flax_rng.interpreter.python import classes, lineage
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State


def instantiate(engine: Engine, cls: Class, args: Args, state: State, site: Site) -> Outcomes:
    """Call a class of the linted file."""
    if isinstance(cls.target, Symbol):
        return modules.make_layer(engine, cls.target.path, args, state, site, cls)
    if lineage.is_linen(cls) and not modules.may_be_made(engine, cls.name, args, site):
        return []
    found = Instance(cls, frozen=lineage.is_frozen(cls), symbolic=not args.complete() or not classes.fully_known(cls))
    if classes.has_constructor_fields(cls):
        found = replaced(found, attributes=_given_fields(engine, cls, args, state, site))
    if lineage.is_linen(cls):
        found = modules.placed(engine, found, cls.name, args, state)
    ref = engine.allocate(state, found)
    if lineage.is_linen(cls):
        engine.program.fields[ref.address] = _written_fields(engine, cls, args)
    constructor = classes.member(cls, "__init__")
    if constructor is None and not classes.has_constructor_fields(cls):
        for value in args.values():
            unknown_code.escape(engine, value, state)
    method = constructor if constructor is not None else classes.member(cls, "__post_init__")
    if not isinstance(method, Function):
        return [(ref, state)]
    given = args.prepend(ref) if constructor is not None else Args([ref])
    if constructor is None and lineage.is_linen(cls):
        return modules.post_init(engine, method, ref, state, site)
    return [(ref, after) for _, after in engine.call(method, given, state, site)]


def _field_names(cls: Class) -> list[str]:
    return [name for name in cls.fields if name not in ("name", "parent") or not lineage.is_linen(cls)]


def _written_fields(engine: Engine, cls: Class, args: Args) -> dict[str, Site]:
    """Return where each field of a module is given in the call of its constructor."""
    names = _field_names(cls)
    return {
        (place if isinstance(place, str) else names[place]): engine.site(node)
        for place, node in args.nodes.items()
        if isinstance(place, str) or place < len(names)
    }


def _given_fields(engine: Engine, cls: Class, args: Args, state: State, site: Site) -> dict[str, Value]:
    names = _field_names(cls)
    fields = dict(zip(names, args.positional, strict=False))
    fields.update(args.keywords)
    for name in names:
        if name not in fields and args.complete():
            fields[name] = _default(engine, name, classes.member(cls, name), state, site)
    return fields


def _default(engine: Engine, name: str, default: Value | None, state: State, site: Site) -> Value:
    """Return what a field is that was not given: a default that builds a key built it once for all instances."""
    if isinstance(default, Native) and default.receiver == Symbol("builtins.dict"):
        return engine.allocate(state, DictObject(()))
    if isinstance(default, Native) and default.receiver == Symbol("builtins.list"):
        return engine.allocate(state, ListObject(()))
    if isinstance(default, Native) and isinstance(default.receiver, (Class, Function)):
        return _from_factory(engine, name, default.receiver, state, site)
    if default is None or isinstance(default, Native):
        return engine.unknown(name)
    if isinstance(default, (Key, Keys)):
        engine.book.origins.mark_default(default.origin)
    return default


def _from_factory(engine: Engine, name: str, factory: Class | Function, state: State, site: Site) -> Value:
    """Return what a field is that its factory makes anew for each instance; a key made so is not followed."""
    outcomes = engine.call(factory, Args(), state, site)
    if len(outcomes) != 1:
        return engine.unknown(name)
    value, after = outcomes[0]
    if isinstance(value, (Key, Keys)):
        return engine.unknown(name)
    if after is not state:
        state.heap.update(after.heap)
    return value
