"""Which functions compare what they are given, and what a call of an assertion demands."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

_EQUAL = ("equal", "equiv", "close", "same", "identical")
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_NOT = frozenset({"not", "ne", "differ", "different", "distinct", "unequal"})
_OF_THE_FORM = frozenset(
    {"shape", "shapes", "dtype", "dtypes", "rank", "size", "sizes", "structure", "structures", "struct", "treedef"}
    | {"type", "types", "sharding", "shardings", "keys", "len", "length", "lengths"}
)
"""What two arrays or trees can have in common without being equal."""

ALL_OF = frozenset({"all", "alltrue", "logical_and", "tree_all"})
ANY_OF = frozenset({"any", "sometrue", "logical_or", "tree_any"})
BOTH_OF = frozenset({"jax.numpy.logical_and", "numpy.logical_and", "jax.numpy.bitwise_and", "operator.and_"})
EITHER_OF = frozenset({"jax.numpy.logical_or", "numpy.logical_or", "jax.numpy.bitwise_or", "operator.or_"})
NOT_OF = frozenset({"logical_not", "bitwise_not", "invert", "not_"})


RANKING = frozenset({"argmin", "argmax", "nanargmin", "nanargmax", "argsort", "sorted", "min", "max", "top_k"})
"""Functions that tell which of several values is the best one."""


class Demand(Enum):
    """What an assertion demands of its arguments."""

    EQUAL = "all are equal, or nearly so"
    TRUE = "the first is true"
    FALSE = "the first is false"
    LESS = "the first is less than the second"
    GREATER = "the first is greater than the second"


def last_name(path: str) -> str:
    """Return the last part of a dotted path."""
    return path.rpartition(".")[2]


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(last_name(name))}


@lru_cache(maxsize=1024)
def compares(name: str) -> bool:
    """Return whether a function of this name compares its arguments, as all assertions are taken to do."""
    last = last_name(name).lower()
    return last.startswith("assert") or any(word in last for word in _EQUAL)


def says_equal(name: str) -> bool | None:
    """Return which answer of a function says that the numbers in its arguments are equal, None if none does."""
    words, last = _words(name), last_name(name).lower()
    if words & _OF_THE_FORM or not (any(word in last for word in _EQUAL) or "eq" in words or "ne" in words):
        return None
    return not words & _NOT


def demand(name: str) -> Demand | None:
    """Return what a call of an assertion demands, None where that is nothing about equal numbers."""
    last = last_name(name).lower().replace("_", "")
    if not last.startswith("assert"):
        return None
    known = _DEMANDS.get(last.removeprefix("assert"))
    return known if known is not None else Demand.EQUAL if says_equal(name) else None


_DEMANDS = {
    "": Demand.TRUE,
    "true": Demand.TRUE,
    "false": Demand.FALSE,
    "less": Demand.LESS,
    "lessequal": Demand.LESS,
    "arrayless": Demand.LESS,
    "greater": Demand.GREATER,
    "greaterequal": Demand.GREATER,
}
