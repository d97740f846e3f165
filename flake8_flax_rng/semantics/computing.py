"""Which functions and methods only compute their result: they neither keep, show nor write what they are given."""

from __future__ import annotations

_PACKAGES = (
    "jax.",
    "numpy.",
    "math.",
    "operator.",
    "scipy.",
    "einops.",
    "optax.",
    "haiku.",
    "distrax.",
    "numpyro.distributions.",
    "tensorflow_probability.",
    "equinox.nn.",
    "flax.core.",
    "flax.linen.",
    "nn.",
)
"""How the paths of their functions begin, and those of objects that are called, with ``nn.`` for a layer of Linen."""

_EFFECTS = (
    "jax.debug.",
    "jax.experimental.",
    "jax.profiler.",
    "jax.pure_callback",
    "jax.monitoring.",
    "numpy.copyto",
    "numpy.fill_diagonal",
    "numpy.place",
    "numpy.put",
    "numpy.random.",
    "numpy.save",
    "numpy.testing.",
    "scipy.io.",
    "haiku.PRNGSequence",
    "haiku.set_",
    "haiku.data_structures.",
)
"""How those begin that do more."""

_VALUES = "abs bool complex dict divmod enumerate float frozenset int len list max min range reversed round set slice"
_BUILTIN = frozenset([*_VALUES.split(), "sorted", "str", "sum", "tuple", "zip"])

_ASKING = ("shape", "ndim", "size", "result_type", "zeros_like", "ones_like", "empty_like")

FORMS = frozenset(
    {
        "builtins.isinstance",
        "builtins.len",
        "builtins.type",
        "jax.eval_shape",
        "equinox.filter_eval_shape",
        *(f"{module}.{name}" for module in ("numpy", "jax.numpy") for name in _ASKING),
    }
)
"""Functions that only ask for the form of what they are given."""

FUNCTIONAL_METHODS = frozenset(
    {"linen.apply", "linen.init", "linen.init_with_output", "haiku.apply", "haiku.init", "property.apply"}
)
"""Methods that run a model, and change no object."""

UPDATES = frozenset(
    {"set", "add", "subtract", "multiply", "mul", "divide", "div", "power", "min", "max", "apply", "get"}
)
"""Methods of ``x.at[i]``."""


def only_computes(path: str) -> bool:
    """Return whether a function of a library, or an object of one that is called, only computes its result.

    Args:
        path: its dotted path.
    """
    root, _, name = path.partition(".")
    if root == "builtins":
        return name in _BUILTIN
    return path.startswith(_PACKAGES) and not path.startswith(_EFFECTS)


ARRAYS: frozenset[str] = frozenset(
    f"{module}.{name}"
    for module in ("jax.numpy", "numpy")
    for name in (
        *("array", "asarray", "zeros", "ones", "full", "empty", "arange", "linspace", "eye", "identity"),
        *("zeros_like", "ones_like", "full_like", "concatenate", "stack", "hstack", "vstack", "tile", "repeat"),
        *("reshape", "ravel", "squeeze", "expand_dims", "transpose", "broadcast_to", "clip", "maximum", "minimum"),
        *("sum", "mean", "dot", "matmul", "einsum", "outer", "exp", "log", "sqrt", "abs", "square", "sin", "cos"),
    )
)
"""Functions that return one array, whatever they are given: for ``jax.tree.map`` that is a single leaf."""

FLATTENING: frozenset[str] = frozenset({"jax.flatten_util.ravel_pytree"})
"""Functions that return one array and something else."""
