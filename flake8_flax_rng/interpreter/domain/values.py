"""The values that the interpreter computes with.

Values are immutable; what a program can mutate (lists, dicts, instances) lives in the heap of a
:class:`~flake8_flax_rng.interpreter.paths.state.State` and is referred to by :class:`Ref`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.records import field, record

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.kinds import Binding
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Atom, Term
    from flake8_flax_rng.syntax.source import Chunk


class Value:
    """Base of all values."""

    __slots__ = ()


class Compound(Value):
    """Base of the values that hold others: they are equal if these are.

    What is held by several at once is compared once: a few doublings of a tuple make millions of items.
    """

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return False
        pending: list[tuple[object, object]] = [(self, other)]
        seen: set[tuple[int, int]] = set()
        while pending:
            one, two = pending.pop()
            if one is two or (id(one), id(two)) in seen:
                continue
            if type(one) is type(two) and isinstance(one, tuple) and isinstance(two, tuple):
                if len(one) != len(two):
                    return False
                pending.extend(zip(one, two, strict=True))
            elif type(one) is type(two) and isinstance(one, Compound):
                seen.add((id(one), id(two)))
                pending.extend((getattr(one, name), getattr(two, name)) for name in one.__slots__)
            elif one != two:
                return False
        return True


@record(eq=False)
class Const(Value):
    """A Python constant; ``True`` and ``1`` are different constants."""

    value: Atom

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and type(other.value) is type(self.value) and other.value == self.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@record()
class Opaque(Value):
    """A value of which only the identity is known.

    Args:
        term: equal terms are equal values.
        known: the integer that a loop variable has in this pass, if it is one.
        last: the integer that it has in the last pass, if that is known.
    """

    term: Term
    known: int | None = None
    last: int | None = None


@record()
class Key(Value):
    """One random key.

    Args:
        term: its bits.
        origin: number of the split or fold that made it in this run, 0 when it was made otherwise.
    """

    term: Term
    origin: int = 0


@record()
class Keys(Value):
    """An array of keys: element ``i`` is child ``start + i`` of ``parent``.

    Args:
        parent: the key that was split.
        start: index of the first element.
        count: number of elements along the first axis, if known.
        inner: whether elements are arrays themselves (a split into a shape).
        origin: number of the split that made it in this run.
        reshaped: whether it may have another shape by now, even that of one key.
        rest: the lengths of the further axes, as far as they are known.
    """

    parent: Term
    start: int = 0
    count: int | None = None
    inner: bool = False
    origin: int = 0
    reshaped: bool = False
    rest: tuple[int, ...] = ()


@record(eq=False)
class Tuple(Compound):
    """A tuple whose items are all known."""

    items: tuple[Value, ...]


@record(eq=False)
class Stacked(Compound):
    """An array of values that stand along an axis for lanes of ``vmap``.

    Args:
        lane: what each lane made, or gets.
        alike: whether it is one value repeated.
        count: how many lanes there are, if that is known.
    """

    lane: Value
    alike: bool = False
    count: int | None = None


@record(eq=False)
class Rows(Compound):
    """An array that was stacked of keys which are all known."""

    items: tuple[Value, ...]


@record()
class Ref(Value):
    """A reference to an object in the heap."""

    address: int


@record()
class Symbol(Value):
    """Something that is known by its dotted path only, for instance ``jax.random.normal``.

    Args:
        path: the path.
        home: the file that imports it, if it may be found in another file of the project.
    """

    path: str
    home: str = ""


@record(eq=False)
class FunctionCode:
    """What all function objects made by one ``def`` or ``lambda`` share; there is one for each text.

    Args:
        node: the ``FunctionDef`` or ``Lambda``.
        chunk: the piece of source text that the node stands in.
        name: its name, ``<lambda>`` for lambdas.
        generator: whether calling it makes a generator.
        serial: number of the text in this analysis.
        unit: name of the top-level function or method that it stands in, empty when there is none.
        positional: the names of the parameters that can be given by position.
    """

    node: cst.FunctionDef | cst.Lambda
    chunk: Chunk
    name: str
    generator: bool = False
    serial: int = 0
    unit: str = ""
    positional: tuple[str, ...] = ()


@record(eq=False)
class Function(Compound):
    """A function of the linted file.

    Args:
        code: its text.
        frames: the frames that its free names are looked up in, innermost first.
        defaults: the values of its defaults, by parameter.
        owner: the class in whose body it was defined.
        compact: whether it carries ``flax.linen.compact``.
    """

    code: FunctionCode
    frames: tuple[int, ...]
    defaults: tuple[tuple[str, Value], ...] = ()
    owner: Class | None = None
    compact: bool = False


@record(eq=False)
class Bound(Compound):
    """A function with its first argument already given."""

    function: Value
    receiver: Value


@record(eq=False)
class Native(Compound):
    """A method that the semantics know, of a receiver: ``model.apply``, ``keys.reshape``, ``x.append``."""

    name: str
    receiver: Value


@record(eq=False)
class Partial(Compound):
    """``functools.partial``: a callable with some arguments given."""

    function: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


@record(eq=False)
class Lift:
    """What a lifted transform of Linen does with the streams and the parameters of its target.

    Args:
        name: the transform as a reader knows it, for instance ``nn.vmap``.
        way: how it calls its target; see ``semantics.transforms.LIFTS``.
        site: the place where the transform is applied.
        place: where its argument stands that names the streams, else the same as ``site``.
        streams: for each filter the streams that it names, None for all, and whether each lane or pass gets
            keys of its own, None when that is not known; None when the filters themselves are not known.
        params: what becomes of the parameters: ``stacked`` (each lane has its own), ``shared``, or empty.
    """

    name: str
    way: str
    site: Site
    place: Site
    streams: tuple[tuple[frozenset[str] | None, bool | None], ...] | None
    params: str = ""

    def reaches(self, stream: str) -> bool | None:
        """Return whether the target is given a stream; None when that is not known."""
        return None if self.streams is None else any(names is None or stream in names for names, _ in self.streams)

    def splits(self, stream: str) -> bool | None:
        """Return whether each lane or pass gets keys of its own from a stream; None when that is not known."""
        return next((split for names, split in self.streams or () if names is None or stream in names), None)


@record(eq=False)
class Wrapped(Compound):
    """The result of a function transform: ``vmap(f, in_axes=…)``, ``value_and_grad(f)``.

    Args:
        transform: its name in the table of transforms.
        function: what it was applied to.
        options: its further arguments, by name.
        lift: for a lifted transform of Linen, what it does.
        path: the transform as the program names it, for instance ``flax.nnx.jit``.
        site: where it was applied, if that is known.
    """

    transform: str
    function: Value
    options: tuple[tuple[str, Value], ...] = ()
    lift: Lift | None = None
    path: str = ""
    site: Site | None = None


@record(eq=False)
class Descriptor(Compound):
    """A function under ``property``, ``classmethod`` or ``staticmethod``.

    Args:
        kind: which of them.
        function: the function; of a property the one that reads it.
    """

    kind: Binding
    function: Value


@record(eq=False)
class Class(Value):
    """A class of the linted file; compared by identity.

    Args:
        name: its name.
        bases: the values of its bases.
        members: what its body bound, by name.
        fields: names of annotated class attributes in order.
        dataclass: the decorator that makes fields into constructor arguments, if any.
        serial: number of the class in this analysis.
        target: for a lifted class, the class that was lifted.
        lineage: the class and its ancestors once they were asked for; None stands for an unknown one.
        annotations: what its body says that its attributes are.
        frames: where the names in its body are looked up.
        configured: whether it has a decorator that is not known, which may give its constructor other defaults.
        derives: whether it derives from some named classes, once that was asked; None stands for Linen's modules.
    """

    name: str
    bases: tuple[Value, ...]
    members: dict[str, Value]
    fields: tuple[str, ...]
    dataclass: str | None = None
    serial: int = 0
    target: Class | Symbol | None = None
    lineage: list[Class | Symbol | None] = field(default_factory=list)
    annotations: dict[str, cst.BaseExpression] = field(default_factory=dict)
    frames: tuple[int, ...] = ()
    configured: bool = False
    derives: dict[frozenset[str] | None, bool] = field(default_factory=dict)


@record(frozen=False)
class Args:
    """The arguments of a call.

    Args:
        positional: values by position.
        keywords: values by name.
        open_positional: a ``*args`` of unknown length was among them.
        open_keywords: a ``**kwargs`` of unknown content was among them.
        nodes: the syntax of each positional argument and keyword, for reports.
    """

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    open_positional: bool = False
    open_keywords: bool = False
    nodes: dict[int | str, cst.BaseExpression] = field(default_factory=dict)

    def get(self, position: int | None, name: str | None) -> Value | None:
        """Return the argument given at this position or by this name."""
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return self.keywords.get(name) if name is not None else None

    def node(self, position: int | None, name: str | None) -> cst.BaseExpression | None:
        """Return the syntax of the argument given at this position or by this name."""
        if position is not None and position < len(self.positional):
            return self.nodes.get(position)
        return self.nodes.get(name) if name is not None else None

    def values(self) -> list[Value]:
        """Return all values, positional ones first."""
        return [*self.positional, *self.keywords.values()]

    def complete(self) -> bool:
        """Return whether every argument of the call is visible."""
        return not (self.open_positional or self.open_keywords)

    def shift(self, count: int) -> Args:
        """Return the arguments without the first ``count`` positional ones."""
        nodes: dict[int | str, cst.BaseExpression] = {}
        for place, node in self.nodes.items():
            if isinstance(place, str):
                nodes[place] = node
            elif place >= count:
                nodes[place - count] = node
        return Args(self.positional[count:], dict(self.keywords), self.open_positional, self.open_keywords, nodes)

    def prepend(self, *values: Value) -> Args:
        """Return the arguments with further positional ones in front."""
        count = len(values)
        nodes = {(place + count if isinstance(place, int) else place): node for place, node in self.nodes.items()}
        return Args([*values, *self.positional], dict(self.keywords), self.open_positional, self.open_keywords, nodes)


NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)
