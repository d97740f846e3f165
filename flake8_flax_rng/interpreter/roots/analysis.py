"""The analysis of one file: its body as a script, then each function and method for any arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from flake8_flax_rng.interpreter.core.context import MODULE_FRAME, NORMAL, Activation, Context
from flake8_flax_rng.interpreter.core.engine import Engine
from flake8_flax_rng.interpreter.core.hooks import Hooks
from flake8_flax_rng.interpreter.core.initialised import may_be_initialised
from flake8_flax_rng.interpreter.core.program import Chosen, FixedObjects
from flake8_flax_rng.interpreter.core.work import Exhausted
from flake8_flax_rng.interpreter.dispatch import implementations
from flake8_flax_rng.interpreter.dispatch.calls import call
from flake8_flax_rng.interpreter.domain.budget import (
    PATHS_KEPT,
    SETUPS_KEPT,
    STEPS_ABROAD_PER_FILE,
    STEPS_ABROAD_PER_LINE,
    STEPS_PER_FILE,
    STEPS_PER_LINE,
    STEPS_PER_ROOT,
)
from flake8_flax_rng.interpreter.domain.events import Defaulted, Flagged, Lifted, Misused, ModuleRun, Shared
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import Binding, FlagMistake, Misuse
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.values import (
    Class,
    Descriptor,
    Function,
    FunctionCode,
    Ref,
    Symbol,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.evidence.judgement import Judgement
from flake8_flax_rng.interpreter.libraries import MANAGED, equinox, haiku
from flake8_flax_rng.interpreter.linen import lifted_transforms, modules
from flake8_flax_rng.interpreter.linen.modules import call_method, not_set_up, set_up
from flake8_flax_rng.interpreter.nnx import defaults, rngs, splitting
from flake8_flax_rng.interpreter.nnx import modules as nnx_modules
from flake8_flax_rng.interpreter.paths.join import merge
from flake8_flax_rng.interpreter.paths.state import State
from flake8_flax_rng.interpreter.python import classes, lineage
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.python.expressions import EVALUATORS
from flake8_flax_rng.interpreter.python.functions import call_function, symbolic_args
from flake8_flax_rng.interpreter.python.statements import run_block, run_statement
from flake8_flax_rng.interpreter.roots.any_equinox import AnyEquinoxModules
from flake8_flax_rng.interpreter.roots.any_modules import AnyModules
from flake8_flax_rng.interpreter.roots.callers import with_callers
from flake8_flax_rng.interpreter.roots.handed_on_keys import Leftovers
from flake8_flax_rng.interpreter.roots.other_files import ProjectFiles
from flake8_flax_rng.interpreter.roots.receivers import Objects
from flake8_flax_rng.semantics.interest import interest
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES, Libraries
from flake8_flax_rng.syntax.index import build
from flake8_flax_rng.syntax.source import Chunk, NotAnalysed
from flake8_flax_rng.syntax.source import chunks as pieces_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.domain.events import Event
    from flake8_flax_rng.interpreter.evidence.origins import Origins
    from flake8_flax_rng.syntax.index import Index
    from flake8_flax_rng.syntax.project import Project, SourceFile

_NOTHING = FixedObjects()

Result = TypeVar("Result")


class Analysis:
    """Follows a whole file.

    Args:
        chunks: the file's text in pieces.
        index: which of its definitions matter; None to follow all of them.
        libraries: what is known of other packages.
        project: the other files of the project; None to follow none of them.
        callers: whether those who call the file's functions from other files are asked what they supply.

    Attributes:
        failures: pieces that could not be analysed.
    """

    def __init__(
        self,
        chunks: list[Chunk],
        index: Index | None = None,
        libraries: Libraries = NO_LIBRARIES,
        project: Project | None = None,
        callers: bool = True,
    ):
        self._chunks = chunks
        self._project, self._callers = project, callers
        self._engine = Engine(EVALUATORS, call, run_block, libraries)
        self._engine.book.text = [statement for chunk in chunks for statement in chunk.tree]
        self._index = self._engine.files.linted.index = index
        if index is not None:
            self._engine.book.imported = frozenset(index.imported())
        if project is not None:
            self._engine.book.packaged = project.packaged
            self._engine.files.others = ProjectFiles(self._engine, project)
        self.failures: list[NotAnalysed] = []
        lines = sum(chunk.text.count("\n") for chunk in chunks)
        self._budget = STEPS_PER_FILE + STEPS_PER_LINE * lines
        self._engine.work.left_abroad = STEPS_ABROAD_PER_FILE + STEPS_ABROAD_PER_LINE * lines
        self._steps_left = self._budget
        self._receivers: dict[int, list[tuple[Ref, State]]] = {}
        self._in_setup: set[FunctionCode] = set()
        self._objects = Objects(self._engine, chunks, self._call)
        self._leftovers = Leftovers(self._engine, chunks)
        engine = self._engine
        self._any_modules = AnyModules(engine, self._call)
        self._any_equinox = AnyEquinoxModules(engine, self._call)
        engine.hooks = Hooks(
            partial(_stored, engine),
            partial(modules.written, engine),
            self._leftovers.returned,
            partial(nnx_modules.lacking, engine),
            partial(_dropped, engine),
            partial(rngs.unpacked, engine),
            partial(defaults.declared, engine),
            partial(defaults.defaulted, engine),
            lambda cls, state: self._any_modules.of(cls, state) or self._any_equinox.declared(cls, state),
            partial(_managed, engine),
            partial(implementations.call_open, engine),
            haiku.note_unseen,
            haiku.is_undecided,
        )

    @property
    def origins(self) -> Origins:
        """The calls that made keys, complete when the file has been followed."""
        return self._engine.book.origins

    def run(self) -> list[Event]:
        """Return what the rules need to know."""
        engine = self._engine
        state = State()
        state.open_frame(MODULE_FRAME, {})
        state = self._run_body(state)
        # A script that runs everything must not use up what its functions need to be followed one by one.
        self._steps_left = engine.work.steps + self._budget
        done: set[int] = set()
        while True:
            waiting = [function for code, function in engine.program.functions.items() if code.serial not in done]
            waiting.sort(key=lambda function: function.code.serial)
            if not waiting:
                break
            # What is followed with a class chosen for it may cost much, and must not use up the others' share.
            cheap = [function for function in waiting if self._objects.subclass_for(function) is None]
            for function in cheap or waiting:
                done.add(function.code.serial)
                if self._is_root(function) and not self._followed_already(function):
                    self._safely(partial(self._run_function, function, state), function.code.chunk)
                if self._hands_on_to_itself(function):
                    self._safely(partial(self._run_function, function, state), function.code.chunk)
        sources: list[Callable[[], Sequence[Event]]] = [
            Judgement(engine.book).events,
            self._leftovers.events,
            self._defaulted,
            lambda: [event for event in engine.events if self._holds(event)],
            lambda: engine.bounds.events,
        ]
        events = [event for source in sources for event in self._safely(source) or ()]
        supplied = self._safely(partial(self._with_callers, events))
        return events if supplied is None else supplied

    def _with_callers(self, events: list[Event]) -> list[Event]:
        """Add what callers in other files supply; what these files hold is followed without theirs."""
        if self._project is None or not self._callers:
            return events
        return with_callers(events, self._project, self._of_other_file)

    def _of_other_file(self, source: SourceFile, project: Project) -> list[Event]:
        """Follow another file as if it were linted."""
        libraries = self._engine.libraries
        index = build(source.tree, interest(libraries, project, project.home))
        pieces = pieces_of(source.text, source.tree)
        analysis = Analysis(pieces, index, libraries, project, callers=False)
        try:
            return analysis.run()
        finally:
            analysis.close()
            for piece in pieces:
                piece.file = source.path

    def close(self) -> None:
        """Let go of everything at once: the parts refer to each other, and only the collector would find that out."""
        for cls in self._engine.program.classes:
            cls.members.clear()
        vars(self._engine).clear()

    def _hands_on_to_itself(self, function: Function) -> bool:
        """Return whether a function draws from what it has given to itself before: then that call matters too."""
        cut = self._engine.program.cut.pop(function.code, set())
        return self._is_root(function) and any(self._engine.book.uses.drawn_from(term) for term in cut)

    def _is_root(self, function: Function) -> bool:
        """Return whether a function is followed by itself: it stands in the linted file, and matters."""
        unit, index = function.code.unit, self._index
        if function.code.chunk.file:
            return False
        known = index is None or not unit or unit in index.relevant or unit == "<lambda>"
        return known or self._objects.takes(function.owner, function)

    def _defaulted(self) -> list[Defaulted]:
        """Return the default keys that functions consume which nobody calls in sight; the ledger knows the others."""
        engine, program = self._engine, self._engine.program
        found: list[Defaulted] = []
        for (code, name), site in program.defaults.items():
            uncalled = code not in program.called and code not in program.cached
            if uncalled and engine.book.uses.drawn_from(engine.parameter(code, name).term):
                defined = Site(code.node.name, code.chunk) if isinstance(code.node, cst.FunctionDef) else None
                found.append(Defaulted(site, name, code.name, defined))
        return found

    def _holds(self, event: Event) -> bool:
        """Return whether nothing that was seen elsewhere has shown that an event is a mistake of ours, or is meant."""
        walks = self._engine.book.walks
        if isinstance(event, Shared):
            return not self._engine.book.signs.mean_one_draw_for_all_lanes(event.use)
        if isinstance(event, Flagged):
            return event.what is FlagMistake.INVERTED or not walks.was_settled(event.way)
        if isinstance(event, Lifted) and event.scope is not None:
            return not may_be_initialised(self._engine, event.scope)
        if isinstance(event, Misused) and event.code in (Misuse.NOT_A_KEY, Misuse.SWAPPED):
            return not walks.was_keyed(event.root, event.site.node)
        return True

    def _followed_already(self, function: Function) -> bool:
        """Return whether a nested function was followed where it is called, with all that is known there.

        What is written only to ask for its shapes draws nothing anywhere else.
        """
        if function.code in self._engine.program.measured:
            return True
        nested = len(function.frames) > 1 and function.owner is None
        return nested and self._engine.book.complete and function.code in self._engine.program.entered

    def _eager(self) -> list[Chunk]:
        """Return the pieces that are followed in any case, and put the others off."""
        engine, index = self._engine, self._index
        if index is None:
            return self._chunks
        eager: list[Chunk] = []
        imported = index.imported()
        number = 0
        for chunk in self._chunks:
            statements = range(number, number + len(chunk.tree))
            number += len(chunk.tree)
            rebound = any(index.defined(statement) & imported for statement in statements)
            if rebound or any(index.matters(statement) for statement in statements):
                eager.append(chunk)
            else:
                for statement in statements:
                    engine.files.linted.deferred.update(dict.fromkeys(sorted(index.defined(statement)), chunk))
        return eager

    def _run_body(self, state: State) -> State:
        """Follow the file's body; it goes on behind a statement that no path survives."""
        engine = self._engine
        live = [state]
        for chunk in self._eager():
            try:
                statements = chunk.module.body
            except NotAnalysed as failure:
                self.failures.append(failure)
                continue
            for statement in statements:
                before = live[0].fork()
                after: list[State] = []
                for path in live:
                    with engine.within(Context(chunk=chunk)):
                        done = self._guarded(partial(run_statement, engine, statement, path))
                    after.extend(end for completion, end in done or [] if completion is NORMAL)
                # What was imported or not makes two programs, which are alike but for the names that say so.
                kept = 1 if isinstance(statement, cst.Try) and _only_imports(statement) else PATHS_KEPT
                live = self._safely(partial(merge, after, engine.unknown, kept), chunk) or [before]
        return merge(live, engine.unknown, kept=1)[0]

    def _run_function(self, function: Function, state: State) -> None:
        """Follow one function for any arguments, with nothing consumed before."""
        engine = self._engine
        engine.chosen = Chosen.CERTAIN
        engine.book.walks.number = engine.number()
        if len(function.frames) > 1:
            engine.book.walks.within.add(engine.book.walks.number)
        path = state.fork()
        path.ledger, path.assumed, path.draws = {}, ({},), ()
        for frame in function.frames:
            if not path.has_frame(frame):
                around = engine.program.closures.get(frame, _NOTHING)
                around.give(path)
                engine.chosen = max(engine.chosen, around.chosen)
                hidden = {name: engine.unknown(name) for name in sorted(around.others)}
                path.open_frame(frame, {**hidden, **around.names})
        with engine.within(Context(chunk=function.code.chunk)):
            self._run_root(function, path)

    def _run_root(self, function: Function, state: State) -> None:
        owner = function.owner
        binding = None if owner is None else _binding(owner, function)
        if owner is not None and binding is Binding.METHOD:
            self._run_method(owner, function, state)
        else:
            given = self._objects.taken(owner, function, state)
            self._call(function, state, owner if binding is Binding.CLASSMETHOD else None, given=given)

    def _call(
        self,
        function: Function,
        state: State,
        receiver: Value | None = None,
        active: Activation | None = None,
        given: dict[str, Value] | None = None,
    ) -> list[State]:
        engine = self._engine

        def follow() -> list[State]:
            args = symbolic_args(engine, function, state, receiver)
            args.keywords.update(given or {})
            ends = [after for _, after in call_function(engine, function, args, state)]
            if isinstance(receiver, Ref):
                self._leftovers.kept(function, receiver, ends)
            return ends

        return self._guarded(follow, active) or []

    def _run_method(self, owner: Class, function: Function, state: State) -> None:
        if not lineage.is_linen(owner):
            if self._objects.is_constructor(owner, function):
                self._objects.constructed(owner, state)
            else:
                receiver = self._any_modules.of(owner, state) or self._any_equinox.of(owner, state)
                objects = [(receiver, state)] if receiver else self._objects.each_with(owner, function, state)
                for ref, path in objects:
                    events, unfed = len(self._engine.events), len(self._engine.book.unfed)
                    given = self._objects.taken(owner, function, path)
                    self._call(function, path, ref, given=given)
                    if len(self._engine.book.unfed) == unfed and not any(map(_draws, self._engine.events[events:])):
                        break  # where one kind of models draws nothing, no rule speaks of what the others draw
            return
        paths = self._set_up(owner, state)
        if function.code in self._in_setup:
            return  # it was followed to set the module up
        for ref, ready in paths:
            self._run_module_method(owner, function, ref, ready)

    def _run_module_method(self, owner: Class, function: Function, ref: Ref, state: State) -> None:
        engine = self._engine
        setup = function.code.name == "setup"
        if setup or function.code.name == "__post_init__":
            active = Activation(ref.address, True, False, f"{owner.name}.{function.code.name}", setup=setup)
            self._call(function, state, ref, active)
            return
        known = function.code.name == "__call__" and not self._extended(owner)
        member = owner.members.get(function.code.name)
        known = known and member is not None and undecorated(member) == function
        lifted = member if isinstance(member, Wrapped) and member.lift is not None else None
        active = Activation(ref.address, function.compact, known, owner.name, lifted=lifted is not None and not known)
        if known and lifted is not None:
            site = Site(function.code.node, function.code.chunk)
            self._guarded(
                lambda: lifted_transforms.call(
                    engine, lifted, symbolic_args(engine, function, state, ref), state, site
                ),
                active,
            )
            return
        self._guarded(lambda: call_method(engine, function, symbolic_args(engine, function, state, ref), state), active)

    def _set_up(self, owner: Class, state: State) -> list[tuple[Ref, State]]:
        """Return any module of a class, set up; ``setup`` is followed once for all of its methods."""
        known = self._receivers.get(owner.serial)
        if known is None:
            engine = self._engine
            ref = engine.allocate(state, Instance(owner, frozen=True, path=(), bound=True, symbolic=True))
            ready = self._guarded(lambda: set_up(engine, ref, state.fork()))
            setup = classes.member(owner, "setup")
            if ready and isinstance(setup, Function) and setup.code in engine.work.followed:
                self._in_setup.add(setup.code)
            paths = merge(ready, engine.unknown, kept=SETUPS_KEPT) if ready else [not_set_up(ref, state)]
            for path in paths:
                path.ledger, path.draws = {}, ()
            known = self._receivers[owner.serial] = [(ref, path) for path in paths]
        return [(ref, path.fork()) for ref, path in known]

    def _extended(self, owner: Class) -> bool:
        """Return whether another class of the file derives from this one and could call its methods."""
        return any(owner in lineage.ancestors(cls) for cls in self._engine.program.classes if cls is not owner)

    def _guarded(self, follow: Callable[[], Result], active: Activation | None = None) -> Result | None:
        """Follow something within the bounds of one root, in a context of its own."""
        engine = self._engine
        chunk, follow_runs = engine.context.chunk, engine.context.follow_runs
        lines = chunk.text.count("\n") if chunk is not None else 0
        engine.work.begin(STEPS_PER_ROOT + STEPS_PER_LINE * lines, self._steps_left)
        activations = (active,) if active is not None else ()

        def followed() -> Result | None:
            try:
                with engine.within(Context(chunk=chunk, activations=activations, follow_runs=follow_runs)):
                    return follow()
            except Exhausted:
                engine.book.complete = False
                return None

        return self._safely(followed, chunk)

    def _safely(self, do: Callable[[], Result], chunk: Chunk | None = None) -> Result | None:
        """Do one of several things: whatever goes wrong in it, which is a mistake of ours, costs none of the others."""
        try:
            return do()
        except NotAnalysed as failure:
            self.failures.append(failure)
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            self.failures.append(NotAnalysed(chunk.first_line if chunk is not None else 1, reason))
        return None


def _managed(engine: Engine, found: Instance, name: str, state: State) -> Outcomes | None:
    known = MANAGED.get(found.cls.path) if isinstance(found.cls, Symbol) else None
    return splitting.managed(engine, found, name, state) if known is None else known(engine, found, name, state)


def _draws(event: Event) -> bool:
    """Return whether an event tells of a model that may draw from its streams."""
    return isinstance(event, ModuleRun) and any(event.draws)


def _stored(engine: Engine, owner: Ref, name: str, value: Value, state: State) -> None:
    modules.adopt(engine, owner, name, value, state)
    nnx_modules.stored(engine, owner, name, value, state)


def _dropped(engine: Engine, value: Value, state: State, site: Site) -> None:
    nnx_modules.dropped(engine, value, state, site)
    equinox.dropped(engine, site)


def _only_imports(node: cst.Try) -> bool:
    """Return whether a ``try`` is there for a package that may be missing."""
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    small = [statement for line in lines for statement in line.body]
    imports = [statement for statement in small if isinstance(statement, (cst.Import, cst.ImportFrom))]
    flags = [s for s in small if isinstance(s, cst.Assign) and isinstance(s.value, (cst.Name, cst.Attribute))]
    return len(lines) == len(node.body.body) and bool(imports) and len(imports) + len(flags) == len(small)


def _binding(owner: Class, function: Function) -> Binding:
    """Return how a class binds one of its functions; a property is followed as the method that it is."""
    for value in owner.members.values():
        if isinstance(value, Descriptor) and undecorated(value.function) == function:
            return value.kind if value.kind is not Binding.PROPERTY else Binding.METHOD
    return Binding.METHOD
