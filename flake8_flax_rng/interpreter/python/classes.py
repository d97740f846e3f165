"""Classes of the linted file: their bodies, ancestors, fields and instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core.context import Ending, Scope, class_frame
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import Binding, Holder
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Descriptor,
    Function,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.python import declared_types, fixed_objects, lineage
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics import nnx
from flake8_flax_rng.semantics.libraries import PART_MODULES
from flake8_flax_rng.semantics.linen import (
    DATACLASSES,
    LAYERS,
    MODULE,
    MODULE_METHODS,
    REPLACING,
    STRUCT_BASES,
    TRAIN_STATES,
)
from flake8_flax_rng.semantics.names import canonical

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_KEEPING = ("builtins.", "typing.", "abc.", "functools.", "dataclasses.", "enum.", "jax.", "flax.", "chex.", "equinox.")
_BINDING = (Function, Wrapped)
_FIELDS_GIVEN = frozenset({MODULE, *STRUCT_BASES})
_HARMLESS = frozenset(
    {*_FIELDS_GIVEN, *nnx.MODULES, *PART_MODULES, "builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"}
)


def make_class(engine: Engine, node: cst.ClassDef, state: State) -> Outcomes:
    """Evaluate a ``class`` statement; its body is followed on one path."""
    bases = [arg.value for arg in node.bases if not arg.star]
    values: list[Value] = [engine.unknown("base") for _ in bases]
    for found, after in engine.eval_all(bases, state)[:1]:
        values, state = found, after
    said = _annotations(node)
    fields = _fields(said, values)
    around = engine.context.scope.frames
    cls = Class(node.name.value, tuple(values), {}, fields, None, engine.number(), None, [], said, around)
    frame = engine.number()
    state.open_frame(frame, {})
    scope = Scope((frame, *around), body_of=cls)
    with engine.within(replaced(engine.context, scope=scope)):
        for completion, after in engine.run_block(node.body, state):
            if completion.kind is Ending.NORMAL:
                state = after
                break
    members = {**state.frame(frame)}
    state.close_frame(frame)
    decorator = _dataclass_decorator(engine, node, state)
    # The methods made above refer to this very object, so it is completed in place.
    cls.members.update(members)
    object.__setattr__(cls, "dataclass", decorator)
    object.__setattr__(cls, "configured", any(not _is_known(engine, item, state) for item in node.decorators))
    known = engine.program.bodies.get(node)
    if known is not None and _alike(known, cls):
        methods = [method for value in known.members.values() if isinstance(method := undecorated(value), Function)]
        engine.program.functions.update({method.code: method for method in methods})
        return [(known, state)]
    engine.program.bodies[node] = cls
    engine.program.classes.append(cls)
    return [(cls, state)]


def _alike(one: Class, two: Class) -> bool:
    """Return whether one statement made two equal classes, on two paths that lead to it."""
    if one.bases != two.bases or one.dataclass != two.dataclass or one.members.keys() != two.members.keys():
        return False
    return all(_member_alike(value, two.members[name]) for name, value in one.members.items())


def _member_alike(one: Value, two: Value) -> bool:
    ours, theirs = undecorated(one), undecorated(two)
    if isinstance(ours, Function) and isinstance(theirs, Function):
        return ours.code == theirs.code and ours.frames == theirs.frames and ours.defaults == theirs.defaults
    return one == two


def _annotations(node: cst.ClassDef) -> dict[str, cst.BaseExpression]:
    said: dict[str, cst.BaseExpression] = {}
    for statement in node.body.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                said[small.target.value] = small.annotation.annotation
    return said


def _fields(said: dict[str, cst.BaseExpression], bases: list[Value]) -> tuple[str, ...]:
    inherited = (name for base in bases if isinstance(base, Class) for name in base.fields)
    return tuple(dict.fromkeys([*inherited, *said]))


def _dataclass_decorator(engine: Engine, node: cst.ClassDef, state: State) -> str | None:
    for decorator in node.decorators:
        value = engine.eval_one(decorator.decorator, state)[0]
        if isinstance(value, Partial):
            value = value.function
        if isinstance(value, Opaque) and value.term.function in DATACLASSES:
            return str(value.term.function)
        if isinstance(value, Symbol) and value.path in DATACLASSES:
            return value.path
    return None


def _is_known(engine: Engine, decorator: cst.Decorator, state: State) -> bool:
    """Return whether a decorator leaves the arguments of a class alone."""
    value = engine.eval(decorator.decorator, state)[0][0]
    if isinstance(value, Partial):
        value = value.function
    if isinstance(value, Opaque) and value.term.kind is Kind.PURE:
        return True
    return isinstance(value, Symbol) and value.path.startswith(_KEEPING)


def belongs(found: Instance, types: Value) -> bool | None:
    """Return whether an instance is one of some types, None when that is open."""
    answers = [_is_one(found.cls, item) for item in (types.items if isinstance(types, Tuple) else (types,))]
    if True in answers:
        return True
    return None if None in answers or found.symbolic else False


def _is_one(cls: Class | Symbol, item: Value) -> bool | None:
    """Return whether a class is, or derives from, another one, None when that is open."""
    if isinstance(cls, Class):
        if any(base == item for base in lineage.ancestors(cls)):
            return True
        bases = [base for base in lineage.ancestors(cls) if base is not cls and not isinstance(base, Class)]
        if cls.target is not None or None in bases:
            return None
        answers = [_is_one(base, item) for base in bases if base is not None]
        return next((answer for answer in (True, None) if answer in answers), False)
    if isinstance(item, Class):
        return False
    if not isinstance(item, Symbol):
        return None
    ours, theirs = canonical(cls.path), canonical(item.path)
    if ours == theirs:
        return True
    if theirs == MODULE:
        return True if lineage.is_module_name(ours) else None
    if theirs not in LAYERS or not (ours == MODULE or ours in LAYERS):
        return None
    # Self-attention is an attention, and one cell derives from another.
    related = ours != MODULE and LAYERS[ours].children and LAYERS[ours].children == LAYERS[theirs].children
    return None if related else False


def builders(engine: Engine) -> frozenset[int]:
    """Return the constructors of Equinox modules that are being followed: they build a module from its parts."""
    found: set[int] = set()
    for code in engine.context.functions:
        function = engine.program.functions.get(code) if code.name == "__init__" else None
        owner = function.owner if function is not None else None
        if owner is not None and lineage.derives(owner, PART_MODULES | nnx.MODULES):
            found.add(code.serial)
    return frozenset(found)


def fully_known(cls: Class) -> bool:
    """Return whether all ancestors of a class are known."""
    if cls.target is not None:
        return isinstance(cls.target, Symbol) or fully_known(cls.target)
    return all(
        isinstance(base, Class) or (isinstance(base, Symbol) and base.path in _HARMLESS)
        for base in lineage.ancestors(cls)
    )


def member(cls: Class, name: str, state: State | None = None) -> Value | None:
    """Return what a class or its ancestors bind to a name, and what was stored there later on a path."""
    for base in cls.lineage or lineage.ancestors(cls):
        if type(base) is Class:
            stored = state.lookup(class_frame(base), name) if state is not None else None
            if stored is not None:
                return stored
            if name in base.members:
                return base.members[name]
        elif base is None:
            return None
    return None


def holder(found: Instance, name: str) -> Holder | None:
    """Return how an attribute of an object is given another value, None where that is not known."""
    if isinstance(found.cls, Class) and isinstance(member(found.cls, name), Descriptor):
        return None
    if not isinstance(found.cls, Class):
        return Holder.REPLACED if found.cls.path in REPLACING else None
    line = list(lineage.ancestors(found.cls))
    if any((base.dataclass if isinstance(base, Class) else base.path if base else "") in REPLACING for base in line):
        return Holder.REPLACED
    plain = all(isinstance(base, Class) and not base.dataclass and not base.configured for base in line)
    return Holder.ASSIGNED if plain else None


def has_constructor_fields(cls: Class) -> bool:
    """Return whether annotated names are constructor arguments."""
    if lineage.derives(cls, _FIELDS_GIVEN):
        return True
    if any(isinstance(base, Class) and base.dataclass for base in lineage.ancestors(cls)):
        return True
    return lineage.derives(cls, PART_MODULES) and member(cls, "__init__") is None


def attribute(engine: Engine, owner: Value, found: Instance, name: str, state: State, site: Site) -> Outcomes:
    """Return an attribute of an instance."""
    if name in found.attributes:
        value = found.attributes[name]
        return [(value, state)]
    cls = found.cls
    if isinstance(cls, Class):
        known = member(cls, name, state)
        if (known is not None and found.symbolic and _overridden(engine, cls, name)) or _is_open(cls, name, known):
            return [(engine.unknown(name), state)]
        # An annotated None waits for what somebody stores there later.
        field = name in cls.fields and (has_constructor_fields(cls) or known == NONE)
        if known is not None and not (found.symbolic and field):
            return bind(engine, known, owner, cls, state, site)
    if lineage.is_linen(cls) and name in MODULE_METHODS:
        return [(Native(f"linen.{name}", owner), state)]
    known_elsewhere = engine.hooks.lacking(owner, found, name, state, site) if isinstance(owner, Ref) else None
    if known_elsewhere is not None:
        return known_elsewhere
    if lineage.derives(cls, TRAIN_STATES) and name in ("replace", "apply_gradients"):
        return [(Native(f"state.{name}", owner), state)]
    if isinstance(cls, Class) and has_constructor_fields(cls) and name in ("replace", "_replace"):
        return [(Native("state.replace", owner), state)]
    held = _told(engine, owner, found, name, state)
    if held is not None:
        return [(held, state)]
    source = engine.terms.make(Kind.OBJECT, getattr(owner, "address", 0))
    if isinstance(cls, Class) and name not in cls.fields and (not fully_known(cls) or member(cls, "__getattr__")):
        # A property or ``__getattr__`` that nobody sees may give another value each time.
        return [(Opaque(engine.terms.make(Kind.ATTRIBUTE, source, name, engine.terms.fresh(name))), state)]
    if found.version:
        return [(Opaque(engine.terms.make(Kind.ATTRIBUTE, source, name, found.version)), state)]
    return [(Opaque(engine.terms.make(Kind.ATTRIBUTE, source, name)), state)]


def _told(engine: Engine, owner: Value, found: Instance, name: str, state: State) -> Value | None:
    """Return what the text of a class tells of an attribute that nothing on the path has set."""
    if name in getattr(found.cls, "fields", ()):
        return _declared(engine, owner, found, name, state)
    if found.symbolic and isinstance(found.cls, Class):
        return fixed_objects.flag(engine, found.cls, name)
    return None


def _declared(engine: Engine, owner: Value, found: Instance, name: str, state: State) -> Value | None:
    """Return any module of the class that an attribute is declared to hold, in an object that is no module itself."""
    if not (found.symbolic and isinstance(owner, Ref) and isinstance(found.cls, Class)) or lineage.is_linen(found.cls):
        return None
    for base in lineage.ancestors(found.cls):
        said = base.annotations.get(name) if isinstance(base, Class) else None
        if said is not None and isinstance(base, Class):
            cls = declared_types.declared(engine, said, base.frames, state)
            if cls is None:
                return None
            held = engine.allocate(state, Instance(cls, frozen=True, symbolic=True))
            state.heap[owner.address] = found.set(name, held)
            return held
    return None


def _is_open(cls: Class, name: str, known: Value | None) -> bool:
    """Return whether a class makes something of a field that is not in sight, as of ``key: jax.Array = field()``."""
    return isinstance(known, Opaque) and name in cls.fields and not has_constructor_fields(cls)


def _overridden(engine: Engine, cls: Class, name: str) -> bool:
    """Return whether another class of the file derives from this one and has its own member."""
    others = [other for other in engine.program.classes if name in other.members and other is not cls]
    return any(cls in lineage.ancestors(other) for other in others)


def id_of(value: Descriptor) -> int:
    """Return the number of a descriptor's function."""
    inner = undecorated(value)
    return inner.code.serial if isinstance(inner, Function) else 0


def bind(engine: Engine, value: Value, owner: Value, cls: Value, state: State, site: Site) -> Outcomes:
    """Return a class member as seen through an instance."""
    if isinstance(value, Descriptor):
        if value.kind is Binding.CACHED:
            return [(Opaque(engine.terms.make(Kind.CACHED, engine.term(owner, state), id_of(value))), state)]
        if value.kind is Binding.PROPERTY:
            return engine.call(value.function, Args([owner]), state, site)
        if value.kind is Binding.CLASSMETHOD:
            return [(Bound(value.function, cls), state)]
        return [(value.function, state)]
    if isinstance(value, _BINDING):
        return [(Bound(value, owner), state)]
    return [(value, state)]


def implicit_super(engine: Engine, function: Value, args: Args, state: State) -> Value | None:
    """Return the value of ``super()``."""
    if not (isinstance(function, Symbol) and function.path == "builtins.super"):
        return None
    receiver, owner = engine.context.scope.receiver, engine.context.scope.owner
    if args.values() and isinstance(args.positional[0], Class):
        owner = args.positional[0]
    if owner is None or receiver is None:
        return engine.unknown("super")
    return Partial(Symbol("builtins.super"), (owner, receiver), ())


def super_attribute(engine: Engine, owner: Class, receiver: Value, name: str, state: State, site: Site) -> Outcomes:
    """Return ``super().name``: the member of the next class after ``owner``."""
    found = state.instance(receiver)
    cls = found.cls if found is not None else receiver
    line: list[Class | Symbol | None] = list(lineage.ancestors(cls if isinstance(cls, Class) else owner))
    start = next((i for i, base in enumerate(line) if base is owner), -1)
    for base in line[start + 1 :]:
        if isinstance(base, Class) and name in base.members:
            return bind(engine, base.members[name], receiver, cls if isinstance(cls, Class) else base, state, site)
        if base is None:
            break
    if name in ("__init__", "__post_init__", "setup"):
        return [(Symbol("builtins.object"), state)]
    if name == "__setattr__" and fully_known(owner):
        return [(Partial(Symbol("builtins.object.__setattr__"), (receiver,), ()), state)]
    return [(engine.unknown(f"super().{name}"), state)]
