"""Each excuse, on a program that it is for and on one near to it that it is not for; RNG091 says its name."""

from __future__ import annotations

import re

import pytest

from flake8_flax_rng.interpreter.intent.repeated_on_purpose import EXCUSES
from flake8_flax_rng.lint import lint
from tests.programs import HEAD, MODELS, OPT_IN

PROGRAMS = {
    "compared": (
        HEAD + "def f(key):\n    a, b = random.normal(key), random.normal(key)\n    assert a == b\n",
        HEAD + "def f(key):\n    a, b = random.normal(key), random.normal(key)\n    return a, b\n",
    ),
    "warm-up": (
        HEAD
        + "@jax.jit\ndef draw(k):\n    return random.normal(k)\ndef f(key):\n    draw(key)\n    return draw(key)\n",
        HEAD + "def draw(k):\n    return random.normal(k)\ndef f(key):\n    a = draw(key)\n    return a, draw(key)\n",
    ),
    "same-objective": (
        HEAD + "def loss(w, k):\n    return (w * random.normal(k)).sum()\n"
        "def f(w, key):\n    return loss(w, key), jax.grad(loss)(w, key)\n",
        HEAD + "def loss(w, k):\n    return (w * random.normal(k)).sum()\n"
        "def f(w, v, key):\n    return jax.grad(loss)(w, key), jax.grad(loss)(v, key)\n",
    ),
    "demonstration": (
        HEAD + "class Net:\n    def __init__(self, k):\n        self.w = random.normal(k)\n"
        "if __name__ == '__main__':\n    k = random.key(some)\n    x = random.normal(k)\n    print(x, Net(k).w)\n",
        HEAD + "class Net:\n    def __init__(self, k):\n        self.w = random.normal(k)\n"
        "if __name__ == '__main__':\n    k = random.key(some)\n    x = random.normal(k)\n    net = Net(k)\n"
        "    while x < 3:\n        x = x + net.w\n",
    ),
    "only-looked-at": (
        HEAD + "def f(w, key, test_key):\n    for _ in range(9):\n        key, k = random.split(key)\n"
        "        w = w + random.normal(k)\n        score = draw(test_key)\n        print(score)\n"
        "    return w\ndef draw(k):\n    return random.normal(k)\n",
        HEAD + "def f(w, key, test_key):\n    for _ in range(9):\n        key, k = random.split(key)\n"
        "        w = w + random.normal(k)\n        w = w + draw(test_key)\n"
        "    return w\ndef draw(k):\n    return random.normal(k)\n",
    ),
    "one-is-selected": (
        HEAD + "def f(key, m):\n    return jnp.where(m, random.normal(key, (3,)), random.uniform(key, (3,)))\n",
        HEAD + "def f(key, m):\n    return random.normal(key, (3,)) + m * random.uniform(key, (3,))\n",
    ),
    "subtracted": (
        HEAD + "def cost(x, k):\n    return (x + random.normal(k, (3,))).sum()\n"
        "def f(x, d, key):\n    return cost(x + d, key) - cost(x - d, key)\n",
        HEAD + "def cost(x, k):\n    return (x + random.normal(k, (3,))).sum()\n"
        "def f(x, d, key):\n    return cost(x + d, key) + cost(x - d, key)\n",
    ),
    "one-setting-differs": (
        HEAD + "def run(k, w, x, y, mode):\n    return w * (x + random.normal(k)) - y * mode\n"
        "def f(key, w, x, y):\n    return run(key, w, x, y, 1), run(key, w, x, y, 2)\n",
        HEAD
        + "def run(k, x):\n    return x + random.normal(k)\ndef f(key, x, y):\n    return run(key, x), run(key, y)\n",
    ),
    "input-for-init": (
        MODELS + "def f(key):\n    k, model_key = jax.random.split(key)\n    x = jax.random.normal(k, (2, 4))\n"
        "    variables = Plain().init(model_key, x, False)\n    return variables, jax.random.uniform(k)\n",
        MODELS + "def f(key):\n    k, model_key = jax.random.split(key)\n    x = jax.random.normal(k, (2, 4))\n"
        "    return x, jax.random.uniform(k)\n",
    ),
    "only-shapes": (
        HEAD + "if __name__ == '__main__':\n    key = random.key(0)\n    a = random.normal(key)\n"
        "    b = random.uniform(key)\n    print(a.shape, b)\n",
        HEAD + "if __name__ == '__main__':\n    key = random.key(0)\n    a = random.normal(key)\n"
        "    b = random.uniform(key)\n    print(a.shape, a, b)\n",
    ),
    "never-read": (
        HEAD + "def start(model, x):\n    return model.ready\ndef f(models):\n    for m in models:\n"
        "        x = random.normal(random.key(0), (3,))\n        start(m, x)\n",
        HEAD + "def start(model, x):\n    return model.ready(x)\ndef f(m):\n    for _ in range(9):\n"
        "        x = random.normal(random.key(0), (3,))\n        m = start(m, x)\n    return m\n",
    ),
    "an-item-each": (
        HEAD + "def score(model, k):\n    return model(random.normal(k, (3,)))\ndef f(models):\n"
        "    return [score(model, random.key(0)) for model in models]\n",
        HEAD + "def score(model, k):\n    return model(random.normal(k, (3,)))\ndef f(model):\n"
        "    return [score(model, random.key(0)) for _ in range(9)]\n",
    ),
    "rows-of-tests": (
        HEAD
        + "import pytest\n@pytest.mark.parametrize('x', [random.normal(random.key(0)), random.normal(random.key(0))])\n"
        "def test(x):\n    print(x)\n",
        HEAD + "import pytest\nROWS = [(random.normal(random.key(0)), random.normal(random.key(0)))]\n"
        "@pytest.mark.parametrize(['x', 'y'], ROWS)\ndef test(x, y):\n    print(x, y)\n",
    ),
    "target-network": (
        MODELS + "def f(key, x):\n    net = Plain()\n    return net.init(key, x, False), net.init(key, x, False)\n",
        MODELS + "def f(key, x):\n    return Plain().init(key, x, False), Net().init(key, x, False)\n",
    ),
    "paired-evaluation": (
        MODELS + "def f(old, new, x, key):\n    net = Net()\n    a = net.apply(old, x, True, rngs={'dropout': key})\n"
        "    return a, net.apply(new, x, True, rngs={'dropout': key})\n",
        MODELS + "def f(old, x, y, key):\n    net = Net()\n    a = net.apply(old, x, True, rngs={'dropout': key})\n"
        "    return a, net.apply(old, y, True, rngs={'dropout': key})\n",
    ),
    "in-unison": (
        HEAD + "def f(key, x, y):\n    return random.permutation(key, x), random.permutation(key, y)\n",
        HEAD + "def f(key, x, y):\n    return random.permutation(key, x), random.normal(key, y.shape)\n",
    ),
    "one-order": (
        HEAD + "def f(key, batch):\n    return jax.tree.map(lambda x: x[random.permutation(key, 9)], batch)\n",
        HEAD + "def f(key, batch, data):\n"
        "    return jax.tree.map(lambda x: x.sum() * data[random.permutation(key, 9)], batch)\n",
    ),
    "transformed-alike": (
        HEAD + "def flip(k, image):\n    return jnp.where(random.bernoulli(k), image[::-1], image)\n"
        "def f(key, image, mask):\n    return flip(key, image), flip(key, mask)\n",
        HEAD + "def noisy(k, image):\n    return image + random.normal(k, image.shape)\n"
        "def f(key, image, mask):\n    return noisy(key, image), noisy(key, mask)\n",
    ),
    "antithetic": (
        HEAD + "def f(key):\n    return random.normal(key, (3,)), -random.normal(key, (3,))\n",
        HEAD + "def f(key):\n    return random.normal(key, (3,)), -random.normal(key, (4,))\n",
    ),
    "undone": (
        HEAD + "def flip(k, x):\n    return x * random.rademacher(k, x.shape)\n"
        "def f(key, x):\n    return flip(key, jnp.round(flip(key, x)))\n",
        HEAD + "def drop(k, x):\n    return x * random.bernoulli(k, 0.5, x.shape)\n"
        "def f(key, x):\n    return drop(key, jnp.round(drop(key, x)))\n",
    ),
    "replayed": (
        HEAD + "def step(k, x):\n    return x + random.normal(k, x.shape)\n"
        "def f(key, x, steps):\n    log = []\n    for _ in range(steps):\n        key, k = random.split(key)\n"
        "        log.append((k, x))\n        x = step(k, x)\n    return [step(k, x) for k, x in log]\n",
        HEAD + "def step(k, x):\n    return x + random.normal(k, x.shape)\n"
        "def f(key, x, steps):\n    log = []\n    for _ in range(steps):\n        key, k = random.split(key)\n"
        "        log.append(k)\n        x = step(k, x)\n    return [step(k, x) for k in log]\n",
    ),
    "thrown-away": (
        HEAD + "def f(key):\n    a = random.normal(key)\n    a = random.uniform(key)\n    return a\n",
        HEAD + "def f(key):\n    a = random.normal(key)\n    b, a = a, random.uniform(key)\n    return a, b\n",
    ),
    "candidates": (
        HEAD + "def score(w, k):\n    return (w * random.normal(k, (3,))).sum()\n"
        "def f(key, ws):\n    scores = [score(w, key) for w in ws]\n    return ws[jnp.argmax(jnp.stack(scores))]\n",
        HEAD + "def score(w, k):\n    return (w * random.normal(k, (3,))).sum()\n"
        "def f(key, ws):\n    scores = [score(w, key) for w in ws]\n    return jnp.mean(jnp.stack(scores))\n",
    ),
    "made-alike": (
        "import equinox as eqx\ndef f(k):\n    return eqx.nn.MLP(2, 2, 8, 1, key=k), eqx.nn.MLP(2, 2, 8, 1, key=k)\n",
        "import equinox as eqx\ndef f(k):\n    return eqx.nn.MLP(2, 2, 8, 1, key=k), eqx.nn.MLP(2, 4, 8, 1, key=k)\n",
    ),
    "evaluation": (
        HEAD + "def f(w, test_key):\n    for _ in range(9):\n        w = w * 2\n        score = test(w, test_key)\n"
        "        print(score)\n    return w\ndef test(w, k):\n    return w + random.normal(k)\n",
        HEAD + "def f(w, test_key):\n    for _ in range(9):\n        w = test(w, test_key)\n"
        "    return w\ndef test(w, k):\n    return w + random.normal(k)\n",
    ),
    "unread": (
        HEAD + "def draw(k, x):\n    noise = random.normal(k)\n    return x, x + noise\n"
        "def f(key, x):\n    y = draw(key, x)[0]\n    return y + random.normal(key)\n",
        HEAD + "def draw(k, x):\n    noise = random.normal(k)\n    return x + noise, x\n"
        "def f(key, x):\n    y, _ = draw(key, x)\n    return y + random.normal(key)\n",
    ),
}
ELSEWHERE = {"guess-compared"}
"""Excuses that the tests of other libraries show."""


def excuses(text: str) -> set[str]:
    """The excuses that RNG091 names."""
    found = [finding.message for finding in lint(text) if finding.code == "RNG091"]
    return {name for message in found for name in re.findall(r"excuse `([\w-]+)`", message)}


def reported(text: str) -> list[str]:
    return [finding.code for finding in lint(text) if finding.code not in OPT_IN]


NAMES = [excuse.name for excuse in EXCUSES]


def test_excuses_have_names_of_their_own():
    assert len(set(NAMES)) == len(NAMES)
    assert set(NAMES) == {*PROGRAMS, *ELSEWHERE}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ELSEWHERE])
def test_an_excuse_is_named_and_silences(name):
    text, _ = PROGRAMS[name]
    assert excuses(text) == {name}
    assert reported(text) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ELSEWHERE])
def test_an_excuse_has_a_border(name):
    _, text = PROGRAMS[name]
    assert name not in excuses(text)
    assert reported(text)


def test_an_excuse_of_the_first_use_does_not_hide_the_later_two():
    text = HEAD + (
        "def f(m):\n    key = random.key(1)\n    a = random.normal(key, (3,))\n    a = jnp.ones(3)\n"
        "    b = random.normal(key, (3,))\n    c = random.normal(key, (3,))\n    return a, b, c\n"
    )
    found = [finding for finding in lint(text) if finding.code == "RNG101"]
    assert [finding.line for finding in found] == [text.count("\n") - 1]
    assert "on line 16" in found[0].message


def test_the_number_that_python_reads_from_bytes_is_no_template():
    text = HEAD + (
        "def f():\n    key = random.key(1)\n    words = random.bits(key, (4,)).tobytes()\n"
        "    number = int.from_bytes(words, 'big')\n    return number, random.normal(key, (4,))\n"
    )
    assert reported(text) == ["RNG101"]


@pytest.mark.parametrize(("returned", "found"), [("x", []), ("x, y", ["RNG101"])])
def test_of_the_second_call_too_the_program_may_only_wait(returned, found):
    text = HEAD + (
        "def f(key):\n    x = random.normal(key)\n    y = random.normal(key, (3,))\n    y.block_until_ready()\n"
        f"    return {returned}\n"
    )
    assert reported(text) == found


@pytest.mark.parametrize(
    ("keep", "found"), [("self.__dict__.update(fields)", ["RNG101"]), ("pass", []), ("self.fields = 0", [])]
)
def test_what_a_function_collects_is_read_where_it_reads_the_collection(keep, found):
    text = HEAD + (
        f"class Fields:\n    def __init__(self, **fields):\n        {keep}\n"
        "def f(key, fit):\n    x = random.normal(key)\n    return fit(x, Fields(noise=random.normal(key)))\n"
    )
    assert reported(text) == found


PART = """
class Noisy(nnx.Module):
    def __init__(self, rngs):
        self.key = rngs.noise()
    def __call__(self, x):
        return x + random.normal(self.key, x.shape)
def main(x, y):
    net = Noisy(nnx.Rngs(noise=0))
    value, _ = nnx.value_and_grad(lambda net, x: net(x).sum())(net, x)
    return value, net({})
"""


@pytest.mark.parametrize(("inputs", "silent"), [("x", True), ("y", False)])
def test_a_part_of_the_objective_gets_its_inputs(inputs: str, silent: bool) -> None:
    found = lint(HEAD + "from flax import nnx\n" + PART.format(inputs))
    assert (not [finding for finding in found if finding.code == "RNG108"]) is silent
