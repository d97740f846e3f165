"""The lineage of a key in Graphviz's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_flax_rng.finding import Arrow, Group, Lineage, Node, Range

_ROUND = ("parameter", "key", "stream")
_FILLS = {"seed": "#dcefdc", "parameter": "#dcefdc", "split": "#fff3cd", "fold": "#fff3cd", "stream": "#e4def5"}
_KEY, _CONSUMER, _COLLISION = "#e3eefb", "#f3f3f3", "#ffd9d6"
_RED, _GREY, _INK = "#b3261e", "#8a8a8a", "#333333"
_FRAMES = {
    "loop": 'style="rounded,bold" color="#7a5c00"',
    "pass": 'style="rounded,dashed" color="#7a5c00"',
    "lanes": 'style="rounded,bold" color="#00677a"',
    "lane": 'style="rounded,dashed" color="#00677a"',
    "call": 'style="rounded,dotted" color="#8a8a8a"',
}
_FONT = 'fontname="Courier" fontsize=11'
"""All fonts of one width are about as wide as this one, so that a label fits its box whatever font the reader has."""


def dot(lineage: Lineage, name: str, link: Callable[[Range], str | None]) -> str:
    """Return a lineage as a directed graph.

    Args:
        lineage: the lineage.
        name: what the ids of its parts begin with, so that no other picture of the page has the same.
        link: returns where a click on a place leads.
    """
    lines = [
        "digraph {",
        f'graph [id="{name}" bgcolor="transparent" rankdir=TB nodesep=0.35 ranksep=0.35 {_FONT}]',
        f'node [style=filled margin="0.12,0.06" height=0.3 {_FONT}]',
        f"edge [arrowsize=0.7 {_FONT}]",
        *_inside("", lineage, name, link),
        *(_arrow(arrow, lineage) for arrow in lineage.arrows),
        "}",
    ]
    return "\n".join(lines)


def _inside(group: str, lineage: Lineage, name: str, link: Callable[[Range], str | None]) -> Iterator[str]:
    for node in lineage.nodes:
        if node.group == group:
            yield _node(node, name, link)
    for inner in lineage.groups:
        if inner.inside == group:
            yield from _frame(inner, lineage, name, link)


def _frame(group: Group, lineage: Lineage, name: str, link: Callable[[Range], str | None]) -> Iterator[str]:
    yield f"subgraph cluster_{group.id} {{"
    yield f"graph [id={_quoted(f'{name}-{group.id}')} class={group.kind} label={_quoted(group.label)}"
    # Arrows come from above, so that a label below is crossed by none.
    yield f'{_FRAMES.get(group.kind, "")} labeljust=l labelloc=b fontcolor="#555555"]'
    yield from _inside(group.id, lineage, name, link)
    yield "}"


def _node(node: Node, name: str, link: Callable[[Range], str | None]) -> str:
    fill = _COLLISION if node.collides else _FILLS.get(node.kind, _CONSUMER if node.kind in ("draw", "use") else _KEY)
    values = {
        "id": f"{name}-{node.id}",
        "class": f"{node.kind} collides" if node.collides else node.kind,
        "label": node.label,
        "tooltip": node.label.replace("\n", ", "),
        "shape": "box",
        "fillcolor": fill,
        "color": _RED if node.collides else _GREY if node.unused else _INK,
        "fontcolor": _GREY if node.unused else _INK,
        "style": ",".join(_style(node)),
    }
    target = link(node.range) if node.range is not None else None
    if target is not None:
        values["URL"] = target
    return f"{node.id} [{' '.join(f'{key}={_quoted(value)}' for key, value in values.items())}]"


def _style(node: Node) -> Iterator[str]:
    yield "filled"
    if node.kind in _ROUND:
        yield "rounded"
    if node.collides:
        yield "bold"
    if node.unused:
        yield "dashed"


def _arrow(arrow: Arrow, lineage: Lineage) -> str:
    collides = arrow.equal or any(node.collides for node in lineage.nodes if node.id == arrow.end)
    values = {"color": _RED if collides else _INK, "label": arrow.label, "fontcolor": _RED if collides else _INK}
    if arrow.equal:
        values.update(dir="none", style="dashed", constraint="false")
    return f"{arrow.start} -> {arrow.end} [{' '.join(f'{key}={_quoted(value)}' for key, value in values.items())}]"


def _quoted(text: str) -> str:
    """Write a text as Graphviz reads it; ``\\`` would begin a word of its own there."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
