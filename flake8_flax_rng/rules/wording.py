"""Words that several rules have in common: loops, calls that hide a use, and what to write for a key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.kinds import Holder
from flake8_flax_rng.rules.report import consumer, line, place, spelled
from flake8_flax_rng.semantics.transforms import CONTROL
from flake8_flax_rng.syntax.names_in_text import is_local, is_readable

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made, Parting, Reused, Step, Use
    from flake8_flax_rng.interpreter.domain.places import Site

LOOP, COMPREHENSION, CARRIED, LEAVES, MAPPED = "loop", "comprehension", "carried", "leaves", "mapped"
"""What repeats a use: a statement; a comprehension; a loop of JAX with a carry; a map over a tree, or over rows."""

_REPEATERS = {
    "scan": CARRIED,
    "fori_loop": CARRIED,
    "while_loop": CARRIED,
    "tree_map": LEAVES,
    "lax_map": MAPPED,
    "map": MAPPED,
}


def repeater(parting: Parting, use: Use) -> tuple[str, str]:
    """Say what repeats a use.

    Args:
        parting: where the ways to its first and to its later pass part.
        use: the use in the later pass.

    Returns:
        what it is, and the words that follow "is the same".
    """
    around = parting.around
    if around is None:
        return LOOP, "in every pass of the loop"
    if isinstance(around.site.node, cst.CompFor):
        return COMPREHENSION, "in every pass of the comprehension"
    if not isinstance(around.site.node, cst.Call):
        return LOOP, f"in every pass of the loop on {place(around.site)}"
    label = loop_label(around, use)
    kind = _REPEATERS.get(CONTROL.get(label, ""), MAPPED)
    where = f"the `{label.removeprefix('builtins.')}` on {place(around.site)}" if label else place(around.site)
    return kind, {CARRIED: "in every step of ", LEAVES: "for every leaf of "}.get(kind, "in every call of ") + where


def loop_label(around: Step, use: Use | Made) -> str:
    """Return what a loop that is a call is called, as a reader knows it.

    Args:
        around: the loop.
        use: the use that it repeats.
    """
    return next((step.label for step in use.way if step.site.node is around.site.node and step.label), "")


def earlier_pass(parting: Parting) -> str:
    """Say that the first of two places was reached in the pass before, where the text alone would not tell."""
    around = parting.around
    if around is None or parting.loop or line(parting.first.site) < line(parting.second.site):
        return ""
    return f" in the previous pass of the loop on {place(around.site)}"


def inside(step: Step, use: Use) -> str:
    """Say what uses the key in a call of a function that hides it.

    Args:
        step: the call.
        use: the use that it leads to.

    Returns:
        words in parentheses; none where the call is the use, or stands on one line with it.
    """
    if use.site.node is step.site.node or not use.label or use.label == consumer(step):
        return ""
    if use.site.chunk is step.site.chunk and line(use.site) == line(step.site):
        return ""
    return f" (inside: `{use.label}`, {place(use.site)})"


def split_of(name: str, spare: str) -> str:
    """Write the statement that renews a key.

    Args:
        name: the key's name in the source.
        spare: a name for the new key.

    Returns:
        the statement in backquotes; about a key called `key` where the name is no name.
    """
    known = name if is_name(name) else "key"
    other = spare if known != spare else "other_key"
    return f"`{known}, {other} = jax.random.split({known})`"


def renewable(event: Reused, site: Site) -> bool:
    """Tell whether a statement before a place can give what stands there another value.

    Args:
        event: the reuse.
        site: the key that is used again.

    Returns:
        whether it is a name of the function around it, or an attribute of an object that takes assignments.
    """
    node = site.node
    if isinstance(node, cst.Attribute):
        return event.holders.get(node) is Holder.ASSIGNED
    return isinstance(node, cst.Name) and is_local(node.value, site.chunk, *site.chunk.position(node))


def fold_of(site: Site) -> str:
    """Write the expression that makes a key for a pass.

    Args:
        site: the key.

    Returns:
        a colon and the expression in backquotes; nothing where the key has no name.
    """
    named = isinstance(site.node, (cst.Name, cst.Attribute, cst.Subscript))
    return f": `jax.random.fold_in({spelled(site)}, i)`" if named else ""


def repeatable(site: Site) -> bool:
    """Tell whether a statement before the one of a place can read what stands there, and another name be put there.

    Args:
        site: a key.

    Returns:
        whether it is a name, an attribute or an item, and nothing in it is a parameter of the expression around it.
    """
    if not isinstance(site.node, (cst.Name, cst.Attribute, cst.Subscript)):
        return False
    place_of = site.chunk.position(site.node)
    return all(is_readable(name, site.chunk, *place_of) for name in re.findall(r"[^\W\d]\w*", spelled(site)))


def is_name(text: str) -> bool:
    """Tell whether a text is a name, or an attribute of one.

    Args:
        text: what stands in the source.

    Returns:
        whether something can be bound to it and read well.
    """
    return text.replace(".", "").isidentifier()
