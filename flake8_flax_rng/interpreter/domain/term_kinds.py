"""The kinds of terms, and what the parts of each are called. ``Term`` has a property for each of these names."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a term names; a comparison is named by its operator."""

    # Keys, and arrays of them.
    SEED = "seed"
    CHILD = "child"
    STREAM = "stream"
    LANE = "lane"
    ROW = "row"
    SHAPED = "shaped"
    LAST = "last"
    SUPPLIED = "supplied"
    KEYS = "keys"
    KEY_DATA = "key data"
    WORDS = "words"
    WORD = "word"
    SUM = "sum"
    # What is made of them.
    DRAW = "draw"
    MADE = "made"
    MAKER = "maker"
    SETTINGS = "settings"
    # Modules.
    LAYER = "layer"
    LINEN = "linen"
    RESULT = "result"
    VARIABLE = "variable"
    NO_RATE = "no rate"
    # Arrays.
    STACKED = "stacked"
    RESHAPED = "reshaped"
    SHIFTED = "shifted"
    BLOCK = "block"
    # What a program names.
    CONST = "const"
    FRESH = "fresh"
    NAME = "name"
    PARAMETER = "parameter"
    SYMBOL = "symbol"
    FUNCTION = "function"
    CLASS = "class"
    MEMBER = "member"
    OBJECT = "object"
    TUPLE = "tuple"
    LIST = "list"
    DICT = "dict"
    CONTAINER = "container"
    NATIVE = "native"
    BOUND = "bound"
    PARTIAL = "partial"
    WRAPPED = "wrapped"
    # What is taken out of it.
    ATTRIBUTE = "attribute"
    CACHED = "cached"
    SUBSCRIPT = "subscript"
    SLICE = "slice"
    PART = "part"
    ITEM = "item"
    # What is computed.
    CALL = "call"
    PURE = "pure"
    OP = "op"
    MINUS = "minus"
    UNARY = "unary"
    CHAIN = "chain"
    FORMAT = "format"
    # Conditions.
    NOT = "not"
    EQUAL = "=="
    LESS = "<"
    GREATER = ">"
    IN = "in"
    ONCE = "once"

    __hash__ = str.__hash__  # terms are looked up by their kinds, and that of `Enum` is written in Python


PARTS: dict[Kind, tuple[str, ...]] = {
    Kind.SEED: ("seed", "implementation"),
    Kind.CHILD: ("parent", "data"),
    Kind.STREAM: ("parent", "*scope"),  # with the name of the stream alone where the key is not known
    Kind.LANE: ("parent",),
    Kind.ROW: ("parent", "index"),
    Kind.SHAPED: ("parent",),
    Kind.SUPPLIED: ("run", "number"),
    Kind.LAST: ("parent", "start", "place"),
    Kind.KEYS: ("parent", "start", "count"),
    Kind.KEY_DATA: ("key", "origin"),
    Kind.WORDS: ("key",),
    Kind.WORD: ("key", "index", "origin"),
    Kind.SUM: ("key", "sign", "added", "*arguments"),
    Kind.DRAW: ("key", "*arguments"),  # the callee is the first argument
    Kind.MADE: ("path", "owner", "method", "*arguments"),
    Kind.MAKER: ("key", "owner"),
    Kind.SETTINGS: ("*arguments",),
    Kind.LAYER: ("name", "*arguments"),
    Kind.LINEN: ("name", "*arguments"),
    Kind.RESULT: ("run", "number"),
    Kind.VARIABLE: ("number",),
    Kind.NO_RATE: ("rate",),
    Kind.STACKED: ("lane",),
    Kind.RESHAPED: ("*arguments",),
    Kind.SHIFTED: ("data", "start"),
    Kind.BLOCK: ("array",),
    Kind.CONST: ("constant",),
    Kind.FRESH: ("label", "number"),
    Kind.NAME: ("name",),
    Kind.PARAMETER: ("scope", "serial", "name"),
    Kind.SYMBOL: ("path", "home"),
    Kind.FUNCTION: ("name", "serial", "*frames"),
    Kind.CLASS: ("name", "serial"),
    Kind.MEMBER: ("scope", "serial", "name"),
    Kind.OBJECT: ("address",),
    Kind.TUPLE: ("*items",),
    Kind.LIST: ("*items",),
    Kind.DICT: ("*items",),
    Kind.CONTAINER: ("*items",),  # the first one tells it from all others
    Kind.NATIVE: ("name", "owner"),
    Kind.BOUND: ("callee", "owner"),
    Kind.PARTIAL: ("callee", "*arguments"),
    Kind.WRAPPED: ("callee",),
    Kind.ATTRIBUTE: ("owner", "name", "version"),
    Kind.CACHED: ("owner", "serial"),
    Kind.SUBSCRIPT: ("owner", "index", "version"),
    Kind.SLICE: ("owner", "start", "stop", "version"),
    Kind.PART: ("owner", "place"),
    Kind.ITEM: ("source", "iterable", "turn"),  # the source is the number of the loop, or what is unpacked
    Kind.CALL: ("callee", "*arguments"),
    Kind.PURE: ("function", "*arguments"),
    Kind.OP: ("sign", "left", "right"),
    Kind.MINUS: ("operand",),
    Kind.UNARY: ("operand",),
    Kind.CHAIN: ("*operands",),
    Kind.FORMAT: ("text", "*arguments"),
    Kind.NOT: ("operand",),
    Kind.EQUAL: ("left", "right"),
    Kind.LESS: ("left", "right"),
    Kind.GREATER: ("left", "right"),
    Kind.IN: ("left", "right"),
    Kind.ONCE: ("source", "met", "*places"),
}
"""The names of a term's parts; ``*`` stands before what takes all that are left. The last ones may be missing."""


def places_of(name: str) -> dict[Kind, int]:
    """Return the place of a part, by the kinds of terms that have one of this name."""
    return {kind: names.index(name) for kind, names in PARTS.items() if name in names}


NAMED_ELSEWHERE = frozenset({Kind.ATTRIBUTE, Kind.SUBSCRIPT, Kind.ITEM, Kind.PARAMETER})
"""What has a name already where it is bound to another one."""
