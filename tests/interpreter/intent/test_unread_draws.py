"""Draws that nobody reads, and near to each a program that reads them."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from tests.programs import HEAD

SAMPLE = HEAD + "def sample(k):\n    mean = jnp.zeros(3)\n    return mean + random.normal(k, (3,)), mean\n"
NET = (
    HEAD + "from flax import linen as nn\nclass Net(nn.Module):\n    def setup(self):\n        self.out = nn.Dense(4)\n"
    "    def __call__(self, x, k):\n        mean = self.out(x)\n"
    "        return self.out(mean + random.normal(k, (4,))), mean\n"
)
SCAN = (
    HEAD + "def f(key, x, env):\n    def body(carry, _):\n        k, x = carry\n        k, = random.split(k, 1)\n"
    "        x = x + random.normal(k, (3,))\n        return (k, x), x\n"
)

UNREAD = {
    "dropped by a caller": SAMPLE
    + "def f(key):\n    _, mean = sample(key)\n    return mean, random.normal(key, (3,))\n",
    "an item that is not taken": SAMPLE
    + "def f(key):\n    mean = sample(key)[1]\n    return mean, random.normal(key)\n",
    "two callers on": SAMPLE + "def g(k):\n    a, b = sample(k)\n    return b, (2 * a, b)\n"
    "def f(key):\n    b, (_, c) = g(key)\n    return b + c, random.normal(key, (3,))\n",
    "never named in a function within": HEAD
    + "def g(k):\n    noise = random.normal(k)\n    return 1\ndef f(key):\n    return g(key), random.normal(key)\n",
    "only its shape": SAMPLE + "def size(k):\n    x, _ = sample(k)\n    return x.shape\n"
    "def f(key):\n    return size(key), random.normal(key, (3,))\n",
    "its length under a mean": HEAD
    + "def size(k):\n    x = jnp.exp(random.normal(k, (3,)))\n    return len(x.reshape(-1))\n"
    "def f(key):\n    return size(key), random.normal(key)\n",
    "overwritten on the way": HEAD + "def f(key, x, given):\n    z = random.normal(key, (3,))\n    if given:\n"
    "        z = x + random.normal(key, (3,))\n"
    "    return z\n",
    "read in an arm beside": HEAD + "def f(key, x, given):\n    z = random.normal(key, (3,))\n    y = 2 * z\n"
    "    if given:\n        x = x + y\n    else:\n        x = x + random.normal(key, (3,))\n    return x\n",
    "read in an arm that returns": HEAD
    + "def f(key, x, hard):\n    noise = random.normal(key, (3,))\n    if hard:\n        return x + noise\n"
    "    return random.permutation(key, x)\n",
    "given to init at once": HEAD + "def f(key, k, model):\n    v = model.init(k, random.normal(key, (3,)))\n"
    "    return v, random.normal(key, (3,))\n",
    "computed into what is given to init": HEAD
    + "def f(key, k, model):\n    x = random.normal(key, (3,))\n    x = jnp.stack([x, x])\n    v = model.init(k, x)\n"
    "    return v, random.normal(key, (3,))\n",
    "given to a function that gives it to init": HEAD
    + "def make(k, model, inputs):\n    return model.init(k, *inputs)\n"
    "def f(key, k, model):\n    x = random.normal(key, (3,))\n    v = make(k, model, [x, 3])\n"
    "    return v, random.normal(key, (3,))\n",
    "the model's run is asked for its shape": HEAD
    + "def f(key, k, model):\n    x = random.normal(key, (3,))\n    v = model.init(k, x)\n"
    "    y = model.apply(v, x, rngs={})\n    assert y.shape == (3,), f'not {y.shape}'\n"
    "    return v, random.normal(key, (3,))\n",
    "a model's output": NET + "def f(key, net: Net, v, x):\n    _, mean = net.apply(v, x, key)\n"
    "    return mean, random.normal(key, (3,))\n",
    "a scan of which another part is kept": HEAD
    + "def f(key, x, y):\n    def body(carry, _):\n        x, y = carry\n        x = x + random.normal(key)\n"
    "        return (x, 2 * y), x\n    (_, y), _ = jax.lax.scan(body, (x, y), None, 10)\n"
    "    return y, random.normal(key)\n",
    "a closure that asks for the shape": HEAD
    + "def ones(k, x):\n    z = random.normal(k, (3,))\n    def like(a):\n        return jnp.ones(z.shape) + a\n"
    "    return like(x)\ndef f(key, x):\n    return ones(key, x), random.normal(key, (3,))\n",
    "within a handler that computes": HEAD
    + "def g(k, x):\n    z = random.normal(k, (3,))\n    try:\n        y = z + x\n"
    "    except ValueError:\n        y = 0\n"
    "    return 1, y\ndef f(key, x):\n    n, _ = g(key, x)\n    return n, random.normal(key, (3,))\n",
}

READ = {
    "returned at last": SAMPLE + "def f(key):\n    a, _ = sample(key)\n    return a, random.normal(key, (3,))\n",
    "the other item": SAMPLE + "def f(key):\n    a = sample(key)[0]\n    return a, random.normal(key)\n",
    "an item that is not known": SAMPLE + "def f(key, i):\n    a = sample(key)[i]\n    return a, random.normal(key)\n",
    "two callers on": SAMPLE + "def g(k):\n    a, b = sample(k)\n    return b, (2 * a, b)\n"
    "def f(key):\n    b, (a, _) = g(key)\n    return b + a, random.normal(key, (3,))\n",
    "never named in the outermost function": HEAD
    + "def f(key):\n    noise = random.normal(key)\n    return random.normal(key)\n",
    "asked for its shape in the outermost function": HEAD
    + "def f(key):\n    x = random.normal(key)\n    assert x.shape == ()\n    return random.normal(key)\n",
    "printed": HEAD
    + "def g(k):\n    print(random.normal(k))\n    return 1\ndef f(key):\n    return g(key), random.normal(key)\n",
    "printed in a text": HEAD
    + "def g(k):\n    x = random.normal(k)\n    text = f'{x}'\n    print(text)\n    return 1\n"
    "def f(key):\n    return g(key), random.normal(key)\n",
    "stored": HEAD
    + "class A:\n    def g(self, k):\n        self.x = random.normal(k)\n    def f(self, key):\n        self.g(key)\n"
    "        return random.normal(key)\n",
    "a scan of which nobody takes the result": SCAN
    + "    jax.lax.scan(body, (key, x), None, 10)\n    return random.normal(random.split(key, 1)[0], (3,))\n",
    "a call of which nobody takes the result": HEAD
    + "def f(key, x):\n    random.normal(key, (3,))\n    return x + random.normal(key, (3,))\n",
    "given to an unknown function": HEAD + "def g(k, see):\n    see(random.normal(k))\n    return 1\ndef f(key, see):\n"
    "    return g(key, see), random.normal(key)\n",
    "given to an unknown function whose result is dropped": HEAD
    + "def f(key, see):\n    x = random.normal(key)\n    _ = see(x)\n    return random.normal(key)\n",
    "given to a function that prints it": HEAD
    + "def show(x):\n    print(x)\n    return 1\ndef f(key):\n    x = random.normal(key)\n    _ = show(x)\n"
    "    return random.normal(key)\n",
    "shown by JAX": HEAD + "def g(k):\n    x = random.normal(k)\n    jax.debug.print('{}', x)\n    return 1\n"
    "def f(key):\n    return g(key), random.normal(key)\n",
    "written": HEAD + "import numpy as np\n"
    "def g(k):\n    np.save('x', random.normal(k))\ndef f(key):\n    g(key)\n    return random.normal(key)\n",
    "put into an array": HEAD + "def g(k, out):\n    out[0] = random.normal(k)\ndef f(key, out):\n    g(key, out)\n"
    "    return random.normal(key)\n",
    "added in place": HEAD + "def g(k, out):\n    out += random.normal(k, (3,))\ndef f(key, out):\n    g(key, out)\n"
    "    return random.normal(key)\n",
    "put into a list": HEAD + "def g(k, out):\n    out.append(random.normal(k))\ndef f(key, out):\n    g(key, out)\n"
    "    return random.normal(key)\n",
    "carried by a loop": HEAD
    + "def f(key, x):\n    for _ in range(3):\n        x = x + random.normal(key)\n    return x + random.normal(key)\n",
    "read on another path": HEAD
    + "def f(key, x, given, more):\n    z = random.normal(key, (3,))\n    if given:\n        z = x\n"
    "    x = x + random.normal(key, (3,))\n    return z + x if more else x\n",
    "overwritten on another path": HEAD
    + "def f(key, x, given):\n    z = random.normal(key, (3,))\n    y = random.normal(key, (3,))\n    if given:\n"
    "        z = x\n    return y + z\n",
    "read before it is overwritten": HEAD
    + "def f(key, x, given):\n    z = random.normal(key, (3,))\n    if given:\n        x = x * z\n"
    "        z = random.normal(key, (3,))\n        return x + z\n    return x\n",
    "read in an arm that goes on": HEAD
    + "def f(key, x, hard):\n    noise = random.normal(key, (3,))\n    if hard:\n        x = x + noise\n"
    "    return random.permutation(key, x)\n",
    "read in an arm that returns after the other": HEAD
    + "def f(key, x, hard):\n    noise = random.normal(key, (3,))\n    x = random.permutation(key, x)\n"
    "    if hard:\n        return x + noise\n    return x\n",
    "decides": HEAD + "def g(k):\n    if random.uniform(k) < 0.5:\n        return 1\n    return 2\n"
    "def f(key):\n    return g(key), random.normal(key)\n",
    "captured by a closure that is returned": HEAD
    + "def g(k):\n    x = random.normal(k)\n    def later():\n        return x\n    return later\n"
    "def f(key):\n    return g(key), random.normal(key)\n",
    "captured by a closure that prints": HEAD
    + "def f(key):\n    def show():\n        print(x)\n    x = random.normal(key)\n    show()\n"
    "    return random.normal(key)\n",
    "captured by a lambda that is called": HEAD
    + "def f(key):\n    x = random.normal(key)\n    get = lambda: x\n    return get(), random.normal(key)\n",
    "bound after a lambda that reads it": HEAD
    + "def f(key):\n    get = lambda: x\n    x = random.normal(key)\n    return get(), random.normal(key)\n",
    "yielded": HEAD
    + "def g(k):\n    yield random.normal(k)\ndef f(key):\n    a = list(g(key))\n    return a, random.normal(key)\n",
    "raised": HEAD + "def g(k, x):\n    z = random.normal(k)\n    if x:\n        raise ValueError(z)\n    return 1\n"
    "def f(key, x):\n    return g(key, x), random.normal(key)\n",
    "global": HEAD + "def g(k):\n    global noise\n    noise = random.normal(k)\ndef f(key):\n    g(key)\n"
    "    return random.normal(key)\n",
    "nonlocal": HEAD
    + "def f(key):\n    x = 0\n    def g(k):\n        nonlocal x\n        x = random.normal(k)\n    g(key)\n"
    "    return x, random.normal(key)\n",
    "the streams of init": HEAD + "def f(key, model, x):\n    k, _ = random.split(key)\n    v = model.init(k, x)\n"
    "    return v, random.normal(key)\n",
    "init and a sum": HEAD + "def f(key, k, model):\n    x = random.normal(key, (3,))\n    v = model.init(k, x)\n"
    "    return v, x.sum(), random.normal(key, (3,))\n",
    "an output of init": HEAD
    + "def f(key, k, model):\n    y, _ = model.init_with_output(k, random.normal(key, (3,)))\n"
    "    return y, random.normal(key, (3,))\n",
    "a method of one's own that is called init": HEAD + "class A:\n    def init(self, k, x):\n        return x + 1\n"
    "def f(key, k):\n    return A().init(k, random.normal(key, (3,))), random.normal(key, (3,))\n",
    "a model's other output": NET + "def f(key, net: Net, v, x):\n    y, _ = net.apply(v, x, key)\n"
    "    return y, random.normal(key, (3,))\n",
    "a scan whose outputs are kept": SCAN + "    _, xs = jax.lax.scan(body, (key, x), None, 10)\n"
    "    return xs, random.normal(random.split(key, 1)[0], (3,))\n",
    "a scan whose carry is kept": SCAN + "    (_, x), _ = jax.lax.scan(body, (key, x), None, 10)\n"
    "    return x, random.normal(random.split(key, 1)[0], (3,))\n",
    "a scan of which that part meets another": HEAD
    + "def f(key, x, y):\n    def body(carry, _):\n        x, y = carry\n        y = y + x\n"
    "        x = random.normal(key)\n"
    "        return (x, 2 * y), x\n    (_, y), _ = jax.lax.scan(body, (x, y), None, 10)\n"
    "    return y, random.normal(key)\n",
    "a scan that shows what it carries": SCAN.replace(
        "        k, = ", "        jax.debug.print('{}', x)\n        k, = "
    )
    + "    jax.lax.scan(body, (key, x), None, 10)\n    return random.normal(random.split(key, 1)[0], (3,))\n",
    "a property": HEAD
    + "class A:\n    def __init__(self, k):\n        self.k = k\n    @property\n    def noise(self):\n"
    "        return random.normal(self.k)\n    def both(self):\n        x = self.noise\n        return 1, x\n"
    "    def f(self):\n        _, x = self.both()\n        return x, random.normal(self.k)\n",
    "shown by the last line of a cell": HEAD + "key = random.key(0)\nrandom.normal(key)\nx = random.normal(key)\n",
    "in a handler": HEAD
    + "def g(k, x):\n    try:\n        z = random.normal(k, (3,))\n        x = x.reshape(3)\n        z = 0\n"
    "    except ValueError:\n        return z\n    return x\n"
    "def f(key, x):\n    return g(key, x), random.normal(key, (3,))\n",
    "after a break": HEAD
    + "def g(k, xs):\n    for x in xs:\n        z = random.normal(k)\n        if x:\n            break\n        z = 0\n"
    "    return z\ndef f(key, xs):\n    return g(key, xs), random.normal(key)\n",
}


def _repeats(program: str) -> list[str]:
    return [finding.code for finding in lint(program) if finding.code in ("RNG101", "RNG102", "RNG112")]


@pytest.mark.parametrize("case", UNREAD)
def test_a_draw_that_nobody_reads_is_no_repeat(case: str) -> None:
    assert not _repeats(UNREAD[case])


@pytest.mark.parametrize("case", READ)
def test_a_draw_that_somebody_may_read_is_one(case: str) -> None:
    assert _repeats(READ[case])
