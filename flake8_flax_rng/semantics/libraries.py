"""What other libraries' callables do, as far as it matters for keys."""

from __future__ import annotations

PURE_ROOTS: frozenset[str] = frozenset(
    "jax numpy math operator itertools functools optax einops scipy collections typing dataclasses time os "
    "sys re json logging warnings string random chex jaxtyping builtins flax absl tqdm matplotlib pathlib "
    "argparse copy abc enum pickle".split()
)
"""Packages whose functions neither change what they are given nor run a Linen module."""

NEVER_RETURN: frozenset[str] = frozenset(
    {"sys.exit", "os._exit", "builtins.exit", "builtins.quit", "os.abort", "pytest.fail", "pytest.skip"}
)

EXPECT_FAILURE: frozenset[str] = frozenset(
    {"pytest.raises", "assertRaises", "assertRaisesRegex", "assertRaisesWithLiteralMatch"}
)
"""Context managers whose body is expected to raise."""

COMPARISONS: frozenset[str] = frozenset(
    "allclose isclose array_equal array_equiv equal not_equal tree_all_close testing all_equal check_eq".split()
)
"""Last names of functions that compare values; those that begin with ``assert`` count too."""


def compares(name: str) -> bool:
    """Return whether a function of this name compares its arguments."""
    last = name.rpartition(".")[2]
    return last in COMPARISONS or last.startswith("assert")
