"""Differential runs: does it make a difference?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flake8_flax_rng.verifier.streams import LinenCall

_OTHER = 0x5EED

Report = Callable[[bool], None]


def same_bits(first: Any, second: Any) -> bool:
    """Compare two values bit by bit.

    Args:
        first: an array or a pytree of arrays.
        second: the other one.

    Returns:
        whether they have the same structure and the same bits.
    """
    import numpy

    one, one_tree = _flat(first)
    other, other_tree = _flat(second)
    if one_tree != other_tree:
        return False
    pairs = [(numpy.asarray(a), numpy.asarray(b)) for a, b in zip(one, other, strict=True)]
    return all(a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


def takes(call: LinenCall, stream: str) -> bool:
    """Tell whether a Linen call is given a stream, or as a keyword argument the key that replaces it.

    Args:
        call: the call.
        stream: the stream.

    Returns:
        whether it is.
    """
    return stream in call.given or _keyword(call, stream) is not None


def has_no_effect(call: LinenCall, stream: str, report: Report) -> None:
    """Repeat a Linen call without one of its streams and with another key for it.

    Args:
        call: the call; it is over, and its values are still there.
        stream: the stream.
        report: is told, for each comparison, whether the results were the same. Under a transformation of JAX
            that happens when the values are known, once per lane.
    """
    attempts = [_attempt(call, *changed) for changed in (_without(call, stream), _with_another(call, stream))]
    results = [attempt for attempt in attempts if attempt is not None]
    if not results:
        report(False)
    for (result,) in results:
        _compare(_relevant(call, call.result), _relevant(call, result), report)


def is_needless(call: LinenCall, stream: str, report: Report) -> None:
    """Repeat a Linen call without one of its streams.

    Args:
        call: the call; it is over, and its values are still there.
        stream: the stream.
        report: is told whether the call works, with the same result.
    """
    attempt = _attempt(call, *_without(call, stream))
    if attempt is None:
        report(False)
    else:
        _compare(_relevant(call, call.result), _relevant(call, attempt[0]), report)


def _keyword(call: LinenCall, stream: str) -> str | None:
    """Find the keyword argument that replaces a stream: `dropout_rng` for 'dropout', or `rng`."""
    names = (name for name in (f"{stream}_rng", "rng") if call.keywords.get(name) is not None)
    return next(names, None) if stream not in call.given else None


def _without(call: LinenCall, stream: str) -> tuple[Any, Mapping[str, Any]]:
    keyword = _keyword(call, stream)
    keywords = {name: value for name, value in call.keywords.items() if name != keyword}
    return {name: key for name, key in call.given.items() if name != stream} or None, keywords


def _with_another(call: LinenCall, stream: str) -> tuple[Any, Mapping[str, Any]]:
    keyword = _keyword(call, stream)
    if keyword is not None:
        return dict(call.given) or None, {**call.keywords, keyword: _another(call.keywords[keyword])}
    return {**call.given, stream: _another(call.given[stream])}, call.keywords


def _another(key: Any) -> Any:
    import jax

    return jax.tree_util.tree_map(lambda leaf: jax.random.fold_in(leaf, _OTHER), key)


def _attempt(call: LinenCall, streams: Any, keywords: Mapping[str, Any]) -> tuple[Any] | None:
    """Call again; None when that raises, as it does where the stream must be there."""
    assert call.repeat is not None
    try:
        return (call.repeat(streams, keywords),)
    except Exception:
        return None


def _relevant(call: LinenCall, result: Any) -> Any:
    # `init` is an `apply` with mutable variables: its output comes first and is thrown away.
    return result[1] if call.initialises else result


def _compare(first: Any, second: Any, report: Report) -> None:
    import jax

    one, one_tree = _flat(first)
    other, other_tree = _flat(second)
    if one_tree != other_tree:
        report(False)
        return

    def callback(mine: list[Any], others: list[Any]) -> None:
        report(same_bits(mine, others))

    jax.debug.callback(callback, one, other)


def _flat(tree: Any) -> tuple[list[Any], Any]:
    """Flatten a pytree, with the bits of its keys instead of the keys, which cannot be viewed as bytes."""
    import jax

    leaves, structure = jax.tree_util.tree_flatten(tree)
    return [_plain(leaf) for leaf in leaves], structure


def _plain(leaf: Any) -> Any:
    import jax

    if hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return jax.random.key_data(leaf)
    return leaf
