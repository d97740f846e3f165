"""Repairs of the streams that a Linen call is given, each on a small text."""

from __future__ import annotations

import libcst as cst
import pytest

from flake8_flax_rng.fixes import streams
from flake8_flax_rng.fixes.edits import NoFix
from tests.fixes.texts import after, call, name, sites

JAX = "import jax\n"


def argument_of(text: str, func: str, index: int):
    site = call(text, func)
    return type(site)(site.node.args[index].value, site.chunk)


def left_out(text: str, stream: str, initialises: bool):
    func = "m.init" if initialises else "m.apply"
    return streams.stream_left_out(
        argument_of(text, func, 0 if initialises else -1), call(text, func), stream, initialises
    )


@pytest.mark.parametrize(
    ("text", "initialises", "safe", "expected"),
    [
        ("m.init({'params': k, 'dropout': d}, x)\n", True, True, "m.init(k, x)\n"),
        ("m.init(dict(params=k, dropout=d), x)\n", True, True, "m.init(k, x)\n"),
        ("m.init({'params': k, 'dropout': d, 'noise': n}, x)\n", True, True, "m.init({'params': k, 'noise': n}, x)\n"),
        ("m.apply(v, x, rngs={'dropout': d})\n", False, False, "m.apply(v, x)\n"),
        ("m.apply(v, x, rngs={'noise': n, 'dropout': d})\n", False, False, "m.apply(v, x, rngs={'noise': n})\n"),
        ("r = {'params': k, 'dropout': d}\nm.init(r, x)\n", True, True, "r = k\nm.init(r, x)\n"),
    ],
)
def test_a_stream_is_left_out(text, initialises, safe, expected):
    fix = left_out(text, "dropout", initialises)
    assert fix.safe is safe
    assert after(text, fix) == expected


@pytest.mark.parametrize(
    "text",
    [
        "m.init({**r, 'dropout': d}, x)\n",
        "m.init(r, x)\n",
        "r = {'params': k, 'dropout': d}\nprint(r)\nm.init(r, x)\n",
        "r = {'params': k}\nr = {'params': k, 'dropout': d}\nm.init(r, x)\n",
        "def f(k): return {'params': k, 'dropout': k}\ndef g(): m.init(f(k), x)\n",
        "def f(k): return {'params': k, 'dropout': k}\nm.init(f(k), x)\nm.init(f(j), x)\n",
        "def f(k):\n    if k: return {}\n    return {'params': k, 'dropout': k}\nm.init(f(k), x)\n",
    ],
    ids=["unpacked", "unknown", "read again", "bound again", "of a library", "called again", "two results"],
)
def test_no_stream_is_left_out_that_others_may_need(text):
    with pytest.raises(NoFix):
        left_out(text, "dropout", True)


def test_what_a_function_returns_for_one_call_of_a_script_is_changed():
    text = "def f(k):\n    return {'params': k, 'dropout': k}\nm.init(f(k), x)\n"
    assert after(text, left_out(text, "dropout", True)) == "def f(k):\n    return k\nm.init(f(k), x)\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m.apply(v, x, rngs={'drop': d})\n", "m.apply(v, x, rngs={'dropout': d})\n"),
        ("m.apply(v, x, rngs=dict(drop=d))\n", "m.apply(v, x, rngs=dict(dropout=d))\n"),
    ],
)
def test_a_stream_is_renamed(text, expected):
    fix = streams.stream_renamed(argument_of(text, "m.apply", -1), call(text, "m.apply"), "drop", "dropout", True)
    assert after(text, fix) == expected


def test_a_stream_is_not_renamed_to_one_that_is_given():
    text = "m.apply(v, x, rngs={'drop': d, 'dropout': e})\n"
    with pytest.raises(NoFix):
        streams.stream_renamed(argument_of(text, "m.apply", -1), call(text, "m.apply"), "drop", "dropout", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m.apply(v, x)\n", "m.apply(v, x, rngs={'dropout': d})\n"),
        ("m.apply(v, x, rngs=None)\n", "m.apply(v, x, rngs={'dropout': d})\n"),
        ("m.apply(v, x, rngs={'noise': n})\n", "m.apply(v, x, rngs={'noise': n, 'dropout': d})\n"),
        ("m.apply(v, x, rngs=dict(noise=n))\n", "m.apply(v, x, rngs=dict(noise=n, dropout=d))\n"),
        ("r = {'noise': n}\nm.apply(v, x, rngs=r)\n", "r = {'noise': n, 'dropout': d}\nm.apply(v, x, rngs=r)\n"),
    ],
)
def test_a_stream_is_given(text, expected):
    fix = streams.stream_given(call(text, "m.apply"), "dropout", "d", safe=True)
    assert after(text, fix).replace('"', "'") == expected


@pytest.mark.parametrize("text", ["m.apply(v, x, **more)\n", "m.apply(v, x, rngs=r)\n", "m.apply(v, x, rngs=f(k))\n"])
def test_no_stream_is_given_where_others_may_be(text):
    with pytest.raises(NoFix):
        streams.stream_given(call(text, "m.apply"), "dropout", "d", safe=True)


@pytest.mark.parametrize(
    ("text", "func", "mapped"),
    [
        ("m.apply(v, x)\n", "m.apply", False),
        ("def f(apply): apply(v, x)\n", "apply", False),
        (f"{JAX}f = jax.jit(m.apply)\nf(v, x)\n", "f", False),
        (f"{JAX}f = jax.vmap(m.apply)\nf(v, x)\n", "f", True),
        (f"{JAX}jax.vmap(m.apply)(v, x)\n", "jax.vmap(m.apply)", True),
        (f"{JAX}f = jax.jit(m.apply)\nf = jax.vmap(f)\nf(v, x)\n", "f", True),
    ],
)
def test_what_maps_over_its_arguments_takes_no_single_key(text, func, mapped):
    site = call(text, func)
    if mapped:
        with pytest.raises(NoFix):
            streams.refuse_mapped(site)
    else:
        streams.refuse_mapped(site)


def test_a_display_outside_of_a_loop_takes_no_key_of_a_pass():
    text = "r = {'noise': n}\nfor i in x:\n    m.apply(v, i, rngs=r)\n"
    with pytest.raises(NoFix):
        streams.written_at(call(text, "m.apply"))
    assert streams.written_at(call("m.apply(v, x)\n", "m.apply")).node.func.attr.value == "apply"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("{'a': k, 'b': k}", "subkey, subkey_2 = jax.random.split(k)\nm(rngs={'a': subkey, 'b': subkey_2})\n"),
        ("dict.fromkeys(names, k)", "m(rngs=dict(zip(names, jax.random.split(k, len(names)))))\n"),
        ("{n: k for n in ('a', 'b')}", "m(rngs=dict(zip(('a', 'b'), jax.random.split(k, 2))))\n"),
    ],
)
def test_each_stream_is_given_a_key_of_its_own(given, expected):
    text = f"{JAX}m(rngs={given})\n"
    assert after(text, streams.one_key_each(argument_of(text, "m", 0), "a", "b")) == JAX + expected


@pytest.mark.parametrize("given", ["{'a': k, 'b': j}", "{n: k for n in names if n}", "{n: k[n] for n in names}", "r"])
def test_what_are_several_keys_is_not_split(given):
    text = f"{JAX}m(rngs={given})\n"
    with pytest.raises(NoFix):
        streams.one_key_each(argument_of(text, "m", 0), "a", "b")


def test_a_mode_that_was_given_by_mistake_is_said():
    text = "m.apply(v, x, {'dropout': k})\n"
    place = argument_of(text, "m.apply", 2)
    assert after(text, streams.keyword_with_flag(place, "train")) == (
        "m.apply(v, x, rngs={'dropout': k}, train=True)\n"
    )
    assert "deterministic=False" in after(text, streams.keyword_with_flag(place, "deterministic"))
    with pytest.raises(NoFix):
        streams.keyword_with_flag(place, "bias")


def test_a_keyword_comes_after_all_positions():
    text = "m.apply(v, {'dropout': k}, x)\n"
    with pytest.raises(NoFix):
        streams.keyword_right(argument_of(text, "m.apply", 1), safe=True)


def test_a_frozen_dict_is_thawed_under_its_name():
    text = "r = freeze({'params': k})\nm.init(r, x)\n"
    assert after(text, streams.thawed(argument_of(text, "m.init", 0))) == "r = {'params': k}\nm.init(r, x)\n"
    with pytest.raises(NoFix):
        streams.thawed(name("r = freeze(s)\nm.init(r, x)\n", "r"))


def test_a_draw_without_a_name_is_given_one():
    text = "k = self.make_rng()\n"
    assert after(text, streams.stream_drawn(sites(text, cst.Call)[0], "noise")).replace('"', "'") == (
        "k = self.make_rng('noise')\n"
    )
    with pytest.raises(NoFix):
        streams.stream_drawn(sites("k = self.make_rng('a')\n", cst.Call)[0], "noise")
