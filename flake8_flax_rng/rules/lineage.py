"""Where the keys of an event come from and where they go, as a graph for a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_flax_rng.finding import Arrow, Group, Lineage, Node, Range
from flake8_flax_rng.interpreter.domain.events import (
    Discarded,
    HandedOn,
    Meant,
    Overlooked,
    Remade,
    Reused,
    Shared,
    Suspected,
    Together,
)
from flake8_flax_rng.interpreter.domain.key_lineage import ALL, child_of
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.records import record, replaced
from flake8_flax_rng.rules.report import line, spelled

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Event, Made, Step, Use
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.evidence.origins import Origins
    from flake8_flax_rng.rules.report import Report

WITH_KEYS = (Reused, Remade, Shared, HandedOn, Together, Suspected, Overlooked, Meant, Discarded)
"""The events that know which key they are about."""

_LONGEST = 24
"""How many steps from a key to its seed are drawn at the most."""

_MAKERS = {MakeKind.SEED: "seed", MakeKind.SPLIT: "split", MakeKind.FOLD: "fold", MakeKind.STREAM: "stream"}
_TAKEN = {Kind.LANE: "of each lane", Kind.ROW: "row", Kind.ITEM: "item", Kind.SUBSCRIPT: "element"}


class Lineages:
    """The lineages of the keys that one rule speaks of.

    A report does not say which event it is about; the one is taken about which alone the rule says the same, or else
    anything at that place: what it advises may depend on the others.

    Args:
        check: the rule's check.
        events: all events.
        origins: the calls that made keys; None where they are not known.
    """

    def __init__(
        self, check: Callable[[Sequence[Event]], Iterable[Report]], events: Sequence[Event], origins: Origins | None
    ) -> None:
        self._check = check
        self._events = events
        self._origins = origins

    @cached_property
    def _by_report(self) -> dict[tuple[object, str | None], Event]:
        found: dict[tuple[object, str | None], Event] = {}
        for event in self._events:
            if isinstance(event, WITH_KEYS):
                for report in self._check([event]):
                    found.setdefault((report.site.node, report.message), event)
                    found.setdefault((report.site.node, None), event)
        return found

    def of(self, report: Report) -> Lineage | None:
        """Return the lineage of the key that a report is about, None where it is about none."""
        if self._origins is None:
            return None
        node, known = report.site.node, self._by_report
        event = known.get((node, report.message)) or known.get((node, None))
        return lineage_of(event, self._origins) if event is not None else None


def lineage_of(event: Event, origins: Origins) -> Lineage | None:
    """Return the lineage of the keys that an event is about, None where it is about none.

    Args:
        event: the event.
        origins: the calls that made keys.
    """
    graph = _Graph(origins)
    match event:
        case Reused() | Meant() | Together() | Suspected() | Overlooked():
            graph.use(event.first)
            graph.use(event.second)
        case Remade():
            graph.use(event.before)
            graph.use(event.use)
            graph.equal(event.before, event.use)
        case Shared():
            for lane in (1, 2):
                graph.use(event.use, Lane(event.mapped, event.transform, lane))
        case HandedOn():
            graph.use(event.use)
        case Discarded():
            graph.unused(event.made)
        case _:
            return None
    if isinstance(event, Overlooked):
        graph.unused(event.made)
    return graph.lineage()


Frame = tuple[object, str, str]
"""What encloses something: what tells it from others, its kind, and its label."""


@record()
class Lane:
    """One application of a mapped function.

    Args:
        mapped: the place of the call of the mapped function.
        transform: the transform as a reader knows it.
        number: which one it is.
    """

    mapped: Site
    transform: str
    number: int

    def frames(self) -> list[Frame]:
        """Return the frame of all lanes, and that of this one in it."""
        node = self.mapped.node
        return [
            ((node, "lanes"), "lanes", f"{self.transform}, line {line(self.mapped)}"),
            ((node, self.number), "lane", f"lane {self.number}"),
        ]


class _Graph:
    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._ids: dict[object, str] = {}
        self._nodes: dict[str, Node] = {}
        self._arrows: dict[tuple[str, str], Arrow] = {}
        self._groups: dict[str, Group] = {}

    def lineage(self) -> Lineage:
        return Lineage(tuple(self._nodes.values()), tuple(self._arrows.values()), tuple(self._groups.values()))

    # -- what consumes a key ---------------------------------------------------------------------

    def use(self, use: Use, lane: Lane | None = None) -> None:
        """Draw a use, and all that its key comes of."""
        key = self._key(use.term, use.origin, use.way)
        place = _place(use.site)
        if use.kind is UseKind.SPLIT and use.derived and lane is None:
            node = self._node(("split", use.derived), "split", _label(use.label, use.site), use.way, place)
        else:
            kind = "draw" if use.kind in (UseKind.DRAW, UseKind.STREAM) else "use"
            node = self._node(("use", use, lane), kind, _label(use.label, use.site), use.way, place, lane)
        self._mark(node, collides=True)
        self._arrow(key, node)

    def equal(self, first: Use, second: Use) -> None:
        """Join the keys of two uses, which are equal although two calls have made them."""
        ours, theirs = self._id(("key", first.term, first.origin)), self._id(("key", second.term, second.origin))
        if ours != theirs:
            self._arrows[ours, theirs] = Arrow(ours, theirs, "equal", equal=True)

    def unused(self, made: Made) -> None:
        """Draw a call whose keys nothing uses."""
        origin = next((number for number, other in self._origins.calls() if other is made), 0)
        parent = self._key(made.source, made.parent, made.way)
        node = self._made(made, origin)
        self._arrow(parent, node)
        names, read = self._origins.names(origin), self._origins.children_read(origin)
        for index, (name, _) in sorted(names.items()):
            if index not in read and ALL not in read:
                child = self._node(("unused", origin, index), "key", f"{name}\nnever used", made.way, _place(made.site))
                self._mark(child, unused=True)
                self._arrow(node, child)
        if not names:
            self._mark(node, unused=True)

    # -- what it comes of ------------------------------------------------------------------------

    def _key(self, term: Term, origin: int, way: Sequence[Step], depth: int = 0) -> str:
        """Draw a key and what it comes of; return the node of the key."""
        known = self._id(("key", term, origin))
        if known in self._nodes:
            return known
        made = self._origins.maker(origin)
        if made is not None and made.kind is MakeKind.SEED and term.kind is Kind.SEED:
            return self._node(
                ("key", term, origin), "seed", _label(spelled(made.site), made.site), made.way, _place(made.site)
            )
        kind, words = self._words(term, origin, way)
        place, made_on = (_place(made.site), made.way) if made is not None else (None, ())
        node = self._node(("key", term, origin), kind, words, made_on, place)
        if depth < _LONGEST:
            self._draw_parent(node, term, origin, made, way, depth)
        return node

    def _draw_parent(
        self, node: str, term: Term, origin: int, made: Made | None, way: Sequence[Step], depth: int
    ) -> None:
        parent = term.parent or term.key
        if made is None:
            if parent is not None:
                self._arrow(self._key(parent, 0, way, depth + 1), node)
            return
        if parent is None or (term.kind is Kind.CHILD) or parent is made.source:
            if made.kind is MakeKind.SEED:
                return
            above = self._key(made.source, made.parent, made.way, depth + 1)
            if made.kind is MakeKind.SPLIT:
                call = self._made(made, origin)
                self._arrow(above, call)
                above = call
            self._arrow(above, node)
            return
        self._arrow(self._key(parent, origin, way, depth + 1), node)

    def _made(self, made: Made, origin: int) -> str:
        kind = _MAKERS.get(made.kind, "key")
        return self._node(
            (kind, origin),
            kind,
            _label(made.way[-1].label or spelled(made.site), made.site),
            made.way,
            _place(made.site),
        )

    def _words(self, term: Term, origin: int, way: Sequence[Step]) -> tuple[str, str]:
        """Return the kind of a key's node and what it says."""
        made = self._origins.maker(origin)
        name = self._name(term, origin, way)
        if term.kind is Kind.PARAMETER:
            function = term.at(0)
            return "parameter", f"{term.name}\nparameter of {function}" if isinstance(function, str) else f"{term.name}"
        if term.kind is Kind.CHILD and made is not None and made.kind is MakeKind.FOLD:
            return "fold", "\n".join(filter(None, (name, _label(spelled(made.site), made.site))))
        if made is not None and made.kind is MakeKind.STREAM:
            tag = made.drawn.tag if made.drawn is not None else ""
            return "stream", f"stream {tag!r}\n{_label('', made.site).strip()}"
        if term.kind is Kind.CHILD:
            index = child_of(term)
            which = "one of the keys" if index == ALL else f"key [{index}]"
            return "key", "\n".join(filter(None, (name, which)))
        if term.kind is Kind.STREAM:
            return "stream", "stream " + ", ".join(repr(arg) for arg in term.args[1:] if isinstance(arg, str))
        taken = _TAKEN.get(term.kind, "")
        return "key", "\n".join(filter(None, (name, taken))) or "a key"

    def _name(self, term: Term, origin: int, way: Sequence[Step]) -> str:
        """Return the name that a key was bound to where it was made, else in one of the functions that lead to it."""
        named = self._origins.names(origin).get(child_of(term)) if term.kind is Kind.CHILD else None
        if named is not None:
            return named[0]
        for step in reversed(way):
            if name := self._origins.name_in(term, step.owner):
                return name
        return term.name or "" if term.kind is Kind.ATTRIBUTE else ""

    # -- the parts of the graph ------------------------------------------------------------------

    def _node(
        self,
        key: object,
        kind: str,
        label: str,
        way: Sequence[Step],
        place: Range | None,
        lane: Lane | None = None,
    ) -> str:
        name = self._id(key)
        if name not in self._nodes:
            self._nodes[name] = Node(name, kind, label, place, self._group(_frames(way, lane)))
        return name

    def _group(self, frames: Sequence[Frame]) -> str:
        inside = ""
        path: tuple[object, ...] = ()
        for what, kind, label in frames:
            path = (*path, what)
            name = self._id(("group", path))
            self._groups.setdefault(name, Group(name, kind, label, inside))
            inside = name
        return inside

    def _mark(self, name: str, collides: bool = False, unused: bool = False) -> None:
        node = self._nodes[name]
        self._nodes[name] = replaced(node, collides=node.collides or collides, unused=node.unused or unused)

    def _arrow(self, start: str, end: str) -> None:
        self._arrows.setdefault((start, end), Arrow(start, end))

    def _id(self, key: object) -> str:
        return self._ids.setdefault(key, f"n{len(self._ids) + 1}")


def _frames(way: Sequence[Step], lane: Lane | None = None) -> list[Frame]:
    """Return the loops, passes, lanes and calls that lead to the last step of a way, the outermost first."""
    found: list[Frame] = []
    for index, step in enumerate(way):
        if lane is not None and (step.site.node is lane.mapped.node or index == len(way) - 1):
            found.extend(lane.frames())
            lane = None
        if index < len(way) - 1:
            found.extend(_passes(way, index) if step.turn is not None else _call(step, way[index + 1]))
    return found


def _passes(way: Sequence[Step], index: int) -> list[Frame]:
    """Return the frame of a loop, and that of one pass in it; the loops of JAX are calls, which have names."""
    step = way[index]
    name = next((s.label for s in way[:index] if s.site.node is step.site.node and s.label), "loop")
    later = ", like all that follow" if step.further else ""
    return [
        ((step.site.node, "loop"), "loop", f"{name}, line {line(step.site)}"),
        ((step.site.node, step.turn), "pass", f"pass {(step.turn or 0) + 1}{later}"),
    ]


def _call(step: Step, following: Step) -> list[Frame]:
    """Return the frame of a call, none for that of a loop of JAX."""
    if following.turn is not None and following.site.node is step.site.node:
        return []
    return [((step.site.node, "call"), "call", f"in {step.label}, called on line {line(step.site)}")]


def _label(words: str, site: Site) -> str:
    return f"{words}\nline {line(site)}"


def _place(site: Site) -> Range | None:
    try:
        return Range(*site.chunk.range(site.node), site.chunk.file)
    except Exception:  # the text of another file has changed meanwhile
        return None
