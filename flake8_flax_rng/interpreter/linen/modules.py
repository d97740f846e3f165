"""Linen modules: where they stand, what they draw, and the calls that run them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import deterministic_flag
from flake8_flax_rng.interpreter.core import lifted, unknown_code
from flake8_flax_rng.interpreter.core.context import Activation
from flake8_flax_rng.interpreter.core.lifted import note, record
from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.events import Draw, Fixed, Misplaced
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import FixedValue, Malformation, RunKind, TurnedOff, Unserved
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Const,
    Function,
    Key,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax.random import key_term
from flake8_flax_rng.interpreter.linen import initializers, layers, rngs_argument, rnn, runs
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python import classes, lineage
from flake8_flax_rng.interpreter.python.functions import call_function
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.linen import (
    CALL_OPTIONS,
    CONTAINER,
    FLAG,
    INITIALISING,
    LAYERS,
    LIFTED_METHODS,
    RNN,
    RNN_FIELDS,
    WRAPPED,
)

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_SETUP_DONE = "<setup>"
_FIELDS: dict[str, tuple[str, ...]] = {CONTAINER: ("layers",), RNN: RNN_FIELDS}
_INIT_PLACE = 2


# -- making modules ----------------------------------------------------------------------------------


def may_be_made(engine: Engine, name: str, args: Args, site: Site) -> bool:
    """Return whether Linen lets a module be made here, and report it if not."""
    if not engine.context.activations or "parent" in args.keywords or not args.complete():
        return True
    active = engine.context.activations[-1]
    if active.compact or not active.known:
        return True
    engine.emit(Misplaced(site, name, Unserved.METHOD, active.name))
    return False


def _make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    return make_layer(engine, path, args, state, site)


def make_layer(engine: Engine, path: str, args: Args, state: State, site: Site, cls: Class | None = None) -> Outcomes:
    """Make a built-in module, or one of a lifted class of such modules."""
    known = path in LAYERS or path in _FIELDS  # of another name it is not said that there is such a module
    if known and not may_be_made(engine, path.replace("flax.linen", "nn"), args, site):
        return []
    names = LAYERS[path].fields if path in LAYERS else _FIELDS.get(path, ())
    fields = dict(zip(names, args.positional, strict=False))
    fields.update(args.keywords)
    for value in args.values():
        engine.book.read(value)
    initializers.check_fields(engine, path.replace("flax.linen", "nn"), args, state, site)
    if path == RNN:
        fields[rnn.LIFT] = rnn.lift_of(engine, fields, args, state, site)
    node = args.node(names.index(FLAG) if FLAG in names else None, FLAG)
    flag = engine.site(node) if node is not None else None
    found = Instance(cls or Symbol(path), fields, frozen=True, symbolic=not args.complete(), flag=flag)
    if path in LAYERS:
        deterministic_flag.check_rate(engine, LAYERS[path], found, args, site)
    found = placed(engine, found, cls.name if cls is not None else path.rpartition(".")[2], args, state)
    return [(engine.allocate(state, found), state)]


def placed(engine: Engine, found: Instance, class_name: str, args: Args, state: State) -> Instance:
    """Return a new module with the scope that it gets where it is made."""
    if not engine.context.activations or "parent" in args.keywords:
        return found
    address = engine.context.activations[-1].address
    parent = state.heap.get(address)
    if not isinstance(parent, Instance) or not parent.bound:
        return found
    path = None
    given = args.keywords.get("name", NONE)
    if parent.path is not None and given == NONE:
        counter = f"<made {class_name}>"
        made = parent.attributes.get(counter, Const(0))
        number = made.value if isinstance(made, Const) and isinstance(made.value, int) else 0
        state.heap[address] = parent.set(counter, Const(number + 1))
        path = (*parent.path, f"{class_name}_{number}")
    elif parent.path is not None and isinstance(given, Const):
        path = (*parent.path, str(given.value))
    return replaced(found, bound=True, path=path)


def adopt(engine: Engine, owner: Ref, name: str, value: Value, state: State) -> None:
    """Give submodules the scope of the attribute that they are stored in."""
    parent = state.heap.get(owner.address)
    if not (isinstance(parent, Instance) and parent.bound and lineage.is_linen(parent.cls)):
        return
    items = known_items(value, state) if isinstance(value, (Ref, Tuple)) else None
    if items is not None and state.instance(value) is None:
        for index, item in enumerate(items):
            _adopt_one(parent, f"{name}_{index}", item, state)
    else:
        _adopt_one(parent, name, value, state)


def _adopt_one(parent: Instance, name: str, value: Value, state: State) -> None:
    found = state.instance(value)
    if found is not None and isinstance(value, Ref) and _is_module(found):
        path = None if parent.path is None else (*parent.path, name)
        state.heap[value.address] = replaced(found, bound=True, path=path)


def _bound(value: Value, state: State) -> bool:
    found = state.instance(value)
    return found is not None and found.bound


def _is_module(found: Instance) -> bool:
    return lineage.is_linen(found.cls)


def post_init(engine: Engine, method: Function, ref: Ref, state: State, site: Site) -> Outcomes:
    """Follow ``__post_init__``, where a module has no scope yet."""
    found = state.instance(ref)
    bound = found is not None and found.bound
    name = f"{classes_name(method)}.{method.code.name}"
    with engine.within(engine.context.in_module(Activation(ref.address, True, not bound, name, post_init=True))):
        return [(ref, after) for _, after in call_function(engine, method, Args([ref]), state)]


def classes_name(method: Function) -> str:
    """Return the name of the class that a method belongs to."""
    return method.owner.name if method.owner is not None else ""


# -- following modules -------------------------------------------------------------------------------


def call_method(engine: Engine, function: Function, args: Args, state: State) -> Outcomes:
    """Call a method of a Linen module; one without ``self`` is a function that stands in a class."""
    receiver = args.positional[0] if args.positional else None
    found = state.instance(receiver) if receiver is not None else None
    if found is None or not isinstance(receiver, Ref):
        return call_function(engine, function, args, state)
    if found.given is not None:
        return call_bound_module(engine, function, receiver, found, args, state)
    name = function.code.name
    setup = name == "setup"
    active = [a for a in engine.context.activations if a.address == receiver.address]
    compact = function.compact or setup or any(a.compact for a in active)
    # A constructor of its own runs before the module has a scope: what is made there belongs to whoever makes it.
    known = name != "__init__" and (found.bound if not active else all(a.known for a in active))
    result: Outcomes = []
    for ready in [state] if setup else set_up(engine, receiver, state):
        title = f"{classes_name(function)}.{name}"
        origin = found.origin or receiver.address
        activation = Activation(receiver.address, compact, known, title, setup, origin=origin)
        with engine.within(engine.context.in_module(activation)):
            result.extend(call_function(engine, function, args, ready))
    return result


def set_up(engine: Engine, receiver: Ref, state: State) -> list[State]:
    """Run ``setup`` once for a bound module."""
    found = state.instance(receiver)
    if found is None or not isinstance(found.cls, Class) or _SETUP_DONE in found.attributes or not found.bound:
        return [state]
    state.heap[receiver.address] = found.set(_SETUP_DONE, NONE)
    for name, value in found.attributes.items():
        adopt(engine, receiver, name, value, state)
    method = classes.member(found.cls, "setup")
    if not isinstance(method, Function):
        return [state]
    return [after for _, after in call_method(engine, method, Args([receiver]), state)]


def not_set_up(ref: Ref, state: State) -> State:
    """Return a path on which a module counts as set up although ``setup`` could not be followed."""
    found = state.instance(ref)
    if found is not None:
        state.heap[ref.address] = found.set(_SETUP_DONE, NONE)
    return state


def call_bound_module(
    engine: Engine, function: Function | Wrapped, receiver: Ref, found: Instance, args: Args, state: State
) -> Outcomes:
    """Call a method of a module that ``bind`` gave its streams."""
    assert found.given is not None
    free = engine.allocate(state, replaced(found, given=None, origin=found.origin or receiver.address))
    given = args.shift(1).prepend(free)
    site = engine.context.stack[-1].site
    return runs.run(engine, RunKind.BIND, Bound(function, free), found, found.given, given.shift(1), state, site)


def unknown_module(engine: Engine, state: State, site: Site) -> None:
    """Note that code which is not known may have drawn anything."""
    if engine.context.runs or engine.context.activations:
        note(engine, "*", state)
        state.draws = (*state.draws, Draw("*", site, certain=False))


def call_layer(engine: Engine, function: Ref, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a built-in module."""
    assert isinstance(found.cls, Symbol)
    path = found.cls.path
    for value in args.values():
        engine.book.read(value)
    if path == CONTAINER:
        return _call_sequential(engine, found, args, state, site)
    if path == RNN and not found.symbolic:
        if found.bound and "cell" in found.attributes and not _bound(found.attributes["cell"], state):
            _adopt_one(found, "cell", found.attributes["cell"], state)
        return rnn.call(engine, found, args, state, site)
    layer = LAYERS.get(path)
    if layer is None or found.symbolic:
        unknown_module(engine, state, site)
        return [(engine.unknown(path), state)]
    if WRAPPED in layer.fields:
        return _call_wrapper(engine, found, args, state, site)
    return layers.call(engine, layer, found, args, state, site)


def _call_wrapper(engine: Engine, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a layer that normalises the weights of another one and calls it."""
    inner = found.attributes.get(WRAPPED)
    if inner is None:
        unknown_module(engine, state, site)
        return [(engine.unknown("wrapped"), state)]
    rest = args.shift(0)
    for option in CALL_OPTIONS:
        rest.keywords.pop(option, None)
        rest.nodes.pop(option, None)
    assert isinstance(found.cls, Symbol)
    layers.initialise(engine, LAYERS[found.cls.path], found, state, site)
    return engine.call(inner, rest, state, site)


def _call_sequential(engine: Engine, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    inner = found.attributes.get("layers")
    functions = known_items(inner, state) if inner is not None else None
    if functions is None:
        unknown_module(engine, state, site)
        return [(engine.unknown("sequential"), state)]
    for index, function in enumerate(functions):
        if found.bound:
            _adopt_one(found, f"layers_{index}", function, state)
    rows: list[tuple[Args, State]] = [(args, state)]
    result: Outcomes = [(value, state) for value in args.positional[:1]]
    for function in functions:
        engine.count()
        result = [outcome for given, at in rows for outcome in engine.call(function, given, at, site)]
        rows = [(Args([value]), after) for value, after in result]
    return result


# -- what modules offer --------------------------------------------------------------------------------


def _call_method(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a method that every Linen module has."""
    handler = _NATIVES.get(name)
    if handler is not None:
        return handler(engine, receiver, args, state, site)
    if name in INITIALISING:
        return runs.initialise(engine, RunKind(name), receiver, args, state, site)
    return [(engine.unknown(name), state)]


def _make_rng(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    found = state.instance(receiver)
    address, activations = getattr(receiver, "address", 0), engine.context.activations
    active = next((a for a in reversed(activations) if a.address == address), None)
    if found is not None and not found.bound and not (found.symbolic and active is None):
        if active is not None and active.post_init and active.known:
            engine.emit(Misplaced(site, "make_rng", Unserved.POST_INIT, active.name))
            return []
        if active is None or not active.post_init:
            engine.emit(Misplaced(site, "make_rng", Unserved.UNBOUND, engine.class_name(found)))
            return []
    stream = args.get(0, "name")
    if stream is None and args.complete():
        stream = Const("params")
    if not (isinstance(stream, Const) and isinstance(stream.value, str)):
        unknown_module(engine, state, site)
        return [(Key(engine.terms.fresh("drawn")), state)]
    path = found.path if found is not None else None
    layer = engine.class_name(found) if found is not None else ""
    setup = active is not None and active.setup
    draw = record(engine, state, Draw(stream.value, site, path, own=True, layer=layer, setup=setup))
    lifted.note(engine, stream.value, state)
    term = _drawn_term(engine, draw)
    lifted.made(engine, term, draw)
    # Each call makes a key of its own: if a later run makes the same one, the stream is to blame.
    return [(Key(term, engine.number()), state)]


def _drawn_term(engine: Engine, draw: Draw) -> Term:
    key = key_term(engine.context.runs[-1].key(draw.stream)) if engine.context.runs else None
    if key is None or draw.path is None or draw.unlifted or lifted.repeated(engine):
        return engine.terms.fresh("drawn")
    return engine.terms.make(Kind.STREAM, key[0], draw.stream, *draw.path, draw.counter)


def _has_rng(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    name = args.get(0, "name")
    streams = engine.context.runs[-1].streams if engine.context.runs else None
    if isinstance(name, Const):
        lifted.note(engine, str(name.value), state)
    if isinstance(name, Const) and lifted.is_kept(engine, str(name.value)):
        return [(Const(False), state)]
    if isinstance(name, Const) and streams is not None:
        state.draws = (*state.draws, Draw(str(name.value), site, certain=False, off=TurnedOff.ASKED))
        known = name.value in streams or (name.value == "params" and engine.context.runs[-1].bare is not None)
        return [(Const(known), state)]
    return unknown_code.pure_call(engine, "has_rng", args.prepend(receiver), state)


def _is_initializing(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    if engine.context.runs:
        return [(Const(engine.context.runs[-1].initialising), state)]
    return unknown_code.pure_call(engine, "is_initializing", args.prepend(receiver), state)


def _asked(name: str) -> _Handler:
    """Return the model of a method that asks for variables, with the same answer to the same question."""

    def ask(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
        return unknown_code.pure_call(engine, name, args.prepend(receiver), state)

    return ask


def _may_initialise(engine: Engine, receiver: Value, state: State) -> bool:
    """Return whether a path can be one of ``init``: outside of a run it may have asked, and gone the other way."""
    if engine.context.runs:
        return engine.context.runs[-1].initialising
    (asked, _), *_ = unknown_code.pure_call(engine, "is_initializing", Args([receiver]), state)
    return conditions.assume(engine, asked, True, state.fork()) is not None


def _param(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """``self.param(name, init, …)`` draws ``'params'`` where the parameter is absent."""
    initialiser = args.get(1, "init_fn")
    if initialiser is None or not _may_initialise(engine, receiver, state):
        return [(engine.unknown("parameter"), state)]
    found = state.instance(receiver)
    fixed = initializers.is_constant(initialiser)
    path = found.path if found is not None else None
    draw = record(engine, state, Draw("params", site, path, own=True, variable=True, random=not fixed))
    key = Key(_drawn_term(engine, draw))
    given = args.shift(2).prepend(key)
    node = args.node(1, "init_fn")
    if node is not None and initializers.ignores(engine, initialiser, given, state, site):
        name = args.get(0, "name")
        known = f" {name.value!r}" if isinstance(name, Const) else ""
        engine.emit(Fixed(engine.site(node), FixedValue.INITIALIZER, f"the initializer of the parameter{known}"))
        return [(engine.unknown("parameter"), state)]
    outcomes = engine.call(initialiser, given, state, site)
    if any(initializers.draws_from(engine, value, key, after) for value, after in outcomes):
        lifted.note_split(engine, draw)
    return _from_data(engine, key, outcomes, site)


def _from_data(engine: Engine, key: Key | None, outcomes: Outcomes, site: Site) -> Outcomes:
    """Note that what an initialiser returns may depend on other draws, dropped activations for instance."""
    for value, state in outcomes:
        others = engine.term(value, state).draws - ({key.term} if key is not None else set())
        if others:
            state.draws = (*state.draws, Draw("*", site, certain=False))
    return outcomes


def _variable(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    found = state.instance(receiver)
    path = found.path if found is not None else None
    # An argument is computed also where the variable exists already.
    given = {id(node) for place, node in args.nodes.items() if not isinstance(place, int) or place > _INIT_PLACE}
    state.draws = tuple(replaced(draw, stored=True) if id(draw.site.node) in given else draw for draw in state.draws)
    state.draws = (*state.draws, Draw("", site, path, own=True, variable=True, random=False))
    initialiser = args.get(2, "init_fn")
    if initialiser is None or initialiser == NONE or not _may_initialise(engine, receiver, state):
        return [(Opaque(engine.terms.make(Kind.VARIABLE, engine.terms.fresh("variable"))), state)]
    outcomes = _from_data(engine, None, engine.call(initialiser, args.shift(3), state, site), site)
    return [(Opaque(engine.terms.make(Kind.VARIABLE, engine.terms.fresh("variable"))), after) for _, after in outcomes]


def written(engine: Engine, value: Value, state: State, site: Site) -> None:
    """Note that a variable of the model may depend on what was drawn."""
    if engine.term(value, state).draws:
        state.draws = (*state.draws, Draw("*", site, certain=False))


def _put_variable(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    for value in args.values():
        written(engine, value, state, site)
    return [(NONE, state)]


def _clone(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    found = state.instance(receiver)
    if found is None:
        return [(engine.unknown("clone"), state)]
    attributes = {name: value for name, value in found.attributes.items() if not name.startswith("<")}
    attributes.update(args.keywords)
    copied = Instance(found.cls, attributes, frozen=True, symbolic=found.symbolic or not args.complete())
    return [(engine.allocate(state, copied), state)]


def _bind(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    found = state.instance(receiver)
    if found is None or not isinstance(receiver, Ref):
        return [(engine.unknown("bound"), state)]
    wrong = rngs_argument.bound(engine, args, f"{engine.class_name(found)}.bind", state)
    if wrong is Malformation.BARE:
        return []
    given = replaced(runs.read_streams(engine, args, args.keywords.get("rngs"), False, state), continues=True)
    if wrong:
        given = replaced(given, streams=None)
    bound = replaced(found, bound=True, path=(), given=given, origin=found.origin or receiver.address)
    return [(engine.allocate(state, bound), state)]


_Handler = Callable[["Engine", Value, Args, "State", "Site"], "Outcomes"]

_NATIVES: dict[str, _Handler] = {
    "make_rng": _make_rng,
    "has_rng": _has_rng,
    "is_initializing": _is_initializing,
    "has_variable": _asked("has_variable"),
    "is_mutable_collection": _asked("is_mutable_collection"),
    "param": _param,
    "variable": _variable,
    "put_variable": _put_variable,
    "clone": _clone,
    "copy": _clone,
    "bind": _bind,
    "apply": runs.apply,
}


def _run_function(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``nn.init`` or ``nn.apply``, which makes ``init`` or ``apply`` of a function and a module."""
    if len(args.positional) < 2:
        return None
    function, module = args.positional[:2]
    return [(Partial(Native(LIFTED_METHODS[path], module), (), (("method", function),)), state)]


def _unknown_function(engine: Engine, path: str, args: Args, state: State, site: Site) -> None:
    """Note that a transform which is not known could run the functions and modules that it is given."""
    if any(_runs(value, state) for value in args.values()):
        unknown_module(engine, state, site)


def _runs(value: Value, state: State) -> bool:
    return isinstance(value, (Function, Bound, Partial, Wrapped)) or state.instance(value) is not None


CALLS = (
    Calls(_run_function, LIFTED_METHODS),
    Calls(_make, {*LAYERS, CONTAINER}, family=lineage.is_module_name),
    Calls(_unknown_function, prefixes=("flax.linen.",)),
)
METHODS: dict[str, Method] = {"linen": _call_method}
