"""The garbage collector rests during an analysis, and finds no young objects after it."""

from __future__ import annotations

import gc
import weakref

from flake8_flax_rng.lint import lint

TEXT = "import jax\n\ndef f(key):\n    return jax.random.normal(key)\n"


class Node:
    """Refers to itself."""

    def __init__(self) -> None:
        self.own = self


def test_what_was_garbage_before_is_still_collected():
    node = weakref.ref(Node())
    lint(TEXT)
    assert gc.isenabled()
    assert not gc.get_freeze_count()
    gc.collect()
    assert node() is None


def test_what_others_have_frozen_stays_so():
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        lint(TEXT)
        assert gc.get_freeze_count() > frozen // 2
    finally:
        gc.unfreeze()
