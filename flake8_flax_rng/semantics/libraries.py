"""What other libraries' callables do, as far as it matters for keys."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache

from flake8_flax_rng.records import field, record
from flake8_flax_rng.semantics.consumers import Consumer, Makes, Objects
from flake8_flax_rng.semantics.names import canonical
from flake8_flax_rng.semantics.packages import LIBRARIES

PURE_ROOTS: frozenset[str] = frozenset(
    [
        "jax",
        "numpy",
        "math",
        "operator",
        "itertools",
        "functools",
        "einops",
        "scipy",
        "collections",
        "typing",
        "dataclasses",
        "time",
        "timeit",
        "datetime",
        "calendar",
        "uuid",
        "secrets",
        "socket",
        "platform",
        "os",
        "sys",
        "re",
        "json",
        "logging",
        "warnings",
        "string",
        "zlib",
        "binascii",
        "random",
        "chex",
        "jaxtyping",
        "builtins",
        "absl",
        "tqdm",
        "matplotlib",
        "pathlib",
        "argparse",
        "copy",
        "abc",
        "enum",
        "pickle",
        *(library.name for library in LIBRARIES if library.pure),
    ]
)
"""Packages whose functions neither change what they are given nor run a Linen module."""


def trusted(path: str) -> bool:
    """Return whether a path is that of a package which no file of the linted project can stand for."""
    root = path.partition(".")[0]
    return root in PURE_ROOTS or root in sys.stdlib_module_names


TEXT_METHODS: frozenset[str] = frozenset({"encode", "lower", "upper", "strip", "startswith", "endswith"})
"""Methods of a text that give the same for the same text; with words alone as arguments nothing else has them."""

GIVE_TEXT: frozenset[str] = frozenset(
    [f"builtins.{name}" for name in ("str", "repr", "format", "ascii", "input", "chr", "hex", "bin", "oct")]
    + [f"os.path.{name}" for name in ("join", "basename", "dirname", "abspath", "realpath", "normpath", "relpath")]
    + ["os.getcwd", "os.fspath", "json.dumps", "socket.gethostname", "platform.node", "jax.tree_util.keystr"]
)
"""Functions whose result is a text."""

TEXTS_OF_TEXT: frozenset[str] = frozenset(
    {"capitalize", "casefold", "center", "encode", "expandtabs", "format", "format_map", "join", "ljust", "lower"}
    | {"lstrip", "partition", "removeprefix", "removesuffix", "replace", "rjust", "rpartition", "rstrip", "strip"}
    | {"decode", "swapcase", "title", "translate", "upper", "zfill"}
)
"""Methods of a text, or of its bytes, that return a text, its bytes or several of them."""

GIVE_PARTS: frozenset[str] = frozenset({"partition", "rpartition", "rsplit", "split", "splitlines"})
"""Methods of a text whose result holds texts."""

VOLATILE = ("random.", "numpy.random.", "time.", "timeit.", "datetime.", "uuid.", "secrets.", "os.urandom", "os.getpid")
"""Functions that give another value in each call."""

HOST_CLOCKS: frozenset[str] = frozenset(
    [f"time.{name}" for name in ("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns")]
    + ["datetime.datetime.now", "datetime.datetime.utcnow", "os.urandom", "os.getpid", "uuid.uuid4", "uuid.uuid1"]
    + ["secrets.randbits", "secrets.randbelow", "secrets.token_bytes"]
)

STOPWATCHES: frozenset[str] = frozenset(
    [f"time.{name}{unit}" for name in ("time", "perf_counter", "monotonic", "process_time") for unit in ("", "_ns")]
    + ["timeit.default_timer"]
)
"""Clocks that tell how long something takes."""

LISTING: frozenset[str] = frozenset(
    ["itertools.product", "itertools.combinations", "itertools.permutations", "builtins.sorted"]
    + [f"{module}.{name}" for module in ("numpy", "jax.numpy") for name in ("linspace", "logspace", "geomspace")]
)
"""Functions that list settings to be compared, rather than count steps."""

INTEGERS: dict[str, int] = {"sys.maxsize": (1 << 63) - 1}

GENERATORS: frozenset[str] = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", "random.Random"})
"""Generators of the host, which are no keys."""

KEY_SEQUENCES: frozenset[str] = frozenset({"haiku.PRNGSequence"})
"""Classes of libraries whose objects give a new key to each ``next``."""

_HOST = ("numpy.random.", "random.")
_NOT_DRAWING = frozenset(
    ["seed", "default_rng", "RandomState", "Random", "Generator", "SeedSequence", "PCG64", "get_state", "set_state"]
)


HOST_SEEDS: frozenset[str] = frozenset({"numpy.random.seed", "random.seed"})
"""Functions that seed the global generators of the host."""


def draws_on_host(path: str) -> bool:
    """Return whether a function draws from NumPy's or Python's global generator."""
    return path.startswith(_HOST) and path.rpartition(".")[2] not in _NOT_DRAWING


NEVER_RETURN: frozenset[str] = frozenset(
    {"sys.exit", "os._exit", "builtins.exit", "builtins.quit", "os.abort", "pytest.fail", "pytest.skip"}
)

EXPECT_FAILURE: frozenset[str] = frozenset(
    {
        "pytest.raises",
        "contextlib.suppress",
        "assertRaises",
        "assertRaisesRegex",
        "assertRaisesWithLiteralMatch",
    }
)
"""Context managers whose body is expected to raise."""

TABLES: frozenset[str] = frozenset(
    {"pytest.mark.parametrize", "pytest.fixture", "parameterized.parameterized", "parameterized.parameterized.expand"}
    | {f"absl.testing.parameterized.{name}" for name in ("parameters", "named_parameters")}
)
"""Decorators that run their function once for each row of a table."""

UNRELATED_ERRORS: frozenset[str] = frozenset(
    f"builtins.{name}"
    for name in [
        "KeyboardInterrupt",
        "ImportError",
        "ModuleNotFoundError",
        "FileNotFoundError",
        "OSError",
        "IOError",
        "StopIteration",
        "SystemExit",
        "EOFError",
        "MemoryError",
        "TimeoutError",
        "ConnectionError",
    ]
)
"""Errors that wrong randomness does not raise: a handler of these expects none of it."""

IMPORT_ERRORS: frozenset[str] = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})


CONSUMERS: dict[str, Consumer] = {path: known for library in LIBRARIES for path, known in library.consumers.items()}
"""Functions of other libraries that consume a key."""

_OBJECTS: dict[str, Objects] = {pattern: known for library in LIBRARIES for pattern, known in library.objects.items()}
_MODULES: frozenset[str] = frozenset(module for library in LIBRARIES for module in library.modules)
_FOLLOWED: frozenset[str] = frozenset(path for library in LIBRARIES for path in library.followed)

NAMED_TUPLES: frozenset[str] = frozenset(path for library in LIBRARIES for path in library.named_tuples)
"""Named tuples that libraries make, whose attributes are their items."""

PART_MODULES: frozenset[str] = frozenset(module for library in LIBRARIES for module in library.part_modules)
"""Bases of modules whose ``__init__`` makes their parts from a key."""

GUESSED = Consumer(None, "seed", makes=Makes.GUESS)
SEEDED_METHODS: frozenset[str] = frozenset({"sample", "sample_and_log_prob", "experimental_sample_and_log_prob"})
"""Methods that draw when they are given a key as ``seed``, whatever the object: distrax and TFP agree on it."""

KEEPING_METHODS: frozenset[str] = frozenset({"replace", "_replace"})
"""Methods that put what they are given by name into a new object, and draw from no key."""

_OF_ARRAYS = (
    "all any argmax argmin astype clip conj copy cumprod cumsum diagonal dot flatten item max mean min prod ravel "
    "repeat reshape round squeeze std sum swapaxes take tolist transpose var view"
)

ARRAY_METHODS: frozenset[str] = frozenset(_OF_ARRAYS.split())
"""Methods of an array, which compute another one from it."""


@cache
def _any_object() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _OBJECTS))


@cache
def _objects_at(path: str) -> Objects | None:
    if not _any_object().fullmatch(path):
        return None
    return next((objects for pattern, objects in _OBJECTS.items() if re.fullmatch(pattern, path)), None)


@cache
def _known(path: str) -> bool:
    return path in _MODULES or path in CONSUMERS or path in _FOLLOWED or _objects_at(path) is not None


@record()
class Libraries:
    """What is known of other libraries' functions, and of those that the user has named.

    Args:
        own: the user's consumers, by dotted path.
    """

    own: Mapping[str, Consumer] = field(default_factory=dict)

    def consumer(self, path: str) -> Consumer | None:
        """Return what the function at a path does with a key."""
        return CONSUMERS.get(path) or (self.own.get(self._absolute(path)) if self.own else None)

    def objects(self, path: str) -> Objects | None:
        """Return what is known of the objects that a call of a path makes."""
        if self.own:
            owner = self._absolute(path) + "."
            methods = {name.removeprefix(owner): own for name, own in self.own.items() if name.startswith(owner)}
            methods = {name: own for name, own in methods.items() if "." not in name}
            if methods:
                return Objects(methods)
        return _objects_at(path)

    def is_own(self, path: str) -> bool:
        """Return whether a path is that of the user's functions, their classes or methods."""
        absolute = self._absolute(path)
        return any(name == absolute or name.startswith(absolute + ".") for name in self.own)

    def interesting(self, path: str) -> bool:
        """Return whether a definition that names this path can do something with keys."""
        if _known(canonical(path)):
            return True
        absolute = self._absolute(path)
        return any(name == absolute or name.rpartition(".")[0] == absolute for name in self.own)

    def named_in(self, text: str) -> bool:
        """Return whether a text holds the name of one of the user's consumers."""
        return any(name.rpartition(".")[2] in text for name in self.own)

    def imported(self, package: str) -> bool:
        """Return whether an import of this package, relative when it is empty, can bring one of them in."""
        return bool(self.own) and (not package or any(name.startswith(package + ".") for name in self.own))

    def _absolute(self, path: str) -> str:
        """Return the user's spelling of a path; ``.noise.draw`` may be ``mylib.noise.draw``."""
        if not path.startswith("."):
            return path
        rest = path.lstrip(".")
        if "." not in rest:
            return path
        known = [*self.own, *(name.rpartition(".")[0] for name in self.own)]
        return next((name for name in known if name.endswith("." + rest)), path)


NO_LIBRARIES = Libraries()

_ENTRY = re.compile(
    r"(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*)+):(?:(?P<only>\d+)|(?P<name>[^\W\d]\w*)(?:@(?P<place>\d+)|(?P<keyword>=))?)"
)


def read_consumers(entries: Iterable[str]) -> Libraries:
    """Read the user's consumers.

    Args:
        entries: each is ``pkg.mod.draw:key`` (by that name or first), ``…:key@2`` (by that name or at that
            position, counted from 0), ``…:key=`` (by that name alone) or ``…:2`` (at that position alone).

    Raises:
        ValueError: an entry is none of these.
    """
    own: dict[str, Consumer] = {}
    for entry in entries:
        match = _ENTRY.fullmatch(entry.strip())
        if match is None:
            raise ValueError(f"{entry!r} is not of the form 'package.module.function:key'")
        place = match["only"] or match["place"]
        position = None if match["keyword"] else int(place or 0)
        own[canonical(match["path"])] = Consumer(position, match["name"])
    return Libraries(own)
