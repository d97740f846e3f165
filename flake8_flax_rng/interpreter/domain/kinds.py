"""The kinds of what is found. A misspelt one is an error for the type checker, and each table has a line for each."""

from __future__ import annotations

from enum import StrEnum


class UseKind(StrEnum):
    """How a key is consumed."""

    DRAW = "draw"
    SPLIT = "split"
    STREAM = "stream"
    """A Linen module draws from it, as from a stream."""

    INNER = "inner"
    """A sampler splits its own key, and draws from the child."""

    UNKNOWN = "unknown"
    """It is given to something of which nothing is known."""


class MakeKind(StrEnum):
    """How a call makes keys."""

    SEED = "seed"
    SPLIT = "split"
    FOLD = "fold"
    WRAP = "wrap"
    COMPUTED = "computed"
    """From the words of another key."""

    STREAM = "from a stream"
    """A stream of NNX folds its count into its root."""

    SUPPLIED = "supplied"
    """A library makes it for the function that it runs, of the key of that run."""


class MadeIn(StrEnum):
    """Where keys are made that are the same in each call of what stands around."""

    MODULE = "module"
    """In a method of a Linen module."""

    TRACED = "traced"
    """In a function that JAX traces."""


class Misuse(StrEnum):
    """How a call breaks the contract of keys by itself."""

    INDEX = "index"
    """An index past the end of an array of keys."""

    UNPACK = "unpack"
    """Keys are unpacked into another number of names."""

    NOT_A_KEY = "not a key"
    SWAPPED = "swapped"
    """No key stands where one is needed, and the key elsewhere in the call."""

    TYPED = "typed"
    """Arithmetic on a typed key, which raises."""

    TRUTH_TEST = "truth test"
    FOLD_DATA = "fold data"
    """A number that does not fit into 32 bits."""

    HASH = "hash"
    """A hash as fold data, which does not either."""

    SALTED_HASH = "salted hash"
    """The hash of a text as fold data, which Python salts anew in each process."""

    HOST = "host"
    """A traced function draws from NumPy or Python."""

    CLOCK = "clock"
    """A traced function reads its seed off the clock."""

    ARITHMETIC = "arithmetic"
    """A key is computed from the words of another."""

    WORD_AS_SEED = "word as seed"
    CONSTANT = "constant"
    """Noise from a key that is the same in every call."""

    IGNORED = "ignored"
    """A function draws from a constant key, and never from the one that it is given."""

    CAPTURED = "captured"
    """A compiled function reads a key from outside, in its first call only."""

    LEAK = "leak"
    """A key is renewed in an object while JAX traces."""

    ASKED = "asked"
    """An iterator is asked for its next key while JAX traces."""

    LEGACY = "legacy"
    """``PRNGKey`` makes a raw array."""


class Binding(StrEnum):
    """How a class binds a function that stands in it."""

    METHOD = "method"
    PROPERTY = "property"
    CACHED = "cached"
    """A property that is computed once."""

    CLASSMETHOD = "classmethod"
    STATICMETHOD = "staticmethod"


class RunKind(StrEnum):
    """The method that runs a Linen module."""

    INIT = "init"
    INIT_WITH_OUTPUT = "init_with_output"
    LAZY_INIT = "lazy_init"
    TABULATE = "tabulate"
    MODULE_PATHS = "module_paths"
    APPLY = "apply"
    APPLY_FN = "apply_fn"
    """``apply`` as a state of training keeps it."""

    BIND = "bind"
    """A method of a module that ``bind`` gave its streams."""


class TurnedOff(StrEnum):
    """Why a layer that could draw does not."""

    DETERMINISTIC = "deterministic"
    RATE = "rate"
    ASKED = "asked"
    """The model only asked whether the stream is there."""


class LiftProblem(StrEnum):
    """What a transform around a draw of a Linen module does to it."""

    UNLIFTED = "unlifted"
    """The stream does not get there."""

    IDENTICAL = "identical"
    """Each lane has parameters of its own, and all are drawn from one key."""

    SHARED = "shared"
    """There is one set of parameters, and a key for each lane."""

    UNSPLIT = "unsplit"
    """One key for all lanes."""

    FALLBACK = "fallback"
    """The stream is split and not given; the ``'params'`` key that stands in for it is one for all lanes."""

    RAW = "raw"
    """It is a transform of JAX that knows nothing of streams."""


class FlagMistake(StrEnum):
    """What is wrong with the ``deterministic`` flag of a layer."""

    NEVER = "never"
    """It is never set."""

    TWICE = "twice"
    INVERTED = "inverted"
    """It is set to what is named like the opposite; whether its callers mean what the name says, the runs tell."""


class FixedValue(StrEnum):
    """What should be drawn from the key that it is given."""

    INITIALIZER = "initializer"
    CARRY = "carry"


class Unserved(StrEnum):
    """Where Linen cannot serve a submodule or a draw."""

    METHOD = "method"
    """In a method that is not compact."""

    UNBOUND = "unbound"
    POST_INIT = "post_init"


class Handover(StrEnum):
    """How a key that was consumed is handed on."""

    RETURNED = "returned"
    KEPT = "kept"
    """In the attribute that it comes of."""

    STORED = "stored"
    """In an attribute, by the constructor."""

    COMPILED = "compiled"
    """Not at all: a compiled method draws from what the constructor has made, and nothing renews it."""

    HANDED_OUT = "handed-out"
    """Stored in an object that others hold, or yielded, and then split."""

    CARRIED = "carried"
    """In a state that is returned, whose key a function of the file splits and renews."""


class Holder(StrEnum):
    """How an object that holds a key can be given a new one."""

    ASSIGNED = "assigned"
    """By an assignment to its attribute."""

    REPLACED = "replaced"
    """By its method ``replace``, which returns another object."""


class Malformation(StrEnum):
    """How streams are given to a Linen call that does not take them so."""

    FROZEN = "frozen"
    POSITIONAL = "positional"
    KEYWORD = "keyword"
    BARE = "bare"
    """As a bare key, to ``bind``."""

    BOUND = "bound"
    """By position, to ``bind``."""


class StreamMistake(StrEnum):
    """What is wrong with a stream of NNX, or with the module that draws from it."""

    MISSING = "missing"
    """The ``Rngs`` has no stream of this name, and no default."""

    UNFED = "unfed"
    """A layer is on, and was given streams neither when it was made nor when it is called."""

    OMITTED = "omitted"
    """A layer is made without ``rngs``."""

    NOT_RNGS = "not rngs"
    """Something else stands where an ``Rngs`` is needed."""

    NOT_A_SEED = "not a seed"
    """A stream is seeded with what is neither an int nor a key."""

    KEY_GIVEN = "key given"
    """A sampler of a stream, which brings its own key, is given another one."""

    KEYLESS = "keyless"
    """An initialiser that takes no key stands where one that takes a key is called."""

    RNGS_AS_KEY = "rngs as key"
    """An ``Rngs`` or a stream stands where a key is needed."""

    NOT_FOR_LINEN = "not for linen"
    """Streams of NNX are given to Linen."""

    CONSTANT = "constant"
    """A step that is compiled draws from an ``Rngs`` that it makes of a constant."""

    WITHOUT_KEYS = "without keys"
    """A module of NNX under Linen is applied without keys, and draws from a constant one."""

    CAPTURED = "captured"
    """A traced function draws from a stream that is no argument of it."""

    REPLACED = "replaced"
    """A traced function gives a module that is no argument of it another key."""

    BOUND_METHOD = "bound method"
    """A transform is given a method of a module that is there already."""

    SPLIT_DRAWN = "split drawn"
    """A stream of many keys is drawn from as if it had one."""

    NOT_SPLIT = "not split"
    """A stream of one key is mapped along an axis."""

    UNPACKED = "unpacked"
    """What splits an ``Rngs`` is unpacked."""

    BACKUP = "backup"
    """What ``split_rngs`` returns, the state before, is taken for the streams."""

    BACKUP_CALLED = "backup called"
    """It is taken for a function that was decorated."""

    WITH_RNGS = "with_rngs"
    """``with_rngs`` is called in the mode in which it is not there."""

    NO_RESULT = "no result"
    """A method that sets a mode is used as if it returned the module."""

    NOT_CALLED = "not called"
    """A method that sets a mode is named and not called."""

    VIEW_LOST = "view lost"
    """The result of ``nnx.view`` is thrown away."""

    MODE_OF_NONE = "mode of none"
    """No module has the attribute that is set."""

    MODE_ARGUMENT = "mode argument"
    """``train`` and ``eval`` take no mode."""

    STALE_MODE = "stale mode"
    """A module is merged from a graph that was split off before the mode was set."""

    OUT_OF_REACH = "out of reach"
    """A layer stands where ``train`` and ``eval`` do not find it."""

    RESEED_NOTHING = "reseed nothing"
    """No stream of the model has the tag that is reseeded."""

    RESEED_SPLIT = "reseed split"
    """A stream of many keys is reseeded with one."""

    FILTER_NOTHING = "filter nothing"
    """No stream of the model has the tag that a filter names."""

    IN_A_TREE = "in a tree"
    """Arithmetic over a state that holds the streams too."""

    ABSTRACT = "abstract"
    """A stream of a model that was only traced for its shapes is drawn from."""

    OVERRIDDEN = "overridden"
    """A flag given in the call overrides the mode that was set."""

    FORGOTTEN = "forgotten"
    """A layer that was trained drops out where no gradient is taken."""

    NEVER_BACK = "never back"
    """A loop evaluates the model that it trains, and does not set the mode back."""

    DEFAULT_SHARED = "default shared"
    """Two calls rely on one ``Rngs`` that is the default of a parameter."""

    DEFAULT_DECLARED = "default declared"
    """A parameter has an ``Rngs`` as its default."""


class LibraryMistake(StrEnum):
    """What is wrong with a call that another library refuses, or that does nothing."""

    UNKEYED = "unkeyed"
    """A layer is certain to draw, and is not given a key."""

    THROWN_AWAY = "thrown away"
    """A function returns a changed module, which nobody keeps."""

    NO_KEY = "no key"
    """A transformed function draws, and is run without a key."""

    KEYLESS = "keyless"
    """A transformed function draws, and its ``apply`` takes no key."""

    NO_KEY_ARGUMENT = "no key argument"
    """A call of ``apply`` leaves out the key, so that the first input stands in its place."""

    UNSEEDED = "unseeded"
    """A site of a model draws where no handler gives it a key."""

    OUTSIDE = "outside"
    """A key is asked for where no transformed function is run."""
