"""The interpreter's core: what all its parts share while they follow one program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Never

from flake8_flax_rng.interpreter.core.bounds import Bounds
from flake8_flax_rng.interpreter.core.context import (
    MODULE_FRAME,
    Completion,
    Completions,
    Context,
    Outcome,
    Outcomes,
    Scope,
    Trace,
)
from flake8_flax_rng.interpreter.core.files import Files, Home
from flake8_flax_rng.interpreter.core.hooks import Hooks
from flake8_flax_rng.interpreter.core.naming import Namer
from flake8_flax_rng.interpreter.core.program import Chosen, Program
from flake8_flax_rng.interpreter.core.work import Exhausted, Work
from flake8_flax_rng.interpreter.domain.budget import Limit
from flake8_flax_rng.interpreter.domain.events import (
    Doubled,
    Event,
    Fixed,
    Flagged,
    Lifted,
    Malformed,
    Misplaced,
    Rated,
    Replaced,
    Step,
)
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.values import Args, FunctionCode, Value
from flake8_flax_rng.interpreter.evidence.book import Book
from flake8_flax_rng.interpreter.paths.join import merge, merge_outcomes
from flake8_flax_rng.interpreter.paths.state import State
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES, Libraries

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Way


_OF_A_MODULE = (Doubled, Fixed, Flagged, Lifted, Malformed, Misplaced, Rated, Replaced)


class _Way:
    """The way to where the analysis stands, one step longer for a while; made too often for a generator."""

    __slots__ = ("_stack", "_step")

    def __init__(self, stack: list[Step], step: Step):
        self._stack = stack
        self._step = step

    def __enter__(self) -> None:
        self._stack.append(self._step)

    def __exit__(self, *error: object) -> None:
        self._stack.pop()


class _Within:
    """Another context for a while."""

    __slots__ = ("_around", "_context", "_engine")

    def __init__(self, engine: Engine, context: Context):
        self._engine = engine
        self._context = context
        self._around = context

    def __enter__(self) -> None:
        self._around, self._engine.context = self._engine.context, self._context

    def __exit__(self, *error: object) -> None:
        self._engine.context = self._around


Evaluate = Callable[["Engine", Any, State], Outcomes]
Call = Callable[["Engine", Value, Args, State, Site], Outcomes]
RunBlock = Callable[["Engine", "cst.BaseSuite | cst.Module", State], Completions]


class Engine(Namer):
    """Follows one file's functions on symbolic keys and gathers events.

    Attributes:
        libraries: what is known of other packages.
        context: what runs the code that is being followed.
        chosen: whether others may stand for the classes of modules in the root that is being followed.
        work: how much was followed.
        bounds: where the analysis stopped short.
        files: the files whose text is followed.
        program: what the program defines.
        book: the uses of keys.
        events: what else was found so far.
        hooks: who is told of what the program does with its objects.
    """

    def __init__(
        self,
        evaluators: Mapping[type[cst.CSTNode], Evaluate],
        call: Call,
        run_block: RunBlock,
        libraries: Libraries = NO_LIBRARIES,
    ) -> None:
        super().__init__()
        self.libraries = libraries
        self.context = Context()
        self.chosen = Chosen.CERTAIN
        self.work = Work()
        self.bounds = Bounds()
        self.files = Files()
        self.program = Program()
        self.book = Book(self)
        self.events: list[Event] = []
        self.hooks = Hooks()
        self._evaluators = evaluators
        self._call = call
        self._run_block = run_block

    def eval(self, node: cst.CSTNode, state: State) -> Outcomes:
        """Evaluate an expression; one outcome for each path on which it has a value.

        Args:
            node: the expression.
            state: the path that reaches it; it is changed.
        """
        work = self.work
        work.steps += 1
        work.effort += 1
        if work.steps > work.limit:
            self._exhausted()
        evaluate = self._evaluators.get(type(node))
        return [(self.unknown(), state)] if evaluate is None else evaluate(self, node, state)

    def count(self) -> None:
        """Count one expression, or one call that no expression stands for.

        Raises:
            Exhausted: more were followed than may be from one function, or in the file.
        """
        work = self.work
        work.steps += 1
        work.effort += 1
        if work.steps > work.limit:
            self._exhausted()

    def _exhausted(self) -> Never:
        self.bounds.exhausted(self.context, self.work.abroad, self.work.of_file)
        raise Exhausted

    def eval_one(self, node: cst.CSTNode, state: State) -> Outcome:
        """Evaluate an expression on one path; unknown if it has a value on none."""
        outcomes = self.eval(node, state)
        return outcomes[0] if outcomes else (self.unknown(), state)

    def eval_all(self, nodes: list[cst.BaseExpression], state: State) -> list[tuple[list[Value], State]]:
        """Evaluate expressions from left to right."""
        rows: list[tuple[list[Value], State]] = [([], state)]
        for node in nodes:
            if len(rows) == 1:
                values, at = rows[0]
                outcomes = self.eval(node, at)
                if len(outcomes) == 1:
                    value, at = outcomes[0]
                    values.append(value)
                    rows[0] = values, at
                else:
                    rows = [([*values, value], after) for value, after in outcomes]
            else:
                rows = [([*values, value], after) for values, at in rows for value, after in self.eval(node, at)]
        return rows

    def call(self, function: Value, args: Args, state: State, site: Site) -> Outcomes:
        """Call a value."""
        if self.context.stack:
            return self._call(self, function, args, state, site)
        # What Python calls by itself, as a decorator or a context manager, has no call in the text.
        with self.step(Step(site, self.label(function, state))):
            return self._call(self, function, args, state, site)

    def run_block(self, body: cst.BaseSuite | cst.Module, state: State) -> list[tuple[Completion, State]]:
        """Follow statements; one completion for each path."""
        return self._run_block(self, body, state)

    @property
    def home(self) -> Home:
        """The file whose text is being followed."""
        return self.files.home(self.context.chunk)

    def define(self, name: str, state: State) -> Value | None:
        """Follow the piece of text that binds a name at the top level, if it was put off."""
        chunk = self.home.deferred.get(name)
        if chunk is None or chunk in self.files.defining:
            return None
        self.files.defining.append(chunk)
        try:
            with self.within(replaced(self.context, scope=Scope((MODULE_FRAME,)), chunk=chunk, functions=())):
                self._run_block(self, chunk.module, state)
        finally:
            self.files.defining.pop()
        return state.lookup(MODULE_FRAME, name)

    def merge(self, states: list[State]) -> list[State]:
        """Join paths that have met; the more work a function has made, the fewer are kept apart."""
        if len(states) < 2:
            return states
        return merge(states, self.unknown, self.work.paths_kept, self._forget_paths, bool(self.context.runs))

    def merge_outcomes(self, outcomes: Outcomes) -> Outcomes:
        """Join paths that carry a value."""
        if len(outcomes) < 2:
            return outcomes
        frame, in_run = self.context.scope.frames[0], bool(self.context.runs)
        return merge_outcomes(outcomes, frame, self.unknown, self.work.paths_kept, self._forget_paths, in_run)

    def _forget_paths(self) -> None:
        self.bounds.reached(self.context, Limit.PATHS)

    def owner(self) -> int:
        """Return the number of the function whose text is being followed, -1 for the file's body."""
        return self.context.functions[-1].serial if self.context.functions else -1

    def site(self, node: cst.CSTNode) -> Site:
        """Return the place of a node of the code that is being followed."""
        assert self.context.chunk is not None
        return Site(node, self.context.chunk)

    def way(self) -> Way:
        """Return the calls and loops that lead to where the analysis stands, to compare them with others."""
        return tuple((step.site.node, step.turn) for step in self.context.stack)

    def step(self, step: Step) -> _Way:
        """Follow a call or a pass of a loop."""
        return _Way(self.context.stack, step)

    def within(self, context: Context) -> _Within:
        """Follow code in another context."""
        return _Within(self, context)

    def tracing(
        self, compiled: FunctionCode | None = None, receiver: Value | None = None, eager: bool = False
    ) -> _Within:
        """Follow what JAX traces."""
        identity = None if compiled is None else (compiled, self.program.defined.get(compiled, 0))
        trace = Trace(self.number(), self.terms.count, identity, receiver, eager, len(self.context.stack))
        return self.within(replaced(self.context, traces=(*self.context.traces, trace)))

    def without_runs(self) -> _Within:
        """Follow code for what it stores: what Linen modules do in it is of no interest."""
        return self.within(replaced(self.context, follow_runs=False))

    def emit(self, event: Event) -> None:
        """Tell the rules something."""
        if not (self.context.muted or (self.chosen is Chosen.DEFAULT and isinstance(event, _OF_A_MODULE))):
            self.events.append(event)
