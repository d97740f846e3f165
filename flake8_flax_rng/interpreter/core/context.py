"""The context of the code that is being followed: where its names are looked up, and what runs it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import NONE, Value
from flake8_flax_rng.interpreter.paths.state import State
from flake8_flax_rng.records import field, record, replaced
from flake8_flax_rng.semantics.transforms import LOOPING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Draw, Shared, Step
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.streams import Run
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Class, FunctionCode, Key, Lift, Opaque
    from flake8_flax_rng.syntax.source import Chunk

MODULE_FRAME = 0


def class_frame(cls: Class) -> int:
    """Return the number of the frame that holds what was stored in the attributes of a class."""
    return -1_000_000_000 - cls.serial


def attribute_frame(owner: Opaque) -> int:
    """Return the number of the frame that holds what was stored in the attributes of an unknown object."""
    return -1 - owner.term.number


Outcome = tuple[Value, State]
Outcomes = list[Outcome]


class Ending(Enum):
    """In which way a statement ended."""

    NORMAL = "normal"
    RETURN = "return"
    BREAK = "break"
    CONTINUE = "continue"
    RAISE = "raise"


@record()
class Completion:
    """How a statement ended on a path.

    Args:
        kind: in which way.
        value: what was returned.
    """

    kind: Ending
    value: Value = NONE


NORMAL = Completion(Ending.NORMAL)

Completions = list[tuple[Completion, State]]


@record(frozen=False)
class Scope:
    """Where the code that is being followed looks up its names.

    Args:
        frames: frames in order of look-up; the first one is bound to.
        redirected: names declared ``global`` or ``nonlocal``, with their frame.
        owner: the class whose method this is.
        receiver: the method's first argument.
        target: the frame that a walrus binds in, inside comprehensions.
        body_of: the class whose body this is.
    """

    frames: tuple[int, ...]
    redirected: dict[str, int] = field(default_factory=dict)
    owner: Class | None = None
    receiver: Value | None = None
    target: int | None = None
    body_of: Class | None = None

    def frame_of(self, name: str, walrus: bool = False) -> int:
        """Return the frame that a name is bound in, by a walrus or otherwise."""
        here = self.frames[0] if self.target is None or not walrus else self.target
        return self.redirected.get(name, here)


@record(frozen=False)
class Activation:
    """A Linen module whose method is being followed.

    Args:
        address: the module.
        compact: whether submodules may be made: in a ``@nn.compact`` method or below one, or in ``setup``.
        known: whether it is known how the method was entered.
        name: class and method as a reader knows them.
        setup: whether this is ``setup``.
        post_init: whether this is ``__post_init__``.
        origin: address of the module as its constructor made it.
        lifted: whether the method is followed without the lifted transform that decorates it.
    """

    address: int
    compact: bool
    known: bool
    name: str
    setup: bool = False
    post_init: bool = False
    origin: int = 0
    lifted: bool = False


@record(frozen=False)
class Trace:
    """A function that JAX traces.

    Args:
        start: number of the first object that is made in it.
        terms: number of the first term that is made in it.
        compiled: the function, if its compiled form is kept from call to call.
        receiver: the object whose method it is, if that is no argument of it.
        eager: whether it is a ``vmap``, in which what all lanes share is computed at once.
        depth: how many calls and passes of loops lead to it.
    """

    start: int
    terms: int
    compiled: tuple[FunctionCode, int] | None = None
    receiver: Value | None = None
    eager: bool = False
    depth: int = 0


@record(frozen=False)
class Lanes:
    """A mapped function that is being followed.

    Args:
        site: the place of its call.
        transform: the transform as a reader knows it.
        start: number of the first term that was made after it began.
        quiet: whether nothing is said of it: models are compared on the same numbers, a result is one for all, or there
            is one lane.
        varying: what differs from lane to lane.
        reported: the keys that were found to be common to all lanes.
        repeated: the keys that were given to the lanes as an array of equal ones.
        found: what was found.
        twins: the keys of the other lanes, by that of the lane that is followed.
        models: how many runs and methods of models were under way when it began.
        handed: what an object that is mapped is given: its class is right, and the call is to be mended.
        made: where the transform was applied, if that is known.
        supplied: whether a library gives each lane keys of its own.
    """

    site: Site
    transform: str
    start: int
    quiet: bool = False
    varying: set[Term] = field(default_factory=set)
    reported: set[Term] = field(default_factory=set)
    repeated: set[Term] = field(default_factory=set)
    found: list[Shared] = field(default_factory=list)
    twins: dict[Term, tuple[Key, ...]] = field(default_factory=dict)
    models: int = 0
    handed: frozenset[Term] = frozenset()
    made: Site | None = None
    supplied: bool = False


@record(eq=False)
class Frame:
    """A transform within a Linen run whose function is being followed.

    Args:
        site: the place to mend.
        name: the transform as a reader knows it.
        lift: what it does with streams; None for a transform of JAX, which knows nothing of them.
        outer: the run outside of it; None where no run is known.
        made: the keys that ``make_rng`` made below a transform of JAX.
        varied: the keys that differ from lane to lane, or from step to step.
    """

    site: Site
    name: str
    lift: Lift | None = None
    outer: Run | None = None
    made: dict[Term, Draw] = field(default_factory=dict)
    varied: set[Term] = field(default_factory=set)

    @property
    def loops(self) -> bool:
        """Whether its function runs more than once."""
        return self.lift is None or self.lift.way in LOOPING


@record(eq=False)
class Context:
    """What runs the code that is being followed, and where that code looks up its names.

    A context is not changed but for ``stack``: ``Engine.within`` puts another one in its place for a while, and this
    is the one way in which it is saved and restored. What is followed by itself, such as a root or a piece of another
    file, has a new one; all other code has that of the code around it, with what differs replaced.

    Args:
        scope: where names are looked up.
        chunk: the piece of text.
        stack: the calls and loops that lead here; ``Engine.step`` makes it longer and shorter again.
        functions: those whose text is being followed, innermost last.
        activations: the Linen modules whose methods are being followed, innermost last.
        runs: the Linen calls that are being followed, innermost last.
        traces: what JAX traces, innermost last: what Python does in one is done once.
        lanes: the mapped functions that are being followed, innermost last.
        lifts: the transforms within the innermost Linen call that run part of it, innermost last.
        generators: addresses of what the generators that are being followed have yielded, innermost last.
        muted: whether nothing is said, because the program expects a failure.
        follow_runs: whether calls of ``init`` and ``apply`` are followed into their module.
        level: a number that is larger than those of all objects from outside of the innermost trace.
        entered: how many calls and passes of loops led to that trace.
        differentiated: whether a gradient is taken of what is followed.
        stands_in: whether it is what stands in for an argument that may be left out, as in ``rngs or nnx.Rngs(0)``.
    """

    scope: Scope = field(default_factory=lambda: Scope((MODULE_FRAME,)))
    chunk: Chunk | None = None
    stack: list[Step] = field(default_factory=list)
    functions: tuple[FunctionCode, ...] = ()
    activations: tuple[Activation, ...] = ()
    runs: tuple[Run, ...] = ()
    traces: tuple[Trace, ...] = ()
    lanes: tuple[Lanes, ...] = ()
    lifts: tuple[Frame, ...] = ()
    generators: tuple[int, ...] = ()
    muted: bool = False
    follow_runs: bool = True
    level: int = 0
    entered: int = 0
    differentiated: bool = False
    stands_in: bool = False

    @property
    def models(self) -> int:
        """How many Linen calls and methods of Linen modules are being followed."""
        return len(self.runs) + len(self.activations)

    def traced_at(self) -> Site | None:
        """Return the call in which JAX traces what is followed, None where no call is in sight."""
        depth = self.traces[-1].depth if self.traces else 0
        return next((step.site for step in reversed(self.stack[:depth]) if step.turn is None), None)

    def in_module(self, activation: Activation) -> Context:
        """Return the context of a method of a Linen module."""
        return replaced(self, activations=(*self.activations, activation))

    def at_level(self, level: int, differentiated: bool = False) -> Context:
        """Return the context of a trace, all of whose own objects have a higher number."""
        gradient = self.differentiated or differentiated
        return replaced(self, level=level, entered=len(self.stack), differentiated=gradient)

    def standing_in(self) -> Context:
        """Return the context of what stands in for an argument that may be left out."""
        return self if self.stands_in else replaced(self, stands_in=True)

    def expecting_failure(self, expected: bool = True) -> Context:
        """Return the context of code in which the program expects a failure, if it does."""
        return replaced(self, muted=True) if expected and not self.muted else self
