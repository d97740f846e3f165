"""What the interpreter tells the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.records import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    import libcst as cst

    from flake8_flax_rng.interpreter.domain.budget import Limit
    from flake8_flax_rng.interpreter.domain.kinds import (
        FixedValue,
        FlagMistake,
        Handover,
        Holder,
        LibraryMistake,
        LiftProblem,
        MadeIn,
        MakeKind,
        Malformation,
        Misuse,
        RunKind,
        StreamMistake,
        TurnedOff,
        Unserved,
        UseKind,
    )
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Value
    from flake8_flax_rng.semantics.consumers import Makes


Way = tuple[tuple["cst.CSTNode", int | None], ...]
"""The calls and loops that led to a place: for each its syntax, and for a loop which pass of its body it is."""


SPARE = "subkey"
"""What a new key is called in advice."""


@record(eq=False)
class Step:
    """One step of the way from the analysed function to a use.

    Args:
        site: the call, the loop, or at the end the use itself.
        label: what is called there, as a reader knows it.
        turn: for a loop, which pass of its body this is; None for calls.
        arguments: the syntax and value of each argument of a call.
        owner: number of the function in whose text the step stands, -1 for the file's body.
        method: whether it is a call of a method of an object.
        defined: whether it is a call of what the project defines: a function that has a name, a method or a class.
        sweep: whether it is a loop over things that are listed, as a comparison of several settings is.
        further: whether the pass is one like those before it, which stands for all that follow.
        passes: for a loop all of whose passes are followed, how many these are.
    """

    site: Site
    label: str = ""
    turn: int | None = None
    arguments: tuple[tuple[cst.BaseExpression, Value], ...] = ()
    owner: int = -1
    sweep: bool = False
    method: bool = False
    defined: bool = False
    further: bool = False
    passes: int = 1


@record(eq=False)
class Use:
    """One consumption of a key.

    Args:
        way: the calls and loops that led here; the last step is the use.
        kind: how it is consumed.
        label: the consuming callee, for instance ``jax.random.normal``.
        term: the key.
        origin: number of the split or fold that made the key, 0 when unknown.
        signature: what was drawn: callee and further arguments; equal signatures give equal values.
        subject: the array that a shuffling sampler works on.
        settings: a shuffling sampler's other arguments.
        derived: number of the split that this use is, 0 for other kinds.
        splits: for a draw, whether all its numbers come of children of the key.
        module: address of the Linen module, for streams.
        call: what the Linen call computes apart from its variables.
        variables: the variables that a Linen call was given.
        initialises: whether the Linen call is an ``init``.
        built: the plain settings that the Linen module was built with.
        twin: whether it is what another lane does than the one that is followed.
        makes: what a library makes from the key, if it is no plain draw.
        builders: numbers of the functions under way that build a module from its parts.
    """

    way: tuple[Step, ...]
    kind: UseKind
    label: str
    term: Term
    origin: int = 0
    signature: Term | None = None
    subject: Term | None = None
    settings: Term | None = None
    derived: int = 0
    splits: bool = False
    module: int = 0
    call: Term | None = None
    variables: Term | None = None
    initialises: bool = False
    built: Term | None = None
    twin: bool = False
    makes: Makes | None = None
    builders: frozenset[int] = frozenset()

    @property
    def site(self) -> Site:
        """The place of the use itself."""
        return self.way[-1].site


@record()
class Parting:
    """Where the ways to two uses part.

    Args:
        first: the step of the first use in the frame that both share.
        second: the same of the second use.
        loop: whether the second use is the first one in a later pass of a loop.
        around: the loop in whose passes they differ, if they do.
    """

    first: Step
    second: Step
    loop: bool
    around: Step | None = None


def part(first: Use | Made, second: Use | Made) -> Parting:
    """Find where the ways to two places part: the two steps that a reader must compare."""
    for index, (ours, theirs) in enumerate(zip(first.way, second.way, strict=False)):
        if ours.site.node is not theirs.site.node:
            return Parting(_last_call(first, ours), _last_call(second, theirs), loop=False)
        if ours.turn != theirs.turn:
            early, late = _in_body(first, second, index)
            return Parting(early, late, early.site.node is late.site.node, theirs)
    return Parting(first.way[-1], second.way[-1], loop=False)


def _last_call(use: Use | Made, step: Step) -> Step:
    return step if step.turn is None else use.way[_next_call(use, use.way.index(step))]


def _next_call(use: Use | Made, index: int) -> int:
    """Return where the next step stands that is a call."""
    return next((i for i, step in enumerate(use.way) if i >= index and step.turn is None), len(use.way) - 1)


def _in_body(first: Use | Made, second: Use | Made, index: int) -> tuple[Step, Step]:
    """Return the two calls in the body of a loop; what a loop of JAX repeats is written in the body of that one."""
    while True:
        early, late = _next_call(first, index), _next_call(second, index)
        ours, theirs = first.way[early], second.way[late]
        same = early == late and ours.site.node is theirs.site.node
        if not (same and _loops(first, early) and _loops(second, late)):
            return ours, theirs
        index = early + 1


def _loops(use: Use | Made, index: int) -> bool:
    """Return whether a call is one of JAX's loops."""
    inner = use.way[index + 1] if index + 1 < len(use.way) else None
    return inner is not None and inner.turn is not None and inner.site.node is use.way[index].site.node


@record(eq=False)
class Drawn:
    """A draw from a stream of NNX.

    Args:
        tag: the name of the stream.
        via: what has copied the stream, as a reader knows it; empty where it is the only one.
        copied: where that was.
        layer: the layer whose constructor draws; empty for any other draw.
        holder: the address of the ``Rngs`` that the stream was made for, 0 where there is none.
    """

    tag: str
    via: str = ""
    copied: Site | None = None
    layer: str = ""
    holder: int = 0


@record(eq=False)
class Made:
    """One call that made keys.

    Args:
        way: the calls and loops that led here; the last step is the call.
        kind: how it makes them.
        parent: number of the call that made the key that this one was derived from, 0 when there is none.
        source: the key that it was derived from, or the seed.
        legacy: for a seed, whether the key is a raw array; None when that is not known.
        constant: for a seed, whether it is a constant of the program.
        place: where it stands, if keys that are made there are the same in each call.
        default: whether it is the default of a parameter.
        varied: for a fold, whether the number that is folded in is no constant.
        fallback: for a seed, whether it is made for want of an argument of which no caller in sight says anything.
        clock: for a seed, whether it is the second that the clock shows.
        drawn: for a key that a stream of NNX has made, which one and how.
    """

    way: tuple[Step, ...]
    kind: MakeKind
    parent: int
    source: Term
    legacy: bool | None = None
    constant: bool = False
    place: MadeIn | None = None
    default: bool = False
    varied: bool = False
    fallback: bool = False
    clock: bool = False
    drawn: Drawn | None = None

    @property
    def site(self) -> Site:
        """The place of the call."""
        return self.way[-1].site


@record(eq=False)
class Remade:
    """Equal keys were made by two calls, and both were consumed on one path.

    Args:
        first: the call that made the first.
        second: the call that made the second.
        use: the second consumption.
        before: the first consumption.
        inside: the call of the sampler that makes one of the two keys for itself, if there is one.
        fold_is_later: whether that sampler was called before the fold.
        drawn: the draws from streams of NNX that have made the first and the second key, where these have.
        built: whether constructors of layers have drawn both, or have forked the streams that did.
        apart: whether the text shows that what was drawn from the one never meets what was drawn from the other.
        trial: whether the two belong to a trial, which only measures how long something takes.
    """

    first: Made
    second: Made
    use: Use
    before: Use
    inside: Use | None = None
    fold_is_later: bool = False
    drawn: tuple[Made | None, Made | None] = (None, None)
    built: bool = False
    apart: bool = False
    trial: bool = False


@record(eq=False)
class Defaulted:
    """A parameter's default is a key, which is the same in every call.

    Args:
        site: where the key is built.
        name: the parameter.
        function: the function.
        defined: the name of the function, where it is defined.
    """

    site: Site
    name: str
    function: str
    defined: Site | None = None


@record(eq=False)
class Discarded:
    """Keys were derived and never used.

    Args:
        made: the call that derived them.
        site: the call whose result is lost.
        name: the name that they were bound to, None when they were thrown away at once.
        used_on: whether the key that they come of is used in their place.
        spare: a name for a new key that nothing else has there.
        renewable: whether the derived keys can take the place of the old one there, for what follows.
    """

    made: Made
    site: Site
    name: str | None = None
    used_on: bool = True
    spare: str = SPARE
    renewable: bool = True


@record(eq=False)
class Overlooked:
    """A key was passed to a call that cannot be followed, in place of another one that is never read.

    Args:
        first: what the key was used for before.
        second: the call.
        made: the split that made the key that is never read.
        name: that key, as the text would name it.
    """

    first: Use
    second: Use
    made: Made
    name: str


@record(eq=False)
class Suspected:
    """A key that is consumed is also given to a call that cannot be followed.

    Args:
        first: the one of the two uses that comes first.
        second: the other one.
        name: the key as the function calls it in which the two part, if it has a name.
    """

    first: Use
    second: Use
    name: str | None


@record(eq=False)
class Shared:
    """A key that all lanes of a mapped function have in common is drawn from in each.

    Args:
        use: the consumption.
        inside: the calls that lead from the mapped function to the first consumption of the key.
        mapped: the place of the call of the mapped function.
        transform: the transform as a reader knows it.
        repeated: whether the call of the mapped function is to be mended: it gives the lanes one key many times over,
            or hands a key to an object that is mapped.
        stream: the stream of NNX that each lane draws the key from, empty where it is none.
        made: where the transform was applied, if that is known.
        supplied: whether each lane asks a library for the key, which gives all of them the same.
        crossed: whether each lane maps over keys that were made before, which are the same for all lanes.
    """

    use: Use
    inside: tuple[Step, ...]
    mapped: Site
    transform: str
    repeated: bool = False
    stream: str = ""
    made: Site | None = None
    supplied: bool = False
    crossed: bool = False


@record(eq=False)
class HandedOn:
    """A key that was consumed is handed on to whoever comes next.

    Args:
        use: the consumption.
        how: how it is handed on.
        name: the attribute, if it is one.
        site: where a state with the key is returned, or the key is given out, if that is how.
    """

    use: Use
    how: Handover
    name: str = ""
    site: Site | None = None


@record(eq=False)
class Together:
    """Data were drawn from the key that initialises a model.

    Args:
        first: the draw or the ``init``.
        second: the other of the two.
    """

    first: Use
    second: Use


@record(eq=False)
class Misused:
    """A call that breaks the contract of keys by itself.

    Args:
        code: what is wrong.
        site: the place.
        what: what stands there, as a reader knows it.
        detail: a further fact for the message.
        root: number of the walk through the program that found it.
        other: another place that belongs to it: where the keys were made, or the call in which JAX traces.
    """

    code: Misuse
    site: Site
    what: str = ""
    detail: str = ""
    root: int = 0
    other: Site | None = None


@record(eq=False)
class Reused:
    """The same key was consumed twice on one path.

    Args:
        first: the first use.
        second: the second use.
        sibling: a key made beside the one that is reused, and never read, if there is one.
        earlier: such a key that the first use was to be given, if a loop makes it anew where the second use stands.
        name: a name that the key was bound to, if there is one.
        default: the call that made the key, if it is the default of a parameter.
        holders: for the attributes of the text, how the object that holds them can be given a new key, where that is
            known.
        spare: a name for a new key that nothing else has where the key is used again.
        rebound: the names that are bound between the two uses, or in the loop that repeats one.
        bound: where the key was bound to names, by the number of the function and the name.
        trial: whether the two belong to a trial, which only measures how long something takes.
        only_shown: whether a function builds the key from a constant of its own, and what comes of the two uses does
            not meet, nor do loops carry on both.
        apart: for the passes of a loop of such a function, whether the text shows that none goes on from what another
            has made of it.
        offered: whether the sibling was offered to another call already.
    """

    first: Use
    second: Use
    sibling: str | None = None
    name: str | None = None
    default: Made | None = None
    holders: Mapping[cst.CSTNode, Holder | None] = field(default_factory=dict)
    spare: str = SPARE
    rebound: frozenset[str] = frozenset()
    bound: Mapping[tuple[int, str], Site] = field(default_factory=dict)
    trial: bool = False
    only_shown: bool = False
    apart: bool = False
    offered: bool = False
    earlier: str | None = None


@record(eq=False)
class Supplied:
    """A run of a model that a caller in another file supplies.

    Args:
        run: the run.
        path: the caller's file.
    """

    run: ModuleRun
    path: str


@record(eq=False)
class UnfedRun:
    """A model is run in training mode, and given no stream; what it draws may not be known.

    Args:
        call: the place of the call.
        name: the callable as a reader knows it.
        flag: the argument that says that it trains, as the text has it.
        mutable: whether collections are said to change, as those of batch statistics do.
        models: names the models that are run.
        key: a key that was made for this function, or that it is given, and that is never used, if there is one.
        made: the call that made it; None where it is a parameter.
        giver: the call that gives it, where it is a parameter.
        fed: a call that gives streams to the same model while it may train.
        supplied: what the model is for all callers in other files; empty where that is not known.
        open: whether it is given keywords that are not known: that no streams are among them, a second fact must say.
    """

    call: Site
    name: str
    flag: str
    mutable: bool = False
    open: bool = False
    models: set[Term] = field(default_factory=set)
    key: str | None = None
    made: Made | None = None
    giver: Site | None = None
    fed: Site | None = None
    supplied: tuple[Supplied, ...] = ()


@record(eq=False)
class Meant:
    """The same key was consumed twice on one path, and that is taken as meant.

    Args:
        first: the first use.
        second: the second use.
        excuse: the name of the reason.
        meaning: what the program does, in words.
        name: a name that the key was bound to, if there is one.
    """

    first: Use
    second: Use
    excuse: str
    meaning: str
    name: str | None = None


@record()
class Draw:
    """What a Linen module did with a stream during one run.

    Args:
        stream: the stream's name; ``*`` for code that is not known and could draw anything.
        site: where the draw is written.
        path: scope path of the drawing module, None when unknown.
        counter: how many draws the same scope made before, from the same stream.
        certain: whether it happens on every run of this path.
        own: whether the module asks for itself, with ``make_rng`` or ``param``, rather than a
            built-in layer.
        variable: whether it fills a parameter or variable.
        random: whether the values depend on the key at all.
        off: why a layer that could draw did not, None if it did.
        layer: the layer's name as a reader knows it.
        setup: whether it happens in ``setup``, and so on every call of any method.
        unlifted: whether a lifted transform around it keeps the stream from it.
        cut: whether one keeps ``'params'`` from it, to which a missing stream falls back.
        stored: whether it is an argument of ``self.variable``, which is computed also where the variable exists.
    """

    stream: str
    site: Site = field(compare=False)
    path: tuple[str, ...] | None = None
    counter: int = 0
    certain: bool = True
    own: bool = False
    variable: bool = False
    random: bool = True
    off: TurnedOff | None = None
    layer: str = ""
    setup: bool = False
    unlifted: bool = field(default=False, compare=False)
    cut: bool = field(default=False, compare=False)
    stored: bool = False


@record(eq=False)
class ModuleRun:
    """One call that runs a Linen module: ``init``, ``apply`` or a bound method.

    Args:
        call: the place of the call.
        kind: the method that runs it.
        name: the module and method as a reader knows them, for instance ``Net.apply``.
        streams: names of the streams given; None when that is not known.
        bare: whether a bare key was given.
        draws: for each path through the module what it drew; empty when the module is not known.
        resolved: whether the module is known.
        signature: for each argument whether its value is known.
        places: where each stream's key stands in the call, or else the whole argument.
        context: the calls and loops that led there; runs of one context differ in their path only.
        reads: the streams that some method of the module's class reads under some flag, for each of its
            ancestors; they are complete when the whole file has been followed.
        asked: those of them that something else than the dropout of a layer reads.
        one_of_several: whether the module is one of several that can stand there, for instance a parameter's default,
            or is only traced for its shapes: what it leaves unread tells nothing then.
    """

    call: Site
    kind: RunKind
    name: str
    streams: tuple[str, ...] | None
    bare: bool
    draws: tuple[tuple[Draw, ...], ...]
    resolved: bool
    signature: tuple[bool, ...]
    places: dict[str, Site] = field(default_factory=dict)
    context: Way = ()
    reads: tuple[set[str], ...] = ()
    asked: tuple[set[str], ...] = ()
    one_of_several: bool = False


@record(eq=False)
class Doubled:
    """Two streams of one run are seeded with one key, and drawn from at one place.

    Args:
        site: the place of the second stream's key.
        first: the first stream.
        second: the second stream.
        scope: the module that draws from both, as a reader knows it.
        given: the place of the first stream's key.
        drawn: where both are drawn from.
    """

    site: Site
    first: str
    second: str
    scope: str
    given: Site | None = None
    drawn: Site | None = None


@record(eq=False)
class Misplaced:
    """A submodule or a draw where Linen cannot serve it.

    Args:
        site: the place of the call.
        what: the call as a reader knows it, for instance ``nn.Dense``.
        where: where that is.
        owner: name of the enclosing module class and method.
    """

    site: Site
    what: str
    where: Unserved
    owner: str


@record(eq=False)
class Replaced:
    """A layer was given a key of its own in place of its stream.

    Args:
        site: the place of the key.
        name: the argument's name.
        layer: the layer as a reader knows it.
        idle: whether the layer is certain to draw nothing in this call.
        wanted: the argument that would make it draw.
    """

    site: Site
    name: str
    layer: str
    idle: bool
    wanted: str = "deterministic=False"


@record()
class Scope:
    """A scope of a Linen module that is followed by itself.

    Args:
        module: the address of the module.
        path: the path of the scope.
        settled: what is assumed of the module's fields, in one of several ways.
    """

    module: int
    path: tuple[str, ...]
    settled: tuple[frozenset[tuple[Term, bool]], ...]


@record(eq=False)
class Lifted:
    """A draw of a Linen module below a transform, lifted or not.

    Args:
        problem: what is wrong with it, None if nothing is.
        site: the place to mend.
        transform: the transform as a reader knows it.
        stream: the stream.
        drawn: where it is drawn.
        layer: what draws, as a reader knows it.
        fallback: whether the draw falls back to ``'params'`` where that is given.
        run: whether this is a run with streams that are known, rather than any that could be.
        call: the call that runs the module, if there is one.
        scope: where a parameter stands of a module that is followed by itself, and is not known to be initialised.
    """

    problem: LiftProblem | None
    site: Site
    transform: str
    stream: str
    drawn: Site
    layer: str
    fallback: bool = False
    run: bool = False
    call: Site | None = None
    scope: Scope | None = None


@record(eq=False)
class Fixed:
    """What should be drawn from the key that it is given, and is not.

    Args:
        site: the place to mend.
        what: what that is.
        name: the parameter, or the module, as a reader knows it.
        drawn: where the constant key comes from, as a reader knows it.
    """

    site: Site
    what: FixedValue
    name: str
    drawn: str = ""


@record(eq=False)
class Flagged:
    """The ``deterministic`` flag of a layer is wrong.

    Args:
        site: the place that is wrong.
        layer: the layer as a reader knows it.
        what: what is wrong.
        at: the call of the layer.
        name: for an inverted flag, what it is set to.
        way: the calls and loops that led there.
    """

    site: Site
    layer: str
    what: FlagMistake
    at: Site
    name: str = ""
    way: Way = ()


@record(eq=False)
class Rated:
    """A dropout rate is no probability.

    Args:
        site: the place of the rate.
        layer: the layer as a reader knows it.
        rate: the rate.
        at: the place where the layer gets it.
    """

    site: Site
    layer: str
    rate: float
    at: Site


@record(eq=False)
class Bounded:
    """The analysis has reached one of its bounds.

    Args:
        site: the name of the function, or the statement outside of all functions.
        name: the function's name, empty for a statement.
        bound: which one.
    """

    site: Site
    name: str
    bound: Limit


@record(eq=False)
class Malformed:
    """Streams are given to a Linen call in a way that it does not understand.

    Args:
        site: the place of the streams.
        what: how they are given.
        call: the call as a reader knows it.
        run: the place of the call.
        context: the calls and loops that led there.
        name: the parameter that gets them, if there is one.
    """

    site: Site
    what: Malformation
    call: str
    run: Site
    context: Way
    name: str = ""


@record(eq=False)
class Stateful:
    """A stream of NNX, or a module that draws from one, is not used as it has to be.

    Args:
        what: what is wrong.
        site: the place.
        name: what stands there, as a reader knows it.
        detail: a further fact for the message.
        other: another place that belongs to it.
    """

    what: StreamMistake
    site: Site
    name: str = ""
    detail: str = ""
    other: Site | None = None


@record(eq=False)
class Misapplied:
    """A call that another library refuses, or that does nothing.

    Args:
        what: what is wrong.
        site: the place to mend.
        path: the callable, by its dotted path.
        drawn: the draw that makes it wrong, if it is another place.
    """

    what: LibraryMistake
    site: Site
    path: str
    drawn: Site | None = None


Event = (
    Reused
    | Remade
    | Defaulted
    | Discarded
    | Meant
    | UnfedRun
    | Overlooked
    | Suspected
    | Shared
    | HandedOn
    | Together
    | Misused
    | ModuleRun
    | Doubled
    | Misplaced
    | Replaced
    | Lifted
    | Fixed
    | Flagged
    | Rated
    | Malformed
    | Stateful
    | Misapplied
    | Bounded
)
