"""The other files of the project: what their names stand for, followed when one is asked for.

Their bodies are followed apart from the program's own paths, piece by piece, and each piece once: classes and
functions are the same on all paths. What cannot be found or followed stays a name of which nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core.context import MODULE_FRAME, NORMAL, Context, Scope
from flake8_flax_rng.interpreter.core.files import Home
from flake8_flax_rng.interpreter.domain.budget import HOPS, LINES_PER_PIECE, STEPS_PER_PIECE
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import Class, Symbol, Value
from flake8_flax_rng.interpreter.paths.join import merge
from flake8_flax_rng.interpreter.paths.state import State
from flake8_flax_rng.interpreter.python import lineage
from flake8_flax_rng.interpreter.python.statements import run_statement
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.interest import interest
from flake8_flax_rng.syntax.index import build, member
from flake8_flax_rng.syntax.subclasses import deriving

if TYPE_CHECKING:
    import ast

    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.syntax.index import Index
    from flake8_flax_rng.syntax.project import Project, SourceFile
    from flake8_flax_rng.syntax.source import Chunk

Place = tuple["Other", str]


class Other(Home):
    """Another file of the project.

    Args:
        frame: the frame that its body binds names in.
        index: which of its definitions matter; None when all do.
        source: the file.

    Attributes:
        followed: the pieces of its body that were followed, or are being followed.
    """

    def __init__(self, frame: int, index: Index | None, source: SourceFile) -> None:
        super().__init__(frame, index)
        self.source = source
        self.followed: set[Chunk] = set()


class ProjectFiles:
    """The other files of the project, as far as the linted one has asked for them.

    Args:
        engine: the analysis.
        project: finds and reads the files.
    """

    def __init__(self, engine: Engine, project: Project):
        self.project = project
        self._engine = engine
        self._state = State()
        self._files: dict[str, Other | None] = {}
        self._frames: dict[int, Other] = {}
        self._places: dict[tuple[str, str], Place | None] = {}

    @property
    def home(self) -> str:
        """The linted file, as the project knows it."""
        return self.project.home

    def resolve(self, symbol: Symbol, state: State) -> Value:
        """Return what an imported name stands for, the name itself when that is a module or not known."""
        found = symbol
        for _ in range(HOPS):
            place = self._place(found)
            value = self._value(place, state) if place is not None else None
            if value is None:
                break
            if not isinstance(value, Symbol) or not value.home:
                self._adopt(state)
                return value
            found = value
        return found

    def lookup(self, frames: tuple[int, ...], name: str, state: State) -> Value | None:
        """Return what a name stands for in the text of another file, if it stands for something there."""
        for frame in frames:
            other = self._frames.get(frame)
            value = self._state.lookup(frame, name) if other is None else self._bound(other, name)
            if value is not None:
                self._adopt(state)
                return value
        return None

    def starred(self, package: Symbol, name: str, state: State) -> Value | None:
        """Return what ``from package import *`` binds to a name."""
        symbol = Symbol(member(package.path, name), package.home)
        if self._place(symbol, star=True) is None:
            return None
        return self.resolve(symbol, state)

    def deriving(self, cls: Class, name: str, state: State) -> list[Class] | None:
        """Return the classes of the project that derive from one; None where some may be missing.

        Args:
            cls: the class.
            name: a method of it, which no other code may set.
            state: the path.
        """
        file = self._file_of(cls)
        known = deriving(cls.name, file, self.home) if file is not None else None
        if known is None or not known.stored.isdisjoint({name, "*"}):
            return None
        found: list[Class] = []
        for path, heir in known.classes:
            value = self._defined(path, heir, state)
            line = list(lineage.ancestors(value)) if isinstance(value, Class) else [None]
            # What the other files import from the linted one is read anew, and so its classes are other objects.
            names = [(base.name, self._file_of(base)) for base in line if isinstance(base, Class)]
            if isinstance(value, Class) and (cls.name, file) in names:
                found.append(value)
            elif None in line:
                return None  # it may well derive from the class
        return found

    def mentioning(self, name: str) -> list[list[ast.stmt]] | None:
        """Return the text of the other files around the linted one that mention a name; None if there are too many."""
        sources = self.project.mentioning(name)
        return None if sources is None else [source.tree.body for source in sources]

    def _file_of(self, cls: Class) -> str | None:
        """Return the file whose top level defines a class."""
        files = {home.frame: path or self.home for path, home in self._engine.files.homes.items()}
        return files.get(cls.frames[0]) if len(cls.frames) == 1 else None

    def _defined(self, path: str, name: str, state: State) -> Value | None:
        """Return what a file defines under a name."""
        if path == self.home:
            value = state.lookup(MODULE_FRAME, name)
            deferred = name in self._engine.files.linted.deferred
            return self._engine.define(name, state) if value is None and deferred else value
        place = self._in_file(path, name)
        value = self._bound(*place) if place is not None else None
        self._adopt(state)
        return value

    def store(self, module: Symbol, name: str, value: Value, state: State) -> None:
        """Set an attribute of a module."""
        place = self._place(Symbol(member(module.path, name), module.home))
        if place is not None:
            frame = place[0].frame
            if not state.has_frame(frame):
                state.open_frame(frame, {})
            state.bind(frame, name, value)

    # -- finding ---------------------------------------------------------------------------------------

    def _place(self, symbol: Symbol, star: bool = False) -> Place | None:
        """Return the file and the name in it that an imported path leads to."""
        if not symbol.home:
            return None
        asked = symbol.path, symbol.home
        if asked not in self._places:
            self._places[asked] = None  # for a file that imports all names of itself
            self._places[asked] = self._find(symbol)
        place = self._places[asked]
        hidden = star and place is not None and not place[0].source.exports(place[1])
        return None if hidden else place

    def _find(self, symbol: Symbol) -> Place | None:
        libraries = self._engine.libraries
        if libraries.consumer(symbol.path) or libraries.objects(symbol.path):
            return None
        names = symbol.path.lstrip(".").split(".")
        dots = symbol.path[: len(symbol.path) - len(symbol.path.lstrip("."))]
        module = self.project.find(dots or names[0], symbol.home)
        names = names if dots else names[1:]
        while module is not None and names and names[0]:
            name, *names = names
            inner = self.project.child(module, name)
            if names and inner is not None:
                module = inner
                continue
            place = None
            if module != symbol.home:
                place = self._in_file(module, name) or (None if inner is not None else self._starred(module, name))
            if place is not None:
                return self._further(place, names)
            module = inner
        return None

    def _further(self, place: Place, names: list[str]) -> Place | None:
        """Return where the attributes of a name lead to: of other things than modules nothing is known here."""
        if not names:
            return place
        value = self._bound(*place)
        if isinstance(value, Symbol) and value.home:
            return self._place(Symbol(member(value.path, ".".join(names)), value.home))
        return None

    def _in_file(self, path: str, name: str) -> Place | None:
        other = self._file(path)
        bound = other is not None and name in other.source.bindings
        return (other, name) if other is not None and bound else None

    def _starred(self, path: str, name: str) -> Place | None:
        """Return where a name comes from that a file imports with all others of a module."""
        other = self._file(path)
        for package in other.source.stars if other is not None else ():
            place = self._place(Symbol(member(package, name), path), star=True)
            if place is not None:
                return place
        return None

    def _file(self, path: str) -> Other | None:
        if path not in self._files:
            source = self.project.read(path)
            other = None
            if source is not None:
                libraries, project = self._engine.libraries, self.project
                settings = (*sorted(libraries.own), project.root)
                wanted = interest(libraries, project, path)
                index = source.index(settings, project.disk, lambda tree: build(tree, wanted))
                other = Other(self._engine.number(), index, source=source)
                self._frames[other.frame] = other
                self._engine.files.homes[path] = other
                self._engine.program.captured.add(other.frame)
                self._state.open_frame(other.frame, {})
            self._files[path] = other
        return self._files[path]

    # -- following -------------------------------------------------------------------------------------

    def _value(self, place: Place, state: State) -> Value | None:
        other, name = place
        changed = state.lookup(other.frame, name)
        if changed is not None:
            return changed
        index = self._engine.files.linted.index
        return self._engine.unknown(name) if index is not None and name in index.changed else self._bound(other, name)

    def _bound(self, other: Other, name: str) -> Value | None:
        """Return what another file binds to a name, and follow the pieces that do so."""
        source = other.source
        for chunk in (*source.bindings.get(name, ()), *source.bindings.get("*", ())):
            if chunk not in other.followed:
                other.followed.add(chunk)
                self._follow(other, chunk)
        value = self._state.lookup(other.frame, name)
        return self._engine.unknown(name) if value is not None and name in source.rebound else value

    def _follow(self, other: Other, chunk: Chunk) -> None:
        if chunk.text.count("\n") > LINES_PER_PIECE:
            return
        path = State()
        path.open_frame(other.frame, {})
        # Whatever is being followed now has no part in what another file defines.
        context = Context(Scope((other.frame,)), chunk, muted=True, follow_runs=self._engine.context.follow_runs)
        try:
            with self._engine.within(context), self._engine.work.in_other_file(STEPS_PER_PIECE):
                for statement in chunk.module.body:
                    path = self._after(statement, path)
        except Exception:  # too large, or odd, which is for whoever lints that file
            return
        self._keep(path)

    def _after(self, statement: cst.CSTNode, path: State) -> State:
        """Follow one statement; of ``try`` only the body counts, in which an optional import succeeds."""
        before = path.fork()
        ends = [end for completion, end in run_statement(self._engine, statement, path) if completion is NORMAL]
        if isinstance(statement, cst.Try):
            ends = ends[:1]
        return merge(ends, self._engine.unknown, kept=1)[0] if ends else before

    def _keep(self, path: State) -> None:
        """Take over what a piece of a file has bound and made."""
        for frame in path.frame_numbers():
            if not self._state.has_frame(frame):
                self._state.open_frame(frame, {})
            for name, value in path.frame(frame).items():
                self._state.bind(frame, name, value)
        for address, found in path.heap.items():
            if self._state.heap.get(address) is not found:
                self._state.heap[address] = _after_all_code(found)

    def _adopt(self, state: State) -> None:
        """Give a path the objects of other files, as they are before the program changes them."""
        heap = self._state.heap
        if state is not self._state and state.adopted < len(heap):
            state.heap.give(heap.items())
            state.adopted = len(heap)


def _after_all_code(found: HeapObject) -> HeapObject:
    """Return what is known of an object that code of any file may have changed since it was made."""
    if isinstance(found, Instance) and not found.frozen:
        return replaced(found, attributes={}, version=found.version + 1, symbolic=True)
    if isinstance(found, ListObject) and not found.items:
        return ListObject((), complete=False)
    if isinstance(found, DictObject) and not found.entries:
        return DictObject((), complete=False)
    return found
