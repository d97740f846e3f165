"""What the program defines: its functions and classes, and what was learnt of them."""

from __future__ import annotations

from collections.abc import Container, Hashable
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from flake8_flax_rng.interpreter.core.context import MODULE_FRAME
from flake8_flax_rng.records import field, record, replaced

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Step, Way
    from flake8_flax_rng.interpreter.domain.heap import HeapObject
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Class, Const, Function, FunctionCode, Value
    from flake8_flax_rng.interpreter.paths.state import State

    Settled = tuple[frozenset[tuple[Term, bool]], ...]


class Chosen(IntEnum):
    """Whether the classes of the modules in what is followed were chosen, so that others may stand for them."""

    CERTAIN = 0
    """They were not: the text names them."""

    SUBCLASS = 1
    """A class stands for all that derive from its base: what it does is certain, what it leaves undone is not."""

    DEFAULT = 2
    """A parameter's default was taken, which its callers may never use: which keys are used is still of interest."""


@record(frozen=False)
class FixedObjects:
    """Names with what they stand for as long as the program runs.

    Args:
        names: the names.
        heap: the objects that they refer to.
        chosen: whether others may stand for them in another run of the program.
        others: the names of which nothing is known, and which hide those of the text around.
        either: what further names stand for, one of these in each run of the program.
    """

    names: dict[str, Value] = field(default_factory=dict)
    heap: dict[int, HeapObject] = field(default_factory=dict)
    chosen: Chosen = Chosen.CERTAIN
    others: frozenset[str] = frozenset()
    either: tuple[FixedObjects, ...] = ()

    def add(self, other: FixedObjects, names: set[str]) -> None:
        """Take over some names of another one."""
        taken = {name: value for name, value in other.names.items() if name in names}
        if taken:
            self.names.update(taken)
            self.heap.update(other.heap)
            self.chosen = max(self.chosen, other.chosen)
        either = tuple(way.only(names) for way in other.either)
        if not self.either and all(way.names for way in either):
            self.either = either

    def only(self, names: Container[str]) -> FixedObjects:
        """Return what it says of some names."""
        return replaced(self, names={name: value for name, value in self.names.items() if name in names})

    def ways(self) -> tuple[FixedObjects, ...]:
        """Return what all its names stand for, in each of the runs that there may be."""
        return tuple(
            FixedObjects(
                {**self.names, **way.names}, {**self.heap, **way.heap}, max(self.chosen, Chosen.SUBCLASS), self.others
            )
            for way in self.either
        ) or (self,)

    def give(self, state: State) -> None:
        """Put the objects into the heap of a path."""
        state.heap.give(self.heap.items())


class Effectless(NamedTuple):
    """What a call that had no effect leaves behind.

    Args:
        items: the length of the tuple that it returns; -1 for a single value.
        varies: whether what it returns differs from call to call.
        escaped: which of the unknown values that it was given other code may have changed.
    """

    items: int
    varies: bool
    escaped: tuple[int, ...]


class Reliance(NamedTuple):
    """A call that relies on the default of a parameter.

    Args:
        parameter: the function and the parameter.
        walk: the number of the walk through the program.
        way: the calls and loops that lead there.
        site: the place of the call.
    """

    parameter: tuple[FunctionCode, str]
    walk: int
    way: Way
    site: Site


class Program:
    """The functions and classes of the program, and what was learnt of them.

    Attributes:
        codes: the functions by their text.
        functions: the function that each text has made last.
        defined: how often each ``def`` or ``lambda`` was executed.
        defaults: where the keys are built that are defaults of parameters.
        called: the functions that are called somewhere.
        entered: those of them whose text was followed there.
        measured: the anonymous ones of which only the shapes are asked.
        cut: what the functions gave to themselves where that was not followed, because nothing was drawn from it yet.
        jitted: the functions that the file compiles.
        cached: the functions that remember their results.
        effectless: the calls that had no effect, by what they depend on.
        captured: the frames that functions refer to, which outlive their calls.
        closures: what the functions that have returned leave to those that were defined in them, by frame.
        classes: the classes that were made.
        bodies: the class that each statement has made last.
        reads: the streams that the methods of a Linen class read, by number of the class.
        asked: those of them that something else than a layer's dropout reads.
        initialised: the scopes that may get their parameters outside of lifted transforms, whether those below them
            may too, and what is assumed then, by address of the module that is followed by itself.
        fields: where the fields of a Linen module were given, by its address.
        literals: the values of the literals.
        implementations: the methods that a method of any object of a class may be, by number of the class and by name;
            None where some may not be known.
        consuming: whether functions consume an argument all of them, by its position or name.
        members: the functions or classes of which an unknown value is one.
        kinds: the classes of which an unknown value is an instance of one.
        unchanging: the unknown values that nobody can change: what functions of records are given.
        typed_keys: whether ``PRNGKey`` was told to make typed keys.
        stateful: whether it makes streams of NNX.
        sites: places that objects of NNX remember, by number.
        owners: the functions in whose text these stand, by the same number.
        relied: the first call that builds a module on an object which is the default of a parameter.
        reliances: the calls that rely on such an object, by number.
        trained: the layers that have dropped out where a gradient was taken, by walk and number, and by the calls that
            led to them in there if these have turned them on.
        dropped: the ways to the calls of layers that drop out, by layer and by what leads there.
        results: the calls that return nothing where a reader may expect a module, and their names, by the result.
        unkept: the calls that return a changed module and leave the one that they are given, by their syntax.
        awaited: the way to a call that asks a run of Haiku for a key, by number.
        unkeyed: where the runs of Haiku that have no key draw first, by the number of the run.
        places: the places in what JAX traces at which keys are asked for, by the way that leads there.
        flags: what attributes of any object of a class are as long as the program runs, by number of the class and by
            name; None where that is not known.
        folds_apart: whether JAX was told to split as it did before 0.5: then no fold gives a child of a split.
    """

    def __init__(self) -> None:
        self.codes: dict[cst.CSTNode, FunctionCode] = {}
        self.functions: dict[FunctionCode, Function] = {}
        self.defined: dict[FunctionCode, int] = {}
        self.defaults: dict[tuple[FunctionCode, str], Site] = {}
        self.called: set[FunctionCode] = set()
        self.entered: set[FunctionCode] = set()
        self.measured: set[FunctionCode] = set()
        self.cut: dict[FunctionCode, set[Term]] = {}
        self.jitted: set[FunctionCode] = set()
        self.cached: set[FunctionCode] = set()
        self.effectless: dict[Hashable, Effectless] = {}
        self.captured: set[int] = {MODULE_FRAME}
        self.closures: dict[int, FixedObjects] = {}
        self.classes: list[Class] = []
        self.bodies: dict[cst.CSTNode, Class] = {}
        self.reads: dict[int, set[str]] = {}
        self.asked: dict[int, set[str]] = {}
        self.initialised: dict[int, dict[tuple[tuple[str, ...], bool, Settled], None]] = {}
        self.fields: dict[int, dict[str, Site]] = {}
        self.literals: dict[cst.CSTNode, Value] = {}
        self.implementations: dict[tuple[int, str], tuple[tuple[Class | None, Function], ...] | None] = {}
        self.consuming: dict[tuple[tuple[FunctionCode, ...], int | str], bool] = {}
        self.members: dict[Term, tuple[Value, ...]] = {}
        self.kinds: dict[Term, tuple[Class, ...]] = {}
        self.unchanging: set[Term] = set()
        self.typed_keys = False
        self.stateful = False
        self.sites: dict[int, Site] = {}
        self.owners: dict[object, int] = {}
        self.relied: dict[tuple[FunctionCode, str], Reliance] = {}
        self.reliances: dict[object, Reliance] = {}
        self.trained: set[tuple[int, object, tuple[cst.CSTNode, ...]]] = set()
        self.dropped: dict[tuple[object, tuple[cst.CSTNode, ...]], Way] = {}
        self.results: dict[Term, tuple[Site, str]] = {}
        self.unkept: dict[cst.CSTNode, str] = {}
        self.awaited: dict[int, tuple[Step, ...]] = {}
        self.unkeyed: dict[int, Site] = {}
        self.places: dict[Way, int] = {}
        self.flags: dict[tuple[int, str], Const | None] = {}
        self.folds_apart = False
