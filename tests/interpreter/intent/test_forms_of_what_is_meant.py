"""Forms in which programs write the repeats that are meant, each beside one that looks like it and is not meant."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

PROGRAMS = """
== a range that holds one number
def f(key):
    return random.randint(key, (3,), 0, 1) + random.normal(key, (3,))
--
def f(key):
    return random.randint(key, (3,), 0, 2) + random.normal(key, (3,))  # ! RNG101
--
def f(key, n):
    return random.randint(key, (3,), minval=n, maxval=1) + random.normal(key, (3,))  # ! RNG101

== a loop that prints the shapes of what a model makes
if __name__ == "__main__":
    pair = (random.normal(key, (3, 4)), random.normal(key, (4, 2)))
    for w, b in zip(pair, pair):
        print(w.shape, b.shape)
--
if __name__ == "__main__":
    pair = (random.normal(key, (3, 4)), random.normal(key, (4, 2)))  # ! RNG101
    for w, b in zip(pair, pair):
        print(w.shape, b)

== one order of several arrays, and an order of what is ordered already
def f(key, n):
    return random.permutation(key, jnp.arange(n)), random.permutation(key, jnp.ones(n))
--
def f(key, n):
    rows = random.permutation(key, jnp.arange(n))
    return random.permutation(key, rows)  # ! RNG101

== a variable tells whether the first arm was taken
def f(key, path):
    x = None
    if path:
        x = load(path, random.normal(key, (3,)))
    if x is None:
        x = random.normal(key, (3,))
    return x
--
def f(key, path, found=False):
    if path:
        y = random.normal(key, (3,))
        found = load(path, y)
    if not found:
        y = random.normal(key, (3,))
    return y
--
def f(key, path):
    start, y = 0, 1
    step = 0
    if path and (found := load(path)):
        step = int(found) + 1
        y = random.normal(key, (3,))
    if step != 0:
        return y
    else:
        return y + random.normal(key, (3,))
--
def f(key, path):
    x = None
    if path:
        y = load(path, random.normal(key, (3,)))
    if x is None:
        x = random.normal(key, (3,))  # ! RNG101
    return x, y
--
def f(key, path, x):
    if path:
        x = load(path, random.normal(key, (3,)))
    if x is None:
        x = random.normal(key, (3,))  # ! RNG101
    return x
--
def f(key, path):
    x = None
    if path:
        x = load(path, random.normal(key, (3,)))
    if x is not None:
        x = x + random.normal(key, (3,))  # ! RNG101
    return x
--
def f(key, path):
    step = 0
    if path:
        step = load(path, random.normal(key, (3,)))
    if step == 1:
        step = step + random.normal(key, (3,))  # ! RNG101
    return step

== what is drawn above is read in arms that do not use the key again
def f(key, x, kind):
    noise = random.gumbel(key, x.shape) * 0.5
    if kind == "hard":
        return x + noise
    elif kind == "soft":
        x = jax.nn.softmax(x + noise)
    elif kind == "mean":
        x = jax.vmap(random.normal)(random.split(key, 4))
    return x
--
def f(key, x, hard):
    noise = random.gumbel(key, x.shape)
    if hard:
        return x + noise
    return random.permutation(key, x)
--
def f(key, x, hard):
    noise = random.gumbel(key, x.shape)
    if hard:
        x = x + noise
    return random.permutation(key, x)  # ! RNG101
--
def f(key, x, hard):
    noise = random.gumbel(key, x.shape)
    y = random.permutation(key, x)  # ! RNG101
    if hard:
        return y + noise
    return y
--
def f(key, x, hard):
    noise = random.gumbel(key, x.shape)
    if hard:
        return x + noise
    return random.permutation(key, x) + noise  # ! RNG101
--
def f(key, x, hard):
    noise = random.gumbel(key, x.shape)
    for row in x:
        if hard:
            x = x + noise
        else:
            x = x * random.permutation(key, row)  # ! RNG101
    return x

== one element is taken of several draws
def f(key, x, kind):
    rows = jnp.stack([x + random.normal(key, x.shape), x + random.cauchy(key, x.shape)])
    return rows[kind]
print(f(random.key(1), jnp.zeros(2), 1))
--
def f(key, x, kind, other):
    rows = jnp.stack([x + random.normal(key, x.shape), x + random.cauchy(key, x.shape)])  # ! RNG101
    return rows[kind] + rows[other]
print(f(random.key(1), jnp.zeros(2), 1, 0))
--
def f(key, x):
    rows = jnp.stack([x + random.normal(key, x.shape), x + random.cauchy(key, x.shape)])  # ! RNG101
    return rows[0], rows[1]

== one lane is taken by a function, or by a one-hot vector
def f(key, means, i):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)
    return jnp.take(rows, i, axis=0)
--
def f(key, means, i):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)
    return lax.dynamic_index_in_dim(rows, i, keepdims=False)
--
def f(key, means, i):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)
    return jax.nn.one_hot(i, 3) @ rows
--
def f(key, means, i):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)
    return (jax.nn.one_hot(i, 3)[:, None] * rows).sum(0)
--
def f(key, means, i, j):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)  # ! RNG109
    return jnp.take(rows, i, axis=0) + jnp.take(rows, j, axis=0)
--
def f(key, means, weights):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)  # ! RNG109
    return jax.nn.softmax(weights) @ rows
--
def f(key, means):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)  # ! RNG109
    return jnp.take(rows, jnp.argsort(means), axis=0)
--
def f(key, means, i, j):
    rows = jax.vmap(lambda mean: mean + random.normal(key, (2,)))(means)  # ! RNG109
    return (jax.nn.one_hot(i, 3) + jax.nn.one_hot(j, 3)) @ rows

== an order, and its inverse
def shuffle(x, key):
    return x[random.permutation(key, x.shape[0])]
def unshuffle(y, key):
    return jnp.take(y, jnp.argsort(random.permutation(key, y.shape[0])), axis=0)
def f(x, key):
    return unshuffle(jnp.tanh(shuffle(x, key)), key)
--
def f(x, y, key):
    z = x[random.permutation(key, x.shape[0])]
    return z, y[jnp.argsort(random.permutation(key, y.shape[0]))]  # ! RNG101
--
def noisy(x, key):
    return x + random.normal(key, x.shape)
def f(x, key):
    y = noisy(x, key)
    return y[jnp.argsort(random.permutation(key, y.shape[0]))]  # ! RNG101

== a rotation, and its transpose
def rotate(key, x):
    return x @ random.orthogonal(key, x.shape[-1])
def back(key, x):
    return x @ random.orthogonal(key, x.shape[-1]).T
def f(key, x):
    return back(key, jnp.round(rotate(key, x)))
--
def rotate(key, x):
    return x @ random.orthogonal(key, x.shape[-1])
def f(key, x):
    return rotate(key, jnp.round(rotate(key, x)))  # ! RNG101

== a shift, and the shift back
class Roll:
    def forward(self, x, key):
        return jnp.roll(x, random.randint(key, (), 0, x.shape[0]), axis=0)
    def inverse(self, y, key):
        return jnp.roll(y, -random.randint(key, (), 0, y.shape[0]), axis=0)
def f(denoise, x, key):
    roll = Roll()
    return roll.inverse(denoise(roll.forward(x, key)), key)
--
def f(x, key):
    y = jnp.roll(x, random.randint(key, (), 0, 9))
    return jnp.roll(jnp.tanh(y), random.randint(key, (), 0, 9))  # ! RNG101
--
def f(x, key):
    y = jnp.roll(x, random.randint(key, (), 0, 9))
    return jnp.roll(jnp.tanh(y), -random.randint(key, (), 0, 5))  # ! RNG101

== one order for the fields of a dict
def f(key, fields, n):
    return {name: jnp.take(rows, random.randint(key, (n,), 0, 9), axis=0) for name, rows in fields.items()}
--
def f(key, fields, n):
    out = {}
    for name in fields:
        out[name] = fields[name][random.permutation(key, n)]
    return out
--
def f(key, batches, n):
    return [rows[random.permutation(key, n)] for rows in batches]  # ! RNG102
--
def f(key, fields, n):
    return {name: rows + random.normal(key, (n,)) for name, rows in fields.items()}  # ! RNG102
--
def f(key, epochs, fields, n):
    for epoch in epochs:
        batch = fields['x'][random.permutation(key, n)]  # ! RNG102
        print(batch)

== one order for two arrays, drawn in their indices
def f(key, x, y):
    x = x[random.permutation(key, len(x))]
    y = y[random.permutation(key, len(x))]
    return x, y
--
def f(key, x, y):
    a = x[random.randint(key, (3,), 0, 9)]
    return a, y[random.randint(key, (3,), 0, 9)]
--
def f(key, x):
    a = x[random.randint(key, (3,), 0, 9)]
    return a, x[random.randint(key, (3,), 0, 9)]  # ! RNG101
--
def f(key, x, y):
    a = x[random.permutation(key, 9)]
    return a, y[random.permutation(key, 5)]  # ! RNG101
--
def f(key, x, y):
    a = x[random.randint(key, (3,), 0, 9)]
    return a, y[:3] + random.randint(key, (3,), 0, 9)  # ! RNG101

== one crop for all leaves
def f(key, image, mask):
    def crop(array):
        return lax.dynamic_slice(array, random.randint(key, (2,), 0, array.shape[0] - 2), (2, 2))
    return jax.tree.map(crop, (image, mask))
--
def f(key, image, mask):
    return jax.tree.map(lambda array: array + random.randint(key, array.shape, 0, 9), (image, mask))  # ! RNG102

== shapes that a lane asks for
def f(key, xs):
    def lane(key, x):
        shapes = jax.eval_shape(lambda k: random.normal(k, (3,)), random.key(0))
        return random.normal(key, (3,)) + x, shapes.shape
    return jax.vmap(lane)(random.split(key, 2), xs)
--
def f(key, xs):
    def lane(key, x):
        same = random.normal(random.key(0), (3,))  # ! RNG109
        return random.normal(key, (3,)) + x + same
    return jax.vmap(lane)(random.split(key, 2), xs)
"""


ROWS = {
    "pytest": "@pytest.mark.parametrize('x', [random.normal(random.key(3), (2,)), random.normal(random.key(3), (3,))])",
    "absl": "@parameterized.named_parameters(\n"
    "        {'testcase_name': 'a', 'x': random.normal(random.key(3), (2,))},\n"
    "        {'testcase_name': 'b', 'x': random.normal(random.key(3), (3,))},\n    )",
}
"""Decorators of a method of a test case, with a table whose rows are run one by one."""


@pytest.mark.parametrize("code", cases(PROGRAMS))
def test_form(code):
    assert found(code) == marks(code)


@pytest.mark.parametrize("table", ROWS.values(), ids=list(ROWS))
def test_rows_of_tests_in_a_class(table):
    imports = "import pytest\nfrom absl.testing import parameterized\n"
    method = f"    {table}\n    def test(self, x):\n        print(x)\n"
    assert found(f"{HEAD}{imports}class Test(parameterized.TestCase):\n{method}") == []
