"""What a text must hold to be of interest at all. Most files hold none of it, and nothing else is loaded for them."""

from __future__ import annotations

import re

IMPORTS_OF_INTEREST = (
    "jax",
    "blackjax",
    "brax",
    "craftax",
    "diffrax",
    "distrax",
    "equinox",
    "evosax",
    "flashbax",
    "flax",
    "gymnax",
    "haiku",
    "jaxmarl",
    "jumanji",
    "mctx",
    "navix",
    "numpyro",
    "pgx",
    "xminigrid",
)
"""Packages that make a file one that works with keys; a text that holds none of these words cannot be of interest."""

_HANDLED = ("key", "rng", ".init(", ".apply(", ".apply_fn(", ".sample(")
_HANDLING = r"(?:key|rng)s?\d*\b|\.(?:init|apply|apply_fn|sample)\("


def names_keys(text: str) -> bool:
    """Return whether a text names one of the packages."""
    return any(word in text for word in IMPORTS_OF_INTEREST)


def may_handle_keys(text: str) -> bool:
    """Return whether a text can hold an identifier of code that hands keys on, draws, or runs a module."""
    small = text.lower()  # plain words are found many times faster than the pattern fails
    return any(word in small for word in _HANDLED) and re.search(_HANDLING, small) is not None
