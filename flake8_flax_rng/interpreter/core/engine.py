"""The interpreter's core: what all its parts share while they follow one program."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.bounds import Bounds
from flake8_flax_rng.interpreter.core.context import (
    MODULE_FRAME,
    Completion,
    Completions,
    Context,
    Effectless,
    FixedObjects,
    Home,
    Hooks,
    OtherFiles,
    Outcome,
    Outcomes,
    Scope,
    Trace,
)
from flake8_flax_rng.interpreter.domain.budget import (
    EFFORT_FOR_ALL_CALLS,
    EFFORT_FOR_CALLS,
    ITEMS_ESCAPED,
    ITEMS_NAMED,
    NESTING_ESCAPED,
    NESTING_NAMED,
    PATHS_BY_EFFORT,
    PATHS_KEPT,
    PATHS_KEPT_ABROAD,
    SHARE_FOR_ALL_CALLS,
    SHARE_FOR_CALLS,
    SHORT_CALL_ABROAD,
    Limit,
)
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
    Use,
)
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.terms import Term, Terms
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Class,
    Const,
    Descriptor,
    Function,
    FunctionCode,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.evidence.book import Book
from flake8_flax_rng.interpreter.paths.join import merge, merge_outcomes
from flake8_flax_rng.interpreter.paths.state import UNRESOLVED, LedgerKey, State
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES, SEEDED_METHODS, VOLATILE, Libraries
from flake8_flax_rng.semantics.transforms import SELECTING

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.syntax.source import Chunk

KNOWN = 0
HEIR = 1
"""A class stands for all that derive from its base: what it does is certain, what it leaves undone is not."""

DEFAULT = 2
"""A parameter's default was taken, which its callers may never use: which keys are used is still of interest."""

AGAIN = 1
"""From here on, and in the second half of a trip, a callee is only followed again if it is given a key."""

CALLS = 2
"""From here on, and in the last quarter of a trip, no call is followed, so that the rest of the function itself is."""

_OF_A_MODULE = (Doubled, Fixed, Flagged, Lifted, Malformed, Misplaced, Rated, Replaced)


class Exhausted(Exception):
    """The analysed function is larger than what is followed; what was found so far stands."""


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


def class_frame(cls: Class) -> int:
    """Return the number of the frame that holds what was stored in the attributes of a class."""
    return -1_000_000_000 - cls.serial


def library_label(term: Term) -> str:
    """Return what a reader calls a method of a library's object, or the object itself."""
    owner = term.part(0)
    if term.kind == "attribute" and owner is not None and owner.kind == "made":
        return f"{library_label(owner)}.{term.args[1]!s}"
    if term.kind == "made":
        return str(term.args[0]).removesuffix(".from_pretrained").removesuffix(".from_config")
    name = term.args[1] if term.kind == "attribute" else None
    return name if isinstance(name, str) and name in SEEDED_METHODS else ""


Evaluate = Callable[["Engine", "cst.CSTNode", State], Outcomes]
Call = Callable[["Engine", Value, Args, State, Site], Outcomes]
RunBlock = Callable[["Engine", "cst.BaseSuite | cst.Module", State], Completions]


def attribute_frame(owner: Opaque) -> int:
    """Return the number of the frame that holds what was stored in the attributes of an unknown object."""
    return -1 - owner.term.number


class Engine:
    """Follows one file's functions on symbolic keys and gathers events.

    Attributes:
        context: what runs the code that is being followed.
        events: what was found so far.
        linted: the file that is linted.
        homes: the files whose text was followed, by path.
        other_files: the other files of the project; None when they are not followed.
        abroad: greater than 0 where text of another file is followed: how many trips from one file to another are
            under way, as far as they are told apart.
        steps_abroad: how many expressions may still be followed in other files.
        classes: the classes that were made.
        bodies: the class that each statement has made last.
        lost: functions of other files that are larger than what is followed.
        bounds: where the analysis stopped short.
        effectless: the calls that had no effect, by what they depend on.
        libraries: what is known of other packages.
        called: the functions that are called somewhere.
        entered: those of them whose text was followed there.
        example: whether others may stand for the classes of modules in what is followed: ``KNOWN``, ``HEIR`` or
            ``DEFAULT``.
        jitted: the functions that the file compiles.
        defined: how often each ``def`` or ``lambda`` was executed.
        defaults: where the keys are built that are defaults of parameters.
        cached: the functions that remember their results.
        typed_keys: whether ``PRNGKey`` was told to make typed keys.
        reads: the streams that the methods of a Linen class read, by number of the class.
        fields: where the fields of a Linen module were given, by its address.
        closures: what the functions that have returned leave to those that were defined in them, by frame.
        hooks: who is told of what the program does with its objects.
    """

    def __init__(
        self, evaluate: Evaluate, call: Call, run_block: RunBlock, libraries: Libraries = NO_LIBRARIES
    ) -> None:
        self.libraries = libraries
        self.terms = Terms()
        self.context = Context()
        self.events: list[Event] = []
        self.called: set[FunctionCode] = set()
        self.entered: set[FunctionCode] = set()
        self.made: dict[FunctionCode, Function] = {}
        self.example = KNOWN
        self.jitted: set[FunctionCode] = set()
        self.defined: dict[FunctionCode, int] = {}
        self.defaults: dict[tuple[FunctionCode, str], Site] = {}
        self.cached: set[FunctionCode] = set()
        self.reads: dict[int, set[str]] = {}
        self.fields: dict[int, dict[str, Site]] = {}
        self.hooks = Hooks()
        self.steps = 0
        self.effort = 0
        self.followed: set[FunctionCode] = set()
        self.limit = 0
        self.book = Book()
        self.bounds = Bounds()
        self.effectless: dict[Hashable, Effectless] = {}
        self.linted = Home()
        self.homes: dict[str, Home] = {"": self.linted}
        self.other_files: OtherFiles | None = None
        self.abroad = 0
        self.steps_abroad = 0
        self.lost: set[FunctionCode] = set()
        self.classes: list[Class] = []
        self.bodies: dict[cst.CSTNode, Class] = {}
        self.typed_keys = False
        self._numbers = 0
        self._trip = 0
        self._defining: list[Chunk] = []
        self.codes: dict[cst.CSTNode, FunctionCode] = {}
        self.literals: dict[cst.CSTNode, Value] = {}
        self.captured: set[int] = {MODULE_FRAME}
        self.closures: dict[int, FixedObjects] = {}
        self._evaluate = evaluate
        self._call = call
        self._run_block = run_block

    # -- following -------------------------------------------------------------------------------

    def eval(self, node: cst.CSTNode, state: State) -> Outcomes:
        """Evaluate an expression; one outcome for each path on which it has a value."""
        self.steps += 1
        self.effort += 1
        if self.steps > self.limit:
            self.bounds.exhausted(self)
            raise Exhausted
        return self._evaluate(self, node, state)

    def eval_one(self, node: cst.CSTNode, state: State) -> Outcome:
        """Evaluate an expression on one path; unknown if it has a value on none."""
        outcomes = self.eval(node, state)
        return outcomes[0] if outcomes else (self.unknown(), state)

    def eval_all(self, nodes: list[cst.BaseExpression], state: State) -> list[tuple[list[Value], State]]:
        """Evaluate expressions from left to right."""
        rows: list[tuple[list[Value], State]] = [([], state)]
        for node in nodes:
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
        return self.homes[self.context.chunk.file] if self.context.chunk is not None else self.linted

    def define(self, name: str, state: State) -> Value | None:
        """Follow the piece of text that binds a name at the top level, if it was put off."""
        chunk = self.home.deferred.get(name)
        if chunk is None or chunk in self._defining:
            return None
        self._defining.append(chunk)
        try:
            with self.within(replace(self.context, scope=Scope((MODULE_FRAME,)), chunk=chunk, functions=())):
                self._run_block(self, chunk.module, state)
        finally:
            self._defining.pop()
        return state.lookup(MODULE_FRAME, name)

    def merge(self, states: list[State]) -> list[State]:
        """Join paths that have met; the more work a function has made, the fewer are kept apart."""
        if len(states) < 2:
            return states
        return merge(states, self.unknown, self._kept(), self._forget_paths, bool(self.context.runs))

    @property
    def haste(self) -> int:
        """How much was followed from one function: ``AGAIN`` or ``CALLS`` where calls in it stay unknown, 0 if not."""
        used, allowed = self.steps - self._trip, self.limit - self._trip
        if self.effort >= EFFORT_FOR_CALLS or (self.abroad and used > allowed * SHARE_FOR_CALLS):
            return CALLS
        much = self.effort >= EFFORT_FOR_ALL_CALLS or (self.abroad and used > allowed * SHARE_FOR_ALL_CALLS)
        return AGAIN if much else 0

    def _kept(self) -> int:
        kept = next((kept for effort, kept in PATHS_BY_EFFORT if self.effort >= effort), PATHS_KEPT)
        return min(kept, PATHS_KEPT_ABROAD) if self.abroad and self.haste else kept

    def merge_outcomes(self, outcomes: Outcomes) -> Outcomes:
        """Join paths that carry a value."""
        if len(outcomes) < 2:
            return outcomes
        frame, in_run = self.context.scope.frames[0], bool(self.context.runs)
        return merge_outcomes(outcomes, frame, self.unknown, self._kept(), self._forget_paths, in_run)

    def _forget_paths(self) -> None:
        self.bounds.reached(self, Limit.PATHS)

    # -- making things -----------------------------------------------------------------------------

    def number(self) -> int:
        """Return a number that was not used before: an address, a frame or an origin."""
        self._numbers += 1
        return self._numbers

    def unknown(self, label: str = "unknown") -> Opaque:
        """Return a value of which nothing is known."""
        return Opaque(self.terms.fresh(label))

    def parameter(self, code: FunctionCode, name: str) -> Opaque:
        """Return what stands for any argument that a caller could give for a parameter."""
        return Opaque(self.terms.make("parameter", code.name, code.serial, name))

    def allocate(self, state: State, found: HeapObject) -> Ref:
        """Put an object into the heap."""
        address = self.number()
        state.heap[address] = found
        return Ref(address)

    def owner(self) -> int:
        """Return the number of the function whose text is being followed, -1 for the file's body."""
        return self.context.functions[-1].serial if self.context.functions else -1

    def site(self, node: cst.CSTNode) -> Site:
        """Return the place of a node of the code that is being followed."""
        assert self.context.chunk is not None
        return Site(node, self.context.chunk)

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
        identity = None if compiled is None else (compiled, self.defined.get(compiled, 0))
        trace = Trace(self.number(), self.terms.count, identity, receiver, eager)
        return self.within(replace(self.context, traces=(*self.context.traces, trace)))

    @contextmanager
    def going_abroad(self, limit: int) -> Iterator[None]:
        """Follow text of another file, which does not count for what is followed of this one.

        Raises:
            Exhausted: it is larger than ``limit``.
        """
        start, ours, trip = self.steps, self.limit, self._trip
        self._trip = start
        self.limit = start + min(limit, max(self.steps_abroad, SHORT_CALL_ABROAD))
        self.abroad += 1
        try:
            yield
        finally:
            self.steps_abroad -= self.steps - start
            self.steps, self.limit, self._trip = start, ours, trip
            self.abroad -= 1

    def without_runs(self) -> _Within:
        """Follow code for what it stores: what Linen modules do in it is of no interest."""
        return self.within(replace(self.context, follow_runs=False))

    def emit(self, event: Event) -> None:
        """Tell the rules something."""
        if not (self.context.muted or (self.example == DEFAULT and isinstance(event, _OF_A_MODULE))):
            self.events.append(event)

    # -- looking at values ---------------------------------------------------------------------------

    def term(self, value: Value, state: State, depth: int = 0) -> Term:
        """Return the term that names a value; containers are named by their contents."""
        make = self.terms.make
        if isinstance(value, Opaque | Key):
            return value.term
        if isinstance(value, Const):
            return self.terms.const(value.value)
        if isinstance(value, Keys):
            return make("keys", value.parent, value.start, value.count)
        if isinstance(value, Stacked):
            return make("stacked", self.term(value.lane, state, depth + 1))
        if depth > NESTING_NAMED:
            return self.terms.fresh("deep")
        if isinstance(value, Tuple | Rows):
            return make("tuple", *(self.term(item, state, depth + 1) for item in value.items[:ITEMS_NAMED]))
        if isinstance(value, Symbol):
            return make("symbol", value.path, *([value.home] if value.path.startswith(".") else []))
        if isinstance(value, Ref):
            return self._object_term(value, state, depth)
        if isinstance(value, Function):
            return make("function", value.code.name, value.code.serial, *value.frames)
        if isinstance(value, Bound | Native | Wrapped | Partial | Descriptor):
            return self._callable_term(value, state, depth)
        if isinstance(value, Class):
            return make("class", value.name, value.serial)
        return self.terms.fresh("value")

    def _object_term(self, value: Ref, state: State, depth: int) -> Term:
        found = state.heap.get(value.address)
        if isinstance(found, ListObject) and found.complete and len(found.items) <= ITEMS_NAMED:
            return self.terms.make("list", *(self.term(item, state, depth + 1) for item in found.items))
        if isinstance(found, DictObject) and found.complete and len(found.entries) <= ITEMS_NAMED:
            parts = [
                part
                for key, item in found.entries
                for part in (self.terms.const(key.value), self.term(item, state, depth + 1))
            ]
            return self.terms.make("dict", *parts)
        if isinstance(found, Instance):
            return self.terms.make("object", value.address)
        container = self.terms.fresh("container")
        items = found.items[:ITEMS_NAMED] if isinstance(found, ListObject) and depth < NESTING_NAMED else ()
        known = [self.term(item, state, depth + 1) for item in items]
        return self.terms.make("container", container, *known) if known else container

    def _callable_term(self, value: Bound | Native | Wrapped | Partial | Descriptor, state: State, depth: int) -> Term:
        if isinstance(value, Native):
            return self.terms.make("native", value.name, self.term(value.receiver, state, depth + 1))
        inner = self.term(value.function, state, depth + 1)
        if isinstance(value, Bound):
            return self.terms.make("bound", inner, self.term(value.receiver, state, depth + 1))
        if isinstance(value, Partial):
            parts = [self.term(arg, state, depth + 1) for arg in value.args]
            return self.terms.make("partial", inner, *parts)
        return self.terms.make("wrapped", inner)

    def label(self, value: Value, state: State) -> str:
        """Return what a reader calls a callable."""
        if isinstance(value, Symbol):
            return value.path
        if isinstance(value, Function):
            return value.code.name.strip("<>")
        if isinstance(value, Class):
            return value.name
        if isinstance(value, Bound | Wrapped | Partial | Descriptor):
            return self.label(value.function, state)
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
        return instance.cls.path.replace("flax.linen.", "nn.")

    # -- what unknown code can do ---------------------------------------------------------------------

    def escape(self, value: Value, state: State, depth: int = 0) -> None:
        """Forget what unknown code could change through a value."""
        if depth > NESTING_ESCAPED:
            return
        self.book.read(value)
        self.book.escapes.note(value)
        if isinstance(value, Opaque):
            state.versions[value.term] = state.versions.get(value.term, 0) + 1
            state.close_frame(attribute_frame(value))
        elif isinstance(value, Tuple | Rows):
            for item in value.items:
                self.escape(item, state, depth + 1)
        elif isinstance(value, Bound | Native):
            self.escape(value.receiver, state, depth + 1)
        elif isinstance(value, Partial):
            for item in value.args:
                self.escape(item, state, depth + 1)
        elif isinstance(value, Ref):
            self._escape_object(value, state, depth)
        elif isinstance(value, Class):
            state.close_frame(class_frame(value))

    def _escape_object(self, value: Ref, state: State, depth: int) -> None:
        found = state.heap.get(value.address)
        if isinstance(found, ListObject):
            state.heap[value.address] = replace(found, complete=False, items=())
            for item in found.items[:ITEMS_ESCAPED]:
                self.escape(item, state, depth + 1)
        elif isinstance(found, DictObject):
            state.heap[value.address] = replace(found, complete=False, entries=())
            for _, item in found.entries[:ITEMS_ESCAPED]:
                self.escape(item, state, depth + 1)
        elif isinstance(found, Instance) and not found.frozen:
            for item in found.attributes.values():
                self.book.escapes.note(item)
            lasting = {name: item for name, item in found.attributes.items() if name in found.lasting}
            state.heap[value.address] = replace(found, attributes=lasting, version=found.version + 1, symbolic=True)

    def unknown_call(self, function: Value, args: Args, state: State) -> Outcomes:
        """Call something of which nothing is known: its arguments escape."""
        parts = [self.term(value, state) for value in args.values()]
        for value in args.values():
            self._unresolved(value, state)
            self.escape(value, state)
        callee = self.term(function, state)
        return [(Opaque(self.terms.make("call", callee, *parts, self.terms.fresh("call"))), state)]

    def _unresolved(self, value: Value, state: State) -> None:
        """Note that a key is given to something of which nothing is known."""
        if not isinstance(value, Key | Opaque) or not self.context.stack:
            return
        first = state.ledger.get(LedgerKey(value.term))
        if first is None and isinstance(value, Opaque):
            return
        origin = value.origin if isinstance(value, Key) else 0
        use = Use(tuple(self.context.stack), "unknown", self.context.stack[-1].label, value.term, origin)
        if first is not None:
            self.book.uses.suspect(first, use)
        if isinstance(value, Key):
            self.book.uses.consume(LedgerKey(value.term, UNRESOLVED), use, state)

    def pure_call(self, name: str, args: Args, state: State) -> Outcomes:
        """Call a function that only computes a value from its arguments."""
        parts = [self.term(value, state) for value in args.values()]
        names = [self.terms.const(keyword) for keyword in args.keywords]
        for value in args.values():
            self.book.read(value)
            if name not in SELECTING:
                self.book.escapes.note(value)  # what only chooses between keys does nothing with them
        if not args.complete() or name.startswith(VOLATILE):
            parts.append(self.terms.fresh("rest"))
        return [(Opaque(self.terms.make("pure", name, *parts, *names)), state)]
