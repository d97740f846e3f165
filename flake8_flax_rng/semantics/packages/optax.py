"""Optax: noise for gradients; an optimiser may be built twice alike."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import RNG_KEY, Consumer, Library, Makes, Objects

LIBRARY = Library(
    "optax",
    pure=True,
    consumers={
        # ``add_noise(eta, gamma, key)``
        "optax.add_noise": Consumer(2, "key", makes=Makes.MODEL),
        "optax.noisy_sgd": Consumer(3, "key", makes=Makes.MODEL),
        "optax.contrib.differentially_private_aggregate": Consumer(2, "key", makes=Makes.MODEL),
        "optax.tree_utils.tree_random_like": RNG_KEY,
        "optax.tree_utils.tree_split_key_like": RNG_KEY,
        "optax.tree.random_like": RNG_KEY,
        "optax.tree.split_key_like": RNG_KEY,
    },
    objects={r"optax\.perturbations\.make_perturbed_fun": Objects({"__call__": Consumer()})},
    modules=frozenset({"optax.perturbations", "optax.tree_utils", "optax.tree"}),
)
