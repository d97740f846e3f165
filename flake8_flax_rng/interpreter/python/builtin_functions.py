"""Python's built-in functions and a few of the standard library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import deterministic_flag, key_contract
from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.models import Calls, Model
from flake8_flax_rng.interpreter.domain.budget import ROUNDS_KNOWN
from flake8_flax_rng.interpreter.domain.heap import DictObject, ListObject
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Class,
    Const,
    Function,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python import classes, frozen_dataclasses
from flake8_flax_rng.interpreter.python.assignment import set_attribute
from flake8_flax_rng.interpreter.python.attributes import attribute
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.python.iteration import in_order, iterate, known_items, spread
from flake8_flax_rng.interpreter.python.iterators import asked, own
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.jax_random import CLONE, FOLD_IN, KEY_DATA, SAMPLERS, SEEDS, SPLIT, WRAP
from flake8_flax_rng.semantics.names import canonical

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_SCALARS = frozenset({"builtins.int", "builtins.float", "builtins.str", "builtins.bool"})
_ARRAYS = frozenset({"jax.Array", "jax.numpy.ndarray"})
_HAD = frozenset({*SEEDS, *SAMPLERS, SPLIT, FOLD_IN, CLONE, KEY_DATA, WRAP})
_LAZY = frozenset(
    {
        *(f"builtins.{name}" for name in ("range", "enumerate", "zip", "reversed")),
        *(f"itertools.{name}" for name in ("chain", "islice", "product", "zip_longest")),
    }
)


def _lazy(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Return a call that is put off until somebody goes over it."""
    given: list[Value] = []
    for value in args.positional:
        engine.book.read(value)
        asked_for, state = asked(engine, value, state, site)
        given.append(asked_for)
    return [(Partial(Symbol(path), tuple(given), tuple(args.keywords.items())), state)]


def _going_over(model: Model) -> Model:
    """Return a model that is given what its only argument iterates over."""

    def follow(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
        if len(args.positional) == 1:
            asked_for, state = asked(engine, args.positional[0], state, site)
            args = Args([asked_for], args.keywords, args.open_positional, args.open_keywords, args.nodes)
        return model(engine, path, args, state, site)

    return follow


def _partial(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if not args.positional or not args.complete():
        return None
    return [(Partial(args.positional[0], tuple(args.positional[1:]), tuple(args.keywords.items())), state)]


def _list(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if not args.positional:
        return [(engine.allocate(state, ListObject(())), state)]
    iteration = iterate(engine, args.positional[0], state)
    items = known_items(args.positional[0], state)
    if items is not None:
        return [(engine.allocate(state, ListObject(tuple(items))), state)]
    return [(engine.allocate(state, ListObject(tuple(iteration.passes), iteration.exact)), state)]


def _sorted(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    items = in_order(args.positional[0], state) if len(args.positional) == 1 and not args.keywords else None
    return [(engine.allocate(state, ListObject(tuple(items))), state)] if items is not None else None


def _deque(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Return a list, unless it is one that drops what it cannot hold."""
    return _list(engine, path, args, state, site) if not args.keywords and len(args.positional) < 2 else None


def _tuple(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if not args.positional:
        return [(Tuple(()), state)]
    value = args.positional[0]
    items = known_items(value, state)
    if items is not None:
        return [(Tuple(tuple(items)), state)]
    if isinstance(value, Keys):
        return [(value, state)]
    return _list(engine, path, args, state, site)


def _dict(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    found = DictObject(())
    for value in args.positional[:1]:
        other = state.heap.get(value.address) if isinstance(value, Ref) else None
        found = replaced(other, frozen=False) if isinstance(other, DictObject) else _from_pairs(engine, value, state)
    for value in args.keywords.values():
        engine.book.read(value)
    entries = tuple((Const(name), value) for name, value in args.keywords.items())
    return [(engine.allocate(state, found.updated(DictObject(entries, args.complete()))), state)]


def _fromkeys(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    names = known_items(args.positional[0], state) if args.positional else None
    if names is None or not args.complete():
        return None
    value = args.get(1, None) or NONE
    found = DictObject(tuple((name, value) for name in names if isinstance(name, Const)))
    return [(engine.allocate(state, replaced(found, complete=len(found.entries) == len(names))), state)]


def _from_pairs(engine: Engine, value: Value, state: State) -> DictObject:
    iteration = iterate(engine, value, state)
    found = DictObject((), iteration.exact)
    for pair in iteration.passes:
        items = known_items(pair, state)
        if items is None or len(items) != 2 or not isinstance(items[0], Const):
            return DictObject((), complete=False)
        found = found.set(items[0], items[1])
    return found


def _len(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    value = args.get(0, None)
    items = known_items(value, state) if value is not None else None
    if items is not None:
        return [(Const(len(items)), state)]
    if isinstance(value, Keys) and value.count is not None:
        return [(Const(value.count), state)]
    return unknown_code.pure_call(engine, "len", args, state)


def _getattr(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if len(args.positional) >= 2 and isinstance(args.positional[1], Const):
        name = args.positional[1].value
        if isinstance(name, str) and not (len(args.positional) > 2 and isinstance(args.positional[0], Opaque)):
            return attribute(engine, site.node, args.positional[0], name, state)
    return [(engine.unknown("attribute"), state)]


def _setattr(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if len(args.positional) == 3 and isinstance(args.positional[1], Const):
        name = args.positional[1].value
        if isinstance(name, str):
            set_attribute(engine, args.positional[0], name, args.positional[2], state)
            return [(NONE, state)]
    return unknown_code.unknown_call(engine, Symbol("builtins.setattr"), args, state)


def _opened(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """``vars(x)``: whatever is done with the result changes ``x`` unseen."""
    for value in args.positional:
        unknown_code.escape(engine, value, state)
    return [(engine.unknown("attributes"), state)]


def _iter(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if len(args.positional) != 1:
        return None
    value = args.positional[0]
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if isinstance(found, ListObject) and found.once:
        return [(value, state)]
    items = spread(engine, value, state)
    if items is None:
        engine.book.read(value)
        return [(engine.unknown("iterator"), state)]
    return [(engine.allocate(state, ListObject(tuple(items), once=True)), state)]


def _cycle(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """``itertools.cycle``: as many of its items as anyone is likely to ask for one by one."""
    items = spread(engine, args.positional[0], state) if len(args.positional) == 1 else None
    if not items:
        return None
    engine.book.read(args.positional[0])
    again = -(-ROUNDS_KNOWN // len(items))
    return [(engine.allocate(state, ListObject(tuple(items * again), complete=False, once=True, round=True)), state)]


def _next(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    iterator = args.get(0, None)
    method = own(iterator, "__next__", state) if iterator is not None else None
    if method is not None:
        return engine.call(method, Args(), state, site)
    found = state.heap.get(iterator.address) if isinstance(iterator, Ref) else None
    if iterator is not None:
        known = found.items[0] if isinstance(found, ListObject) and found.items else None
        key_contract.check_asked(engine, iterator, known, site.node, state)
    if isinstance(iterator, Ref) and isinstance(found, ListObject) and found.items:
        state.heap[iterator.address] = replaced(found, items=found.items[1:], count=None)
        engine.book.read(found.items[0])
        return [(found.items[0], state)]
    for value in args.positional:
        unknown_code.escape(engine, value, state)
    return [(engine.unknown("next"), state)]


def _field(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    default = args.keywords.get("default")
    if "default_factory" in args.keywords:
        return [(Native("field", args.keywords["default_factory"]), state)]
    return [(default if default is not None else engine.unknown("field"), state)]


def _isinstance(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if len(args.positional) == 2:
        value, types = args.positional
        found = state.instance(value)
        known = classes.belongs(found, types) if found is not None else _of_types(value, types)
        if known is not None:
            return [(Const(known), state)]
    return unknown_code.pure_call(engine, "isinstance", args, state)


def _of_types(value: Value, types: Value) -> bool | None:
    """Return whether a number or a key is an instance of types that are known, None when that is open."""
    listed = types.items if isinstance(types, Tuple) else (types,)
    paths = [item.path for item in listed if isinstance(item, Symbol)]
    if isinstance(value, (Key, Keys)):
        if any(path in _ARRAYS for path in paths):
            return True
        return False if len(paths) == len(listed) and all(_is_number_type(path) for path in paths) else None
    if isinstance(value, Const):
        own = f"builtins.{type(value.value).__name__}"
        if own in paths:
            return True
        return False if len(paths) == len(listed) and all(path in _SCALARS for path in paths) else None
    return None


def _is_number_type(path: str) -> bool:
    return path in _SCALARS or path.startswith(("numpy.", "numbers."))


def _hasattr(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    owner, name = args.get(0, None), args.get(1, None)
    if isinstance(owner, Symbol) and isinstance(name, Const) and canonical(f"{owner.path}.{name.value!s}") in _HAD:
        return [(Const(True), state)]
    return unknown_code.pure_call(engine, "hasattr", args, state)


def _configure(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """``jax.config.update``: what settings say of keys."""
    if args.positional == [Const("jax_threefry_partitionable"), Const(False)]:
        engine.program.folds_apart = True
    if args.positional == [Const("jax_enable_custom_prng"), Const(True)]:
        engine.program.typed_keys = True
    return unknown_code.pure_call(engine, "jax.config.update", args, state)


def _bool(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    return [(args.positional[0], state)] if len(args.positional) == 1 else None


def _merge_param(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """``nn.merge_param(name, a, b)``: whichever of both is not None."""
    if len(args.positional) != 3:
        return None
    _, first, second = args.positional
    if deterministic_flag.contradiction(engine, first, second, site, state):
        return []
    if conditions.never_none(first, state) or second == NONE:
        return [(first, state)]
    absent = conditions.compared(engine, "is", first, NONE, state)
    ways = conditions.branch(engine, absent, state)
    return [(second if missing else first, path) for missing, path in ways]


def _freeze(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Return a dict, or one made of keyword arguments, as a frozen or a plain one."""
    if not args.positional or args.keywords:
        made = _dict(engine, path, args, state, site)
        value = made[0][0] if made else engine.unknown("dict")
    else:
        value = args.positional[0]
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if not isinstance(found, DictObject):
        return [(value, state)]
    return [(engine.allocate(state, replaced(found, frozen=path.endswith(".freeze"))), state)]


def _deepcopy(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    value = args.get(0, "x")
    return [(value, state)] if value is not None and not isinstance(value, (Ref, Class)) else None


def _replace(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    if len(args.positional) != 1:
        return None
    return frozen_dataclasses.call_method(engine, "replace", args.positional[0], args.shift(1), state, site)


def _update_wrapper(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """``functools.wraps``: the wrapper takes over what Linen has written on the method."""
    wrapper, wrapped = args.get(1, "wrapper"), args.get(0, "wrapped")
    if wrapper is None and wrapped is not None:
        return [(Partial(Symbol("functools.wraps"), (wrapped,), ()), state)]
    inner = undecorated(wrapped) if wrapped is not None else None
    if isinstance(wrapper, Function) and isinstance(inner, Function):
        return [(replaced(wrapper, owner=inner.owner, compact=inner.compact), state)]
    return [(wrapper, state)] if wrapper is not None else None


_FUNCTIONS: dict[str, Model] = {
    "functools.partial": _partial,
    "jax.tree_util.Partial": _partial,
    "builtins.list": _going_over(_list),
    "builtins.sorted": _sorted,
    "collections.deque": _going_over(_deque),
    "builtins.tuple": _going_over(_tuple),
    "builtins.dict": _dict,
    "builtins.len": _len,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.object.__setattr__": _setattr,
    "builtins.vars": _opened,
    "builtins.iter": _going_over(_iter),
    "builtins.next": _next,
    "itertools.cycle": _going_over(_cycle),
    "builtins.isinstance": _isinstance,
    "builtins.hasattr": _hasattr,
    "jax.config.update": _configure,
    "builtins.bool": _bool,
    "dataclasses.field": _field,
    "flax.struct.field": _field,
    "equinox.field": _field,
    "flax.linen.merge_param": _merge_param,
    "builtins.dict.fromkeys": _fromkeys,
    "flax.core.freeze": _freeze,
    "flax.core.unfreeze": _freeze,
    "dataclasses.replace": _replace,
    "functools.wraps": _update_wrapper,
    "copy.copy": _deepcopy,
    "copy.deepcopy": _deepcopy,
}

CALLS = (Calls(_lazy, _LAZY), *(Calls(model, (path,)) for path, model in _FUNCTIONS.items()))
