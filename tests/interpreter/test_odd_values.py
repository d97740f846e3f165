"""Numbers and containers that no program needs: whatever is made of them, the file's other findings stand."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint

HEAD = """\
import jax
import other
from flax import linen as nn
key = jax.random.key(0)
a = jax.random.normal(key)
b = jax.random.normal(key)
"""
REUSE = ("RNG101", 6)

DIGITS = "1" + "0" * 400
"""More than a float can be."""

HEX = "0x" + "f" * 6000
"""More than Python prints."""

PROGRAMS = {
    "a negative number of keys": "k = jax.random.split(jax.random.key(0), -5)[1:]\nc, d = k\n",
    "a negative shape of keys": "k = jax.random.split(jax.random.key(0), (-5,))[1:]\n",
    "a negative shape of two axes": "k = jax.random.split(jax.random.key(0), (-5, 2))[1:][0][1]\n",
    "no keys": "k = jax.random.split(jax.random.key(0), 0)\nk.reshape(-1, 0)\nfor sub in k[1:]:\n    pass\n",
    "many keys": f"k = jax.random.split(jax.random.key(0), {DIGITS})\nc, *d = k\nk[5:].reshape(2, -1)\n",
    "a rate that is no float": f"nn.Dropout({DIGITS})\nnn.Dropout({HEX})\nnn.Dropout(18446744073709551616**64)\n",
    "a long seed": f"k = jax.random.key({DIGITS})\nk = jax.random.key({HEX})\n",
    "long fold data": f"k = jax.random.fold_in(jax.random.key(0), {HEX})\nprint(k)\n",
    "infinite fold data": "k = jax.random.fold_in(jax.random.key(0), 1e999)\nprint(k)\n",
    "a number for a key": f"jax.random.normal({HEX})\n",
    "a long loop": f"for i in range(10**30):\n    pass\nfor i in range(0, {DIGITS}, 3):\n    pass\n",
    "a loop backwards": "for i in range(10**30, -(10**30), -(10**29)):\n    pass\nfor i in range(1, 5, 0):\n    pass\n",
    "a long scan": f"jax.lax.scan(lambda c, x: (c, x), 1, None, length={HEX})\n",
    "a repeated list": f"x = [1] * {DIGITS}\ny = [] * {DIGITS}\nz = [1, 2] * -5\n",
    "an index past the end": f"k = jax.random.split(jax.random.key(0))\nk[{HEX}]\nk[{DIGITS}:]\n[1][{HEX}]\n",
    "a power": f"x = 2 ** -5 + 0 ** -1 + (1 << {HEX})\n",
    "a list that holds itself": (
        "x = []\nx.append(x)\njax.tree.map(jax.random.normal, x)\nfor k in x:\n    x.append(k)\n"
        "for k in x:\n    k.append(x)\n    jax.random.normal(k)\njax.tree.map(lambda q: x, y)\n"
    ),
    "a list in itself, mapped": "x = [1]\nx[0] = x\njax.vmap(abs)(x)\njax.lax.scan(lambda c, x: (c, x), x, x)\n",
    "a dict that holds itself": (
        "x = {}\nx['x'] = x\njax.tree.map(abs, x)\njax.vmap(abs)(x)\njax.lax.scan(lambda c, x: (c, x), x, x)\n"
        "if other.flag():\n    x['y'] = x\nother.call(x)\n"
    ),
    "an object that holds itself": (
        "class A:\n    def __init__(self):\n        self.me = self\ndef make():\n    x = A()\n    if other.flag():\n"
        "        x = A()\n    return lambda: x\njax.vmap(abs)(A())\nother.call(make())\n"
    ),
    "tuples in each other": "x = ()\n"
    + "x = (x,)\n" * 2000
    + "jax.tree.map(abs, x)\njax.vmap(abs)(x)\nother.call(x)\n",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_others_stand(name):
    found = [(finding.code, finding.line) for finding in lint(HEAD + PROGRAMS[name])]
    assert REUSE in found
    assert "RNG001" not in [code for code, _ in found]


def test_the_end_of_a_long_range_is_known():
    text = (
        "import jax\nfrom jax import random\nkeys = random.split(random.key(0), 10)\nfor i in range({}):\n    keys[i]\n"
    )
    codes = [[finding.code for finding in lint(text.format(stop))] for stop in ("10", "11", "10**30")]
    assert codes == [[], ["RNG110"], ["RNG110"]]
