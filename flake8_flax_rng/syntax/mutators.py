"""The methods by which programs change their lists, deques, dicts and sets."""

from __future__ import annotations

FILLING = frozenset(
    {
        "__setitem__",
        "add",
        "append",
        "appendleft",
        "extend",
        "extendleft",
        "insert",
        "setdefault",
        "symmetric_difference_update",
        "update",
    }
)
"""What puts something into a container."""

CHANGING = FILLING | {
    "__delitem__",
    "clear",
    "difference_update",
    "discard",
    "intersection_update",
    "pop",
    "popitem",
    "popleft",
    "remove",
    "reverse",
    "rotate",
    "sort",
}
"""What changes what a container holds, or what stands where in it."""
