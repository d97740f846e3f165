"""What other libraries' callables do, as far as it matters for keys."""

from __future__ import annotations

PURE_ROOTS: frozenset[str] = frozenset(
    [
        "jax",
        "numpy",
        "math",
        "operator",
        "itertools",
        "functools",
        "optax",
        "einops",
        "scipy",
        "collections",
        "typing",
        "dataclasses",
        "time",
        "os",
        "sys",
        "re",
        "json",
        "logging",
        "warnings",
        "string",
        "random",
        "chex",
        "jaxtyping",
        "builtins",
        "flax",
        "absl",
        "tqdm",
        "matplotlib",
        "pathlib",
        "argparse",
        "copy",
        "abc",
        "enum",
        "pickle",
    ]
)
"""Packages whose functions neither change what they are given nor run a Linen module."""

VOLATILE = ("random.", "numpy.random.", "time.", "datetime.", "uuid.", "secrets.", "os.urandom", "os.getpid")
"""Functions that give another value in each call."""

HOST_CLOCKS: frozenset[str] = frozenset({"time.time", "time.time_ns", "time.perf_counter", "time.monotonic"})

INTEGERS: dict[str, int] = {"sys.maxsize": (1 << 63) - 1}

GENERATORS: frozenset[str] = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", "random.Random"})
"""Generators of the host, which are no keys."""

_HOST = ("numpy.random.", "random.")
_NOT_DRAWING = frozenset(
    ["seed", "default_rng", "RandomState", "Random", "Generator", "SeedSequence", "PCG64", "get_state", "set_state"]
)


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

_COMPARING = ("equal", "close", "same", "identical")


def compares(name: str) -> bool:
    """Return whether a function of this name compares its arguments: then it only takes reports back."""
    last = name.rpartition(".")[2].lower()
    return last.startswith("assert") or any(word in last for word in _COMPARING)
