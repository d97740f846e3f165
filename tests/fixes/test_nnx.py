"""Repairs of streams, modes and transforms of NNX, each on a small text."""

from __future__ import annotations

import libcst as cst
import pytest

from flake8_flax_rng.fixes import captured, initializers, modes, nnx_streams, nnx_transforms
from flake8_flax_rng.fixes.edits import NoFix
from tests.fixes.texts import after, call, sites

IMPORTS = "import jax\nfrom flax import nnx\n"


@pytest.mark.parametrize(
    ("text", "repair", "expected"),
    [
        ("m = m.eval()\n", modes.alone, "m.eval()\n"),
        ("m = f(x).eval()\n", modes.alone, "m = f(x)\nm.eval()\n"),
        ("m.set_attributes(training=False)\n", modes.mode_by_method, "m.eval()\n"),
        ("m.set_attributes(training=True)\n", modes.mode_by_method, "m.train()\n"),
        ("n = nnx.view(m, training=False)\n", modes.mode_by_method, "n = nnx.view(m, deterministic=True)\n"),
        ("m.train(False)\n", modes.without_mode, "m.eval()\n"),
        ("m.train(mode=True)\n", modes.without_mode, "m.train()\n"),
        ("nnx.view(m, deterministic=True)\n", modes.result_kept, "m = nnx.view(m, deterministic=True)\n"),
    ],
)
def test_a_mode_is_set(text, repair, expected):
    full = IMPORTS + text
    place = next(site for site in sites(full, cst.Call) if site.chunk.code(site.node) != "f(x)")
    assert after(full, repair(place)).removeprefix(IMPORTS) == expected


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ("print(m.eval())\n", modes.alone),
        ("a = b = m.eval()\n", modes.alone),
        ("m.set_attributes(training=flag)\n", modes.mode_by_method),
        ("m.set_attributes(rate=False)\n", modes.mode_by_method),
        ("n = m.set_attributes(training=False)\n", modes.mode_by_method),
        ("m.train(flag)\n", modes.without_mode),
        ("m.eval(False)\n", modes.without_mode),
        ("nnx.view(f(m), deterministic=True)\n", modes.result_kept),
    ],
)
def test_a_mode_that_is_not_sure_is_left_alone(text, repair):
    full = IMPORTS + text
    calls = [site for site in sites(full, cst.Call) if site.chunk.code(site.node.func) != "print"]
    with pytest.raises(NoFix):
        repair(calls[0])


def test_one_rngs_is_made_for_both():
    text = IMPORTS + "a = f(rngs=nnx.Rngs(0))\nb = f(rngs=nnx.Rngs(0))\n"
    first, second = [site for site in sites(text, cst.Call) if site.chunk.code(site.node) == "nnx.Rngs(0)"]
    expected = "rngs = nnx.Rngs(0)\na = f(rngs=rngs)\nb = f(rngs=rngs)\n"
    assert after(text, nnx_streams.one_for_both(first, second)) == IMPORTS + expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for x in y:\n    f(x, nnx.Rngs(0))\n", "rngs = nnx.Rngs(0)\nfor x in y:\n    f(x, rngs)\n"),
        (
            "for x in y:\n    streams = nnx.Rngs(0)\n    f(x, streams)\n",
            "streams = nnx.Rngs(0)\nfor x in y:\n    f(x, streams)\n",
        ),
        ("z = [f(x, nnx.Rngs(0)) for x in y]\n", "rngs = nnx.Rngs(0)\nz = [f(x, rngs) for x in y]\n"),
    ],
)
def test_an_rngs_is_made_before_the_loop(text, expected):
    full = IMPORTS + text
    place = call(full, "nnx.Rngs")
    assert after(full, nnx_streams.one_for_both(place, place)) == IMPORTS + expected


@pytest.mark.parametrize(
    "text",
    [
        "def step(x):\n    return f(x, nnx.Rngs(0))\n",
        "for x in y:\n    def step(x):\n        return f(x, nnx.Rngs(0))\n",
        "for x in y:\n    r = nnx.Rngs(0)\n    r = f(r)\n",
    ],
)
def test_an_rngs_of_a_function_is_left_alone(text):
    place = call(IMPORTS + text, "nnx.Rngs")
    with pytest.raises(NoFix):
        nnx_streams.one_for_both(place, place)


def split_and_drawn(text: str):
    calls = [site for site in sites(IMPORTS + text, cst.Call) if site.chunk.code(site.node.func) != "run"]
    return calls[-1], calls[0]


def test_streams_are_split_for_some_lines():
    text = "nnx.split_rngs(m, splits=2)\ny = run(m)\n\nz = 1\ny = m(x)\n"
    fix = nnx_transforms.split_for_a_while(*split_and_drawn(text))
    expected = "with nnx.split_rngs(m, splits=2):\n    y = run(m)\n\n    z = 1\ny = m(x)\n"
    assert after(IMPORTS + text, fix) == IMPORTS + expected


@pytest.mark.parametrize(
    "text",
    [
        "nnx.split_rngs(m, splits=2)\ny = m(x)\n",
        "backup = nnx.split_rngs(m, splits=2)\nz = 1\ny = m(x)\n",
        "nnx.split_rngs(m, splits=2)\nz = '''\n'''\ny = m(x)\n",
        "if z:\n    nnx.split_rngs(m, splits=2)\n    z = 1\ny = m(x)\n",
    ],
    ids=["nothing between", "kept", "a text of two lines", "two blocks"],
)
def test_streams_are_not_split_for_lines_that_are_not_sure(text):
    with pytest.raises(NoFix):
        nnx_transforms.split_for_a_while(*split_and_drawn(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@jax.jit\ndef f(m): pass\nf(m)\n", "@nnx.jit\ndef f(m): pass\nf(m)\n"),
        ("f = jax.jit(g, static_argnums=1)\nf(m)\n", "f = nnx.jit(g, static_argnums=1)\nf(m)\n"),
        ("f = jax.vmap(g)\nf(m)\n", None),
        ("f = jax.jit(g)\nf = h(f)\nf(m)\n", None),
        ("f(m)\n", None),
    ],
)
def test_a_transform_of_nnx_takes_the_place_of_that_of_jax(text, expected):
    full = IMPORTS + text
    if expected is None:
        with pytest.raises(NoFix):
            nnx_transforms.transform_of_nnx([call(full, "f")])
    else:
        assert after(full, nnx_transforms.transform_of_nnx([call(full, "f")])) == IMPORTS + expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "d = g()\n@jax.jit\ndef f(x):\n    return d(x)\nf(1)\n",
            "d = g()\n@nnx.jit\ndef f(x, d):\n    return d(x)\nf(1, d)\n",
        ),
        (
            "d = g()\ndef f(m, x):\n    return d(x)\nnnx.grad(f)(d, 1)\n",
            "d = g()\ndef f(m, x):\n    return m(x)\nnnx.grad(f)(d, 1)\n",
        ),
        ("d = g()\n@jax.jit\ndef f(x):\n    return d(x)\nmap(f, y)\n", None),
        ("d = g()\n@jax.jit\ndef f(x, y=1):\n    return d(x)\nf(1)\n", None),
        ("d = g()\n@other\ndef f(x):\n    return d(x)\nf(1)\n", None),
        ("d = g()\nd = h()\n@jax.jit\ndef f(x):\n    return d(x)\nf(1)\n", None),
        ("d = g()\ndef f(x):\n    return d(x)\nstep = jax.grad(f)\nstep(1)\n", None),
    ],
)
def test_a_module_is_passed_in(text, expected):
    full = IMPORTS + text
    if expected is None:
        with pytest.raises(NoFix):
            captured.passed_in(call(full, "d"))
    else:
        assert after(full, captured.passed_in(call(full, "d"))) == IMPORTS + expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(rng, n):\n    return g(jax.random.key(0), n)\np(f)\n", "def f(rng, n):\n    return g(rng, n)\np(f)\n"),
        ("def f(rng, n):\n    h(rng)\n    return g(jax.random.key(0), n)\np(f)\n", None),
        ("def f(_, n):\n    return g(jax.random.key(0), n)\np(f)\n", None),
        ("def f(rng, n):\n    return g(jax.random.key(0), jax.random.key(1))\np(f)\n", None),
        ("f = h()\np(f)\n", None),
    ],
)
def test_an_initialiser_draws_from_its_argument(text, expected):
    full = IMPORTS + text
    place = [site for site in sites(full, cst.Name) if site.node.value == "f"][-1]
    if expected is None:
        with pytest.raises(NoFix):
            initializers.drawn_from_argument(place)
    else:
        assert after(full, initializers.drawn_from_argument(place)) == IMPORTS + expected


def test_a_stream_is_called():
    text = IMPORTS + "f(rngs.noise)\n"
    assert after(text, nnx_streams.called_to_draw(sites(text, cst.Attribute)[-1])) == IMPORTS + "f(rngs.noise())\n"
    with pytest.raises(NoFix):
        nnx_streams.called_to_draw(call(IMPORTS + "f(g())\n", "g"))


def test_what_several_others_are_given_is_given_to_none():
    text = IMPORTS + "def f(a, b):\n    x = L(1)\n    y = L(2, rngs=a)\n    z = L(3, rngs=b)\n"
    with pytest.raises(NoFix):
        nnx_streams.rngs_as_others(call(text, "L"))
    same = text.replace("rngs=b", "rngs=a")
    assert "x = L(1, rngs=a)\n" in after(same, nnx_streams.rngs_as_others(call(same, "L")))
