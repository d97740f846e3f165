"""What the opt-in rules speak of: legacy keys, keys that both make data and initialise a model, and unused keys.

None of them is a bug of a program, so none is looked for but in the programs that claim it, and in the good programs
of the first two rules: a key that is carried on is unused at the end of most programs.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from flake8_flax_rng.verifier.jaxhooks import replaced
from flake8_flax_rng.verifier.ledger import DRAW, Bits, Ledger, bits_of
from flake8_flax_rng.verifier.places import Span, Stack, caller, frames_from, parting, site_of
from flake8_flax_rng.verifier.streams import LinenCall

LEGACY, SHARED = "RNG191", "RNG192"
"""The rules whose good programs must have none of it."""

# Libraries that make keys for themselves; JAX is none of them, for it calls what it was given: `vmap(PRNGKey)`.
_OTHERS = ("/flax/", "/optax/")


@dataclass(frozen=True)
class Initialisation:
    """One call that initialised a Linen model.

    Args:
        keys: the keys of the streams that it drew.
        stack: the program's own frames at the call.
        position: how many events the ledger held when the call was over.
    """

    keys: frozenset[Bits]
    stack: Stack
    position: int


@contextmanager
def legacy_keys(filename: str) -> Iterator[list[Span]]:
    """Collect the lines of the program that build keys which are plain arrays, for a while.

    Args:
        filename: the file name that the program was compiled with.

    Yields:
        the list that fills with lines.
    """
    jax: Any = importlib.import_module("jax")
    spans: list[Span] = []

    def wrap(original: Any) -> Any:
        @functools.wraps(original)
        def make(*arguments: Any, **settings: Any) -> Any:
            key = original(*arguments, **settings)
            frame = _program_frame(caller(), filename)
            # With `jax_enable_custom_prng` this function makes typed keys.
            if frame is not None and not jax.numpy.issubdtype(key.dtype, jax.dtypes.prng_key):
                spans.append(site_of(frame, frame.f_lasti, frame.f_lineno).span)
            return key

        return make

    with replaced(jax.random, "PRNGKey", wrap):
        yield spans


def initialisation(call: LinenCall, ledger: Ledger) -> Initialisation:
    """Note which keys a model was initialised with.

    Args:
        call: the call; it is over, and its values are still there.
        ledger: what has happened so far.

    Returns:
        the keys that have values; those of shapes and of lanes have none.
    """
    keys = (bits_of(call.given[stream]) for stream in call.drawn & set(call.given))
    return Initialisation(frozenset(bits for each in keys for bits in each), call.stack, len(ledger.events))


def shared(ledger: Ledger, initialisations: list[Initialisation]) -> Iterator[tuple[str, Span]]:
    """Find keys that were both drawn from and folded by an initialisation.

    A cloned key is left out: who clones says that the key is to be used again.

    Args:
        ledger: what happened.
        initialisations: the initialisations among it.

    Yields:
        what happened, and the lines where the second use can be told from the first.
    """
    for number, event in enumerate(ledger.events):
        for init in initialisations if event.kind == DRAW and not ledger.clones[event.key] else ():
            if event.key in init.keys:
                draw_first = number < init.position
                first, second = (event.stack, init.stack) if draw_first else (init.stack, event.stack)
                depth = parting(first, second)
                if depth is not None:
                    span = second[depth].span
                    what = "initialises after a draw" if draw_first else "is drawn from after an initialisation"
                    yield f"a key {what} at line {span}", span


def unused(ledger: Ledger) -> Iterator[tuple[str, Span]]:
    """Find splits and folds of which a key is used nowhere.

    Args:
        ledger: what happened.

    Yields:
        what happened, and the lines; of a call that was made several times the same key is unused each time.
    """
    used = {event.key for event in ledger.events}
    idle: dict[Span, set[int]] = {}
    for event in ledger.events:
        if event.children and event.stack:
            span = event.stack[-1].span
            numbers = {number for number, child in enumerate(event.children) if child not in used}
            idle[span] = idle.get(span, numbers) & numbers
    for span, numbers in idle.items():
        if numbers:
            yield f"key {min(numbers)} of the call at line {span} is never used", span


def _program_frame(frame: FrameType, filename: str) -> FrameType | None:
    for current in frames_from(frame):
        if current.f_code.co_filename == filename:
            return current
        if any(part in current.f_code.co_filename for part in _OTHERS):
            return None
    return None
