"""Objects whose methods are followed by themselves, with the modules that their classes are certain to give them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.program import Chosen, FixedObjects
from flake8_flax_rng.interpreter.domain.budget import SETTERS_FOLLOWED
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import Binding
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Class,
    Descriptor,
    Function,
    FunctionCode,
    Ref,
    Symbol,
    Value,
)
from flake8_flax_rng.interpreter.python import classes, declared_types, fixed_objects, lineage
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.roots.attribute_writes import Held, Stores
from flake8_flax_rng.interpreter.roots.state_makers import Texts, makers_in
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.linen import INITIALISING
from flake8_flax_rng.syntax.source import lines_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State
    from flake8_flax_rng.syntax.source import Chunk

Follow = Callable[[Function, "State", Value | None], "list[State]"]
"""Follows a method of an object for any arguments; one state for each path on which it returns."""

_CONSTRUCTOR = "__init__"
_STATE = "<state>"
_RUNNING = re.compile(rf"\.(?:{'|'.join((*INITIALISING, 'apply', 'apply_fn', 'bind'))})\b")
"""What a file says that runs a model; in any other it does not matter which model an object holds."""


class Objects:
    """Objects that stand for any of their classes.

    Args:
        engine: the analysis.
        chunks: the linted file's text in pieces.
        follow: follows a method.
    """

    def __init__(self, engine: Engine, chunks: list[Chunk], follow: Follow):
        self._engine = engine
        self._chunks = chunks
        self._follow = follow
        self._known: dict[int, FixedObjects] = {}
        self._complete: set[int] = set()
        self._filled: set[int] = set()
        self._stores: Stores | None = None
        self._texts = Texts(chunks)
        self._handed: dict[tuple[str, str], FixedObjects] = {}
        self._runs: bool | None = None

    def is_constructor(self, owner: Class, function: Function) -> bool:
        """Return whether a function is the constructor of a class."""
        return function.code.name == _CONSTRUCTOR and classes.member(owner, _CONSTRUCTOR) == function

    def any_with(self, owner: Class, function: Function, state: State) -> Ref:
        """Return any object that has a method, with the modules that its class has made for it.

        Where a class leaves something to the classes that derive from it, it is an object of the first of these.
        """
        cls, known = self._known_of(owner, function, state)
        return self._made(cls, known, owner, state)

    def each_with(self, owner: Class, function: Function, state: State) -> Iterator[tuple[Ref, State]]:
        """Go through the objects that have a method: one for each kind of models that it reads of them."""
        cls, known = self._known_of(owner, function, state)
        text = _text_of(function.code) if known.either else ""
        either = any(re.search(rf"\bself\.{name}\b", text) for way in known.either[:1] for name in way.names)
        for way in known.ways() if either else (known,):
            path = state.fork()
            yield self._made(cls, way, owner, path), path

    def _known_of(self, owner: Class, function: Function, state: State) -> tuple[Class, FixedObjects]:
        """Return the class of any object that has a method, and what is known of such an object."""
        if not self._running():
            return owner, FixedObjects()
        cls = self.subclass_for(function) or owner
        with self._engine.without_runs():
            known = self._of(cls, state)
            self._declared(cls, known, state)
        return cls, known

    def _made(self, cls: Class, known: FixedObjects, owner: Class, state: State) -> Ref:
        known.give(state)
        if self._running():
            self._engine.chosen = max(known.chosen, Chosen.SUBCLASS if cls is not owner else Chosen.CERTAIN)
        return self._object(cls, known, state)

    def _of(self, cls: Class, state: State) -> FixedObjects:
        """Return what is known of any object of a class."""
        known = self._known.get(cls.serial) or self.constructed(cls, state.fork())
        if cls.serial not in self._complete:
            self._complete.add(cls.serial)
            self._set_later(cls, known, state.fork())
        return known

    def _declared(self, owner: Class, known: FixedObjects, state: State) -> None:
        """Add the objects that a class declares to hold, and whose models it runs."""
        if owner.serial in self._filled or classes.has_constructor_fields(owner):
            return
        self._filled.add(owner.serial)
        for base in lineage.ancestors(owner):
            for name, said in base.annotations.items() if isinstance(base, Class) else ():
                text = "".join({code.chunk.text: "" for code in _methods(base)})
                if name in known.names or f"self.{name}." not in text:
                    continue
                cls = declared_types.named(self._engine, said, base.frames, state) if isinstance(base, Class) else None
                part = self._part(cls, state) if cls is not None and cls is not owner else None
                if part is not None:
                    # What stands there may be of a class that derives from the declared one.
                    part.chosen = max(part.chosen, Chosen.SUBCLASS)
                    part.names = {name: part.names[_STATE]}
                    known.add(part, {name})

    def _part(self, cls: Class, state: State) -> FixedObjects | None:
        """Return any object of a class that holds modules, as a part of another one."""
        if lineage.is_linen(cls) or not any(_RUNNING.search(code.chunk.text) for code in _methods(cls)):
            return None
        known = self._of(cls, state)
        if not known.names:
            return None
        ref = Ref(self._engine.number())
        found = Instance(cls, dict(known.names), symbolic=True, fixed_names=frozenset(known.names))
        return FixedObjects({_STATE: ref}, {**known.heap, ref.address: found}, known.chosen)

    def _running(self) -> bool:
        """Return whether the file runs models at all."""
        if self._runs is None:
            self._runs = any(_RUNNING.search(chunk.text) for chunk in self._chunks)
        return self._runs

    def subclass_for(self, function: Function) -> Class | None:
        """Return a class that inherits a method, and gives its class members that are missing there."""
        owner = function.owner
        if owner is None or lineage.is_linen(owner):
            return None
        wanted = [name for name, value in owner.members.items() if value == NONE]
        for subclass in self._engine.program.classes if wanted else ():
            line = list(lineage.ancestors(subclass)) if subclass is not owner else []
            if owner not in line or None in line:
                continue
            inherited = classes.member(subclass, function.code.name) == classes.member(owner, function.code.name)
            if inherited and any(name in subclass.members for name in wanted):
                return subclass
        return None

    def takes(self, owner: Class | None, function: Function) -> bool:
        """Return whether a function is given a state that another function of the class or file makes."""
        return bool(self._texts.taken(owner.name if owner is not None else "", function.code.name))

    def taken(self, owner: Class | None, function: Function, state: State) -> dict[str, Value]:
        """Return the parameters of a function that are states which another function of the class or file makes."""
        wanted = self._texts.taken(owner.name if owner is not None else "", function.code.name)
        found: dict[str, Value] = {}
        for parameter, place in wanted.items():
            known = self._made_by(place, owner, state)
            if _STATE in known.names:
                known.give(state)
                self._engine.chosen = max(self._engine.chosen, known.chosen)
                found[parameter] = known.names[_STATE]
        return found

    def _made_by(self, place: tuple[str, str], owner: Class | None, state: State) -> FixedObjects:
        """Return the state that a function makes."""
        if place not in self._handed:
            self._handed[place] = FixedObjects()
            cls, name = place
            maker = classes.member(owner, name) if cls and owner is not None else self._function(name)
            if isinstance(maker, Function):
                self._handed[place] = self._returned(maker, owner if cls else None, state.fork())
        return self._handed[place]

    def _returned(self, maker: Function, owner: Class | None, state: State) -> FixedObjects:
        """Follow a function for any arguments, and return the state that it returns on all paths."""
        engine = self._engine
        chosen = engine.chosen
        with engine.without_runs():
            receiver = self.any_with(owner, maker, state) if owner is not None else None
            returned = self._results(maker, state, receiver)
        found = fixed_objects.common(engine, [({_STATE: value}, after) for value, after in returned])
        engine.chosen = chosen
        return (
            found if all(fixed_objects.is_renewed(value, found) for value in found.names.values()) else FixedObjects()
        )

    def constructed(self, owner: Class, state: State) -> FixedObjects:
        """Follow what makes an object of a class for any arguments, and keep the modules that are stored for good."""
        self._known[owner.serial] = known = FixedObjects()
        constructor = classes.member(owner, _CONSTRUCTOR)
        if isinstance(constructor, Function):
            ref = self._object(owner, known, state)
            known = self._left(
                owner, ref, _CONSTRUCTOR, self._follow(constructor, state.fork(), ref), state, again=True
            )
        elif classes.has_constructor_fields(owner):
            known = self._from_makers(owner, state)
        self._known[owner.serial] = known
        self._complete.discard(owner.serial)
        return known

    def _from_makers(self, owner: Class, state: State) -> FixedObjects:
        """Return what those who make a record give to it: its class methods, else the functions of the file."""
        methods = self._texts.makers(owner.name, owner.name) or self._inherited_makers(owner)
        others = [] if methods else self._texts.makers("", owner.name)
        made: list[tuple[dict[str, Value], State]] = []
        for name in (*methods, *others)[:SETTERS_FOLLOWED]:
            maker = classes.member(owner, name) if methods else self._function(name)
            function = undecorated(maker.function) if isinstance(maker, Descriptor) else maker
            if isinstance(function, Function):
                of_class = isinstance(maker, Descriptor) and maker.kind is Binding.CLASSMETHOD
                returned = self._results(function, state.fork(), owner if of_class else None)
                made.extend((_record(value, owner, after), after) for value, after in returned)
        found = fixed_objects.common(self._engine, made)
        found.either = fixed_objects.alternatives(self._engine, made, found)
        # Whoever uses the class may make it of other modules than a function beside it does.
        found.chosen = Chosen.SUBCLASS if others else found.chosen
        return found

    def _inherited_makers(self, owner: Class) -> list[str]:
        """Return the class methods that a class has from others and that make an object of it."""
        bases = [cls for cls in lineage.ancestors(owner)[1:] if isinstance(cls, Class)]
        chunks = {cls: code.chunk for cls in bases for code in _methods(cls)}
        return list(dict.fromkeys(name for cls, chunk in chunks.items() for name in makers_in(chunk, cls.name)))

    def _function(self, name: str) -> Function | None:
        """Return a function of the linted file."""
        return next((made for made in self._engine.program.functions.values() if _is_named(made, name)), None)

    def _results(self, function: Function, state: State, receiver: Value | None) -> list[tuple[Value, State]]:
        """Follow a function for any arguments; return its results and the paths on which it returns them."""
        engine = self._engine
        returned: list[tuple[Value, State]] = []
        hooks = engine.hooks
        engine.hooks = replaced(hooks, returned=lambda value, after, _: returned.append((value, after.fork())))
        try:
            self._follow(function, state, receiver)
        finally:
            engine.hooks = hooks
        return returned

    def _object(self, cls: Class, known: FixedObjects, state: State, own: Iterable[str] = ()) -> Ref:
        """Make an object; code that is not known leaves what is known of it as it is, and what its method sets."""
        fixed = frozenset({*known.names, *own})
        found = Instance(cls, dict(known.names), frozen=lineage.is_frozen(cls), symbolic=True, fixed_names=fixed)
        return self._engine.allocate(state, found)

    def _set_later(self, owner: Class, known: FixedObjects, state: State) -> None:
        """Add what the one method stores that sets an attribute, if the constructor does not."""
        setters = self._read(owner).setters(_names(owner), _CONSTRUCTOR)
        for name in list(setters)[:SETTERS_FOLLOWED]:
            method = classes.member(owner, name)
            if not isinstance(method, Function):
                continue
            path = state.fork()
            known.give(path)
            ref = self._object(owner, known, path, setters[name])
            left = self._left(owner, ref, name, self._follow(method, path, ref), state)
            known.add(left, setters[name])

    def _left(
        self, owner: Class, ref: Ref, method: str, ends: list[State], state: State, again: bool = False
    ) -> FixedObjects:
        """Return what a method has left in the attributes that no other code in sight sets."""
        found = [(known.attributes, end) for end in ends if (known := end.instance(ref)) is not None]
        left = fixed_objects.common(self._engine, found, unset=True)
        for name, cls in fixed_objects.parts(found).items():
            part = self._part(cls, found[0][1]) if cls is not owner else None
            if part is not None:
                part.names = {name: part.names[_STATE]}
                left.add(part, {name})
        stores, owners = self._read(owner), _names(owner)

        def lasts(name: str, known: FixedObjects) -> bool:
            return stores.only_in(name, method, owners, _held(known.names[name], known))

        ways = fixed_objects.alternatives(self._engine, found, left, unset=True)
        lasting = {name for name in ways[0].names if all(lasts(name, way) for way in ways)} if ways else set()
        left.either = tuple(way.only(lasting) for way in ways) if lasting else ()
        for name, value in list(left.names.items()):
            held = _held(value, left)
            if stores.only_in(name, method, owners, held):
                continue
            del left.names[name]
            others = stores.also_in(name, method, owners, held) if again else set()
            for other in others if len(others) == 1 else ():
                left.add(self._either(owner, name, found, other, state), {name})
        return left

    def _either(
        self, owner: Class, name: str, found: list[tuple[dict[str, Value], State]], method: str, state: State
    ) -> FixedObjects:
        """Return what an attribute holds that a second method sets to such a module too."""
        function = classes.member(owner, method)
        if not isinstance(function, Function):
            return FixedObjects()
        path = state.fork()
        ref = self._object(owner, FixedObjects(), path)
        ends = [(known.attributes, end) for end in self._follow(function, path, ref) if (known := end.instance(ref))]
        if not ends or any(name not in names for names, _ in ends):
            # Code that is not known has been given the object since, or an inner function sets the attribute.
            return FixedObjects()
        both = [({name: names[name]}, end) for names, end in (*found, *ends) if name in names]
        return fixed_objects.common(self._engine, both)

    def _read(self, owner: Class) -> Stores:
        """Return where attributes are set in the file, and in the classes that a class derives from."""
        self._stores = self._stores or Stores(self._chunks)
        self._stores.include(code.chunk for cls in lineage.ancestors(owner) for code in _methods(cls))
        return self._stores


def _held(value: Value, known: FixedObjects) -> Held:
    return Held(fixed_objects.is_renewed(value, known), fixed_objects.is_container(value, known))


def _record(value: Value, cls: Class, state: State) -> dict[str, Value]:
    """Return the fields of a record that was made."""
    found = state.instance(value)
    return dict(found.attributes) if found is not None and found.cls is cls else {}


def _text_of(code: FunctionCode) -> str:
    """Return the lines of a method; where there are several of its name, LibCST writes the one that is meant."""
    chunk, (owner, _, name) = code.chunk, code.unit.rpartition(".")
    defined = [
        part
        for statement in chunk.tree
        if isinstance(statement, ast.ClassDef) and statement.name == owner
        for part in statement.body
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name == name == code.name
    ]
    if len(defined) != 1:
        return chunk.code(code.node)
    first, last = defined[0].lineno, defined[0].end_lineno or defined[0].lineno
    return "".join(lines_of(chunk.text)[first - chunk.first_line : last - chunk.first_line + 1])


def _is_named(function: Function, name: str) -> bool:
    """Return whether this is the function of the linted file with a name."""
    return function.owner is None and function.code.unit == function.code.name == name and not function.code.chunk.file


def _names(owner: Class) -> set[str]:
    return {cls.name for cls in lineage.ancestors(owner) if isinstance(cls, Class)}


def _methods(cls: Class | Symbol | None) -> Iterator[FunctionCode]:
    for value in cls.members.values() if isinstance(cls, Class) else ():
        method = undecorated(value)
        if isinstance(method, Function):
            yield method.code
