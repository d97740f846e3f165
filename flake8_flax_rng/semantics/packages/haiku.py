"""Haiku."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Makes, Objects

LIBRARY = Library(
    "haiku",
    consumers={"haiku.dropout": Consumer(0, "rng"), "haiku.PRNGSequence": Consumer(0, "key_or_seed")},
    objects={
        # What ``apply`` does with its key depends on the function: a network without dropout ignores it.
        r"haiku\.(transform|transform_with_state|multi_transform|multi_transform_with_state|without_apply_rng)": (
            Objects({"init": Consumer(0, "rng", makes=Makes.MODEL)})
        ),
    },
)
