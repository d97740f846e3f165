"""What other libraries' callables do, as far as it matters for keys."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from flake8_flax_rng.semantics.names import canonical

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
        "zlib",
        "binascii",
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


def trusted(path: str) -> bool:
    """Return whether a path is that of a package which no file of the linted project can stand for."""
    root = path.partition(".")[0]
    return root in PURE_ROOTS or root in sys.stdlib_module_names


TEXT_METHODS: frozenset[str] = frozenset({"encode", "lower", "upper", "strip"})
"""Methods of a text that give the same for the same text; with words alone as arguments nothing else has them."""

VOLATILE = ("random.", "numpy.random.", "time.", "datetime.", "uuid.", "secrets.", "os.urandom", "os.getpid")
"""Functions that give another value in each call."""

HOST_CLOCKS: frozenset[str] = frozenset(
    [f"time.{name}" for name in ("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns")]
    + ["datetime.datetime.now", "datetime.datetime.utcnow", "os.urandom", "os.getpid", "uuid.uuid4", "uuid.uuid1"]
    + ["secrets.randbits", "secrets.randbelow", "secrets.token_bytes"]
)

LISTING: frozenset[str] = frozenset(
    ["itertools.product", "itertools.combinations", "itertools.permutations", "builtins.sorted"]
    + [f"{module}.{name}" for module in ("numpy", "jax.numpy") for name in ("linspace", "logspace", "geomspace")]
)
"""Functions that list settings to be compared, rather than count steps."""

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

IMPORT_ERRORS: frozenset[str] = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})


@dataclass(frozen=True)
class Consumer:
    """What a function or method of another library does with a key.

    Args:
        key: position of the key, without ``self``; None when it is given by name only.
        name: keyword of the key; None when it is given by position only.
        makes: what is made from the key, if it is no plain draw. A ``model`` may be made twice alike (a
            target network), a ``layer`` may not. A ``guess`` is a draw from an object of which nothing is known.
        splits: whether the result is an array of new keys.
        unless_given: an argument that takes the place of what would be drawn, by name and position.
        unless_true: an argument that turns the draw off.
        only_with: an argument without which, as a literal True, it is not certain that anything is drawn.
        idle: whether the key is certainly not read where that argument is False or left out.
    """

    key: int | None = 0
    name: str | None = "key"
    makes: str = ""
    splits: bool = False
    unless_given: tuple[str, int] | None = None
    unless_true: str = ""
    only_with: str = ""
    idle: bool = False


@dataclass(frozen=True)
class Objects:
    """Objects of a library, by the dotted path whose call makes them.

    Args:
        methods: what their methods do with keys; ``__call__`` is a call of the object.
        same: methods that return such an object.
        unless: arguments of the constructor with which nothing is known of the object.
    """

    methods: Mapping[str, Consumer]
    same: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()


_RNG_KEY = Consumer(0, "rng_key")
_LAYER = Consumer(None, "key", makes="layer")
_MODEL = Consumer(None, "key", makes="model")

CONSUMERS: dict[str, Consumer] = {
    # Flax
    "flax.training.common_utils.shard_prng_key": Consumer(0, "prng_key", splits=True),
    # Optax: ``add_noise(eta, gamma, key)``; an optimiser may be built twice alike.
    "optax.add_noise": Consumer(2, "key", makes="model"),
    "optax.noisy_sgd": Consumer(3, "key", makes="model"),
    "optax.contrib.differentially_private_aggregate": Consumer(2, "key", makes="model"),
    "optax.tree_utils.tree_random_like": _RNG_KEY,
    "optax.tree_utils.tree_split_key_like": _RNG_KEY,
    "optax.tree.random_like": _RNG_KEY,
    "optax.tree.split_key_like": _RNG_KEY,
    # Haiku
    "haiku.dropout": Consumer(0, "rng"),
    "haiku.PRNGSequence": Consumer(0, "key_or_seed"),
    # Equinox: layers take ``key`` by name.
    **{
        f"equinox.nn.{name}": _LAYER
        for name in ["Linear", "Embedding", "GRUCell", "LSTMCell", "MultiheadAttention", "SpectralNorm"]
        + [f"Conv{kind}{size}" for kind in ("", "Transpose") for size in ("", "1d", "2d", "3d")]
    },
    "equinox.nn.MLP": _MODEL,
    # NumPyro
    "numpyro.sample": Consumer(3, "rng_key", unless_given=("obs", 2)),
    # ``handlers.seed`` stands for no draw: with substituted values, or for the structure alone, none is made.
    "numpyro.infer.initialize_model": Consumer(0, "rng_key", makes="model"),
    # BlackJAX
    "blackjax.util.run_inference_algorithm": _RNG_KEY,
    "blackjax.util.generate_gaussian_noise": _RNG_KEY,
    "blackjax.mclmc_find_L_and_step_size": Consumer(3, "rng_key"),
    "blackjax.adjusted_mclmc_find_L_and_step_size": Consumer(4, "rng_key"),
    **{f"blackjax.smc.resampling.{name}": _RNG_KEY for name in ["systematic", "stratified", "multinomial", "residual"]},
}
"""Functions of other libraries that consume a key, with the signature that each documents."""

_SEEDED = Consumer(None, "seed")
_SAMPLERS = (
    "nuts hmc mhmc multinomial_hmc rmh irmh dhmc dynamic_hmc dmhmc rmhmc mala mgrad_gaussian orbital_hmc laplace_hmc "
    "additive_step_random_walk mclmc adjusted_mclmc adjusted_mclmc_dynamic elliptical_slice ghmc barker "
    "barker_proposal sgld sghmc sgnht csgld tempered_smc adaptive_tempered_smc"
)

OBJECTS: dict[str, Objects] = {
    r"numpyro\.distributions\.(?!Delta$|Unit$)[A-Z]\w*": Objects(
        {
            "sample": Consumer(),
            "rsample": Consumer(),
            "sample_with_intermediates": Consumer(),
            "__call__": Consumer(None, "rng_key"),
        },
        same=frozenset({"expand", "expand_by", "to_event", "mask"}),
    ),
    r"distrax\.(?!Deterministic$)[A-Z]\w*": Objects({"sample": _SEEDED, "sample_and_log_prob": _SEEDED}),
    r"tensorflow_probability\.substrates\.jax\.distributions\.(?!Deterministic$|VectorDeterministic$)[A-Z]\w*": Objects(
        {"sample": Consumer(1, "seed"), "experimental_sample_and_log_prob": Consumer(1, "seed")}
    ),
    r"numpyro\.infer\.MCMC": Objects({"run": _RNG_KEY}),
    r"numpyro\.infer\.SVI": Objects({"init": Consumer(0, "rng_key", makes="model"), "run": _RNG_KEY}),
    r"numpyro\.infer\.Predictive": Objects({"__call__": _RNG_KEY}),
    r"numpyro\.infer\.autoguide\.Auto(?!Delta$)\w+": Objects({"sample_posterior": _RNG_KEY}),
    # What ``apply`` does with its key depends on the function: a network without dropout ignores it.
    r"haiku\.(transform|transform_with_state|multi_transform|multi_transform_with_state|without_apply_rng)": Objects(
        {"init": Consumer(0, "rng", makes="model")}
    ),
    r"equinox\.nn\.Dropout": Objects(
        {"__call__": Consumer(None, "key", unless_true="inference")}, unless=frozenset({"inference", "deterministic"})
    ),
    rf"blackjax\.({'|'.join(_SAMPLERS.split())})": Objects({"step": _RNG_KEY}),
    r"blackjax\.(\w+\.)+build_kernel": Objects({"__call__": _RNG_KEY}),
    r"blackjax\.(window|chees|meads|pathfinder)_adaptation": Objects({"run": _RNG_KEY}),
    r"blackjax\.(meanfield|fullrank)_vi": Objects({"step": _RNG_KEY, "sample": _RNG_KEY}),
    r"optax\.perturbations\.make_perturbed_fun": Objects({"__call__": Consumer()}),
    # Without ``dropout_rng`` a training call raises, but only where the model's configuration has a dropout rate.
    r"transformers\.Flax(?!OPT)\w+(\.from_pretrained|\.from_config)?": Objects(
        {
            "generate": Consumer(2, "prng_key", only_with="do_sample"),
            "__call__": Consumer(None, "dropout_rng", only_with="train", idle=True),
        }
    ),
    r"transformers\.FlaxOPT\w+(\.from_pretrained|\.from_config)?": Objects(
        {"generate": Consumer(2, "prng_key", only_with="do_sample")}
    ),
}
"""Objects whose methods consume keys, by a pattern for the path that makes them."""

PART_MODULES: frozenset[str] = frozenset({"equinox.Module", "equinox.nn.StatefulLayer"})
"""Bases of modules whose ``__init__`` makes their parts from a key."""

MODULES: frozenset[str] = frozenset(
    {"numpyro.distributions", "numpyro.infer", "equinox.nn", "optax.perturbations", "optax.tree_utils", "optax.tree"}
    | {"blackjax.smc.resampling", "tensorflow_probability.substrates.jax"}
    | {"tensorflow_probability.substrates.jax.distributions"}
)
"""Modules that hold little else than these functions and objects."""

GUESSED = Consumer(None, "seed", makes="guess")
SEEDED_METHODS: frozenset[str] = frozenset({"sample", "sample_and_log_prob", "experimental_sample_and_log_prob"})
"""Methods that draw when they are given a key as ``seed``, whatever the object: distrax and TFP agree on it."""


_ANY_OBJECT = re.compile("|".join(f"(?:{pattern})" for pattern in OBJECTS))


@cache
def _objects_at(path: str) -> Objects | None:
    if not _ANY_OBJECT.fullmatch(path):
        return None
    return next((objects for pattern, objects in OBJECTS.items() if re.fullmatch(pattern, path)), None)


@cache
def _known(path: str) -> bool:
    return path in MODULES or path in CONSUMERS or _objects_at(path) is not None


@dataclass(frozen=True)
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
