"""JAX's transforms and control flow."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== jit as a decorator
@jax.jit
def draw(k):
    random.normal(k)
    return random.normal(k)  # ! RNG101
draw(key)
--
@jax.jit
def draw(k):
    return random.normal(k)
draw(key)
draw(random.key(1))

== jit of a function
draw = jax.jit(lambda k: random.normal(k))
draw(key)
draw(key)  # ! RNG101
--
draw = jax.jit(lambda k: random.split(k))
key, sub = draw(key)
key, sub = draw(key)

== partial of jit
@partial(jax.jit, static_argnames="n")
def draw(k, n):
    return random.normal(k, (n,))
draw(key, n=2)
draw(key, n=2)  # ! RNG101
--
@partial(jax.jit, static_argnums=(1,))
def draw(k, n):
    return random.normal(k, (n,))
draw(key, 2)
draw(random.key(1), 2)

== jit with arguments
@jax.jit(static_argnums=1)
def draw(k, n):
    return random.normal(k, (n,))
draw(key, 2)
random.normal(key, (2,))  # ! RNG101
--
@jax.jit(static_argnums=1)
def draw(k, n):
    return random.normal(k, (n,))
draw(key, 2)

== traced only
draw = jax.jit(lambda k: random.normal(k))
draw.lower(key).compile()
draw(key)
draw(key)  # ! RNG101
--
draw = jax.jit(lambda k: random.normal(k))
draw.lower(key).compile()
draw(key)

== own decorators
def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        print(f.__name__)
        return f(*args, **kwargs)
    return wrapper
@logged
def draw(k):
    return random.normal(k)
draw(key)
draw(key)  # ! RNG101
--
def with_key(f):
    def wrapper(k):
        k, sub = random.split(k)
        return f(sub), k
    return wrapper
@with_key
def draw(k):
    return random.normal(k)
x, key = draw(key)
x, key = draw(key)

== vmap
keys = random.split(key, 3)
jax.vmap(random.normal)(keys)
jax.vmap(random.uniform)(keys)  # ! RNG101
--
keys = random.split(key, 3)
jax.vmap(random.normal)(keys)
jax.vmap(lambda k, s: s * random.uniform(k), in_axes=(0, None))(random.split(random.key(1), 3), 2.0)

== vmap, then one of the keys
keys = random.split(key, 3)
jax.vmap(lambda k: random.normal(k))(keys)
random.normal(keys[0])  # ! RNG101
--
keys = random.split(key, 3)
jax.vmap(lambda k: random.normal(k))(keys[1:])
random.normal(keys[0])

== inside of vmap
def noise(k):
    random.normal(k)
    return random.uniform(k)  # ! RNG101
jax.vmap(noise)(random.split(key, 3))
--
def noise(k):
    a, b = random.split(k)
    return random.normal(a) + random.uniform(b)
jax.vmap(noise)(random.split(key, 3))

== pmap
keys = random.split(key, 1)
jax.pmap(lambda k: random.normal(k))(keys)
random.normal(keys[0])  # ! RNG101
--
keys = random.split(key, 1)
jax.pmap(lambda k: random.normal(k))(keys)

== grad
def loss(w, k):
    return w * random.normal(k)
w = jax.grad(loss)(1.0, key)
jax.grad(loss)(w, key)  # ! RNG101
--
def loss(w, k):
    return w * random.normal(k)
loss(1.0, key)
jax.grad(loss)(1.0, key)

== grad in a loop
def loss(w, k):
    return w * random.normal(k)
w = 1.0
for step in range(3):
    w -= jax.grad(loss)(w, key)  # ! RNG102
--
def loss(w, k):
    return w * random.normal(k)
w = 1.0
for step in range(3):
    w -= jax.grad(loss)(w, random.fold_in(key, step))

== value and gradient
def loss(w, k):
    return w * random.normal(k), k
(value, k), grads = jax.value_and_grad(loss, has_aux=True)(1.0, key)
random.normal(k)  # ! RNG101
--
def loss(w, k):
    k, sub = random.split(k)
    return w * random.normal(sub), k
(value, k), grads = jax.value_and_grad(loss, has_aux=True)(1.0, key)
random.normal(k)

== checkpoint
@jax.checkpoint
def noise(x, k):
    return x + random.normal(k)
noise(1.0, key)
noise(1.0, key)  # ! RNG101
--
@partial(jax.checkpoint, static_argnums=(0,))
def noise(x, k):
    return x + random.normal(k)
noise(1.0, key)
jax.remat(noise, static_argnums=(0,))(1.0, random.key(1))

== scan over a key of the outside
def body(carry, x):
    return carry + random.normal(key), x  # ! RNG102
lax.scan(body, 0.0, None, length=3)
--
def body(carry, k):
    return carry + random.normal(k), None
lax.scan(body, 0.0, random.split(key, 3))
--
def body(carry, i):
    return carry + random.normal(random.fold_in(key, i)), None
lax.scan(body, 0.0, jnp.arange(3))

== scan with a carried key
def body(carry, x):
    total, k = carry
    return (total + random.normal(k), k), x  # ! RNG102
lax.scan(body, (0.0, key), None, length=3)
--
def body(carry, x):
    total, k = carry
    k, sub = random.split(k)
    return (total + random.normal(sub), k), x
lax.scan(body, (0.0, key), None, length=3)

== scan, then the key that it carries
def body(k, x):
    k, sub = random.split(k)
    return k, random.normal(sub)
last, xs = lax.scan(body, key, None, length=3)
random.normal(key)  # ! RNG101
--
def body(k, x):
    k, sub = random.split(k)
    return k, random.normal(sub)
last, xs = lax.scan(body, key, None, length=3)
random.normal(last)

== fori_loop
lax.fori_loop(0, 3, lambda i, x: x + random.normal(key), 0.0)  # ! RNG102
--
lax.fori_loop(0, 3, lambda i, x: x + random.normal(random.fold_in(key, i)), 0.0)

== fori_loop with a carried key
def body(i, carry):
    x, k = carry
    return x + random.normal(k), k  # ! RNG102
lax.fori_loop(0, 3, body, (0.0, key))
--
def body(i, carry):
    x, k = carry
    k, sub = random.split(k)
    return x + random.normal(sub), k
lax.fori_loop(0, 3, body, (0.0, key))

== while_loop
lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, random.normal(key)), (0, 0.0))  # ! RNG102
--
def body(carry):
    i, k = carry
    k, sub = random.split(k)
    return i + 1 + (random.normal(sub) > 9), k
lax.while_loop(lambda c: c[0] < 3, body, (0, key))

== cond
lax.cond(yes, lambda k: random.normal(k), lambda k: random.uniform(k), key)
random.bits(key)  # ! RNG101
--
lax.cond(yes, lambda k: random.normal(k), lambda k: random.uniform(k), key)

== cond with keys of the outside
lax.cond(yes, lambda: random.normal(key), lambda: 0.0)
random.normal(key)  # ! RNG101
--
lax.cond(yes, lambda: random.normal(key), lambda: random.uniform(key))

== switch
lax.switch(some, [lambda k: 0.0, lambda k: random.normal(k)], key)
random.normal(key)  # ! RNG101
--
lax.switch(some, [lambda k: random.uniform(k), lambda k: random.normal(k), lambda k: 0.0], key)

== lax.map
lax.map(lambda x: x + random.normal(key), jnp.arange(3.0))  # ! RNG102
--
lax.map(lambda k: random.normal(k), random.split(key, 3))

== tree.map
params = {"a": jnp.zeros(2), "b": jnp.zeros(2)}
jax.tree.map(lambda p: p + random.normal(key, p.shape), params)  # ! RNG102
--
params, keys = {"a": jnp.zeros(2), "b": jnp.zeros(2)}, dict(zip("ab", random.split(key)))
jax.tree.map(lambda p, k: p + random.normal(k, p.shape), params, keys)

== tree_util
params = [jnp.zeros(2), jnp.zeros(2)]
jax.tree_util.tree_map(lambda p: p + random.normal(key, p.shape), params)  # ! RNG102
--
params = [jnp.zeros(2), jnp.zeros(2)]
jax.tree_util.tree_map(lambda p, k: p + random.normal(k, p.shape), params, list(random.split(key)))

== the built-in map
list(map(lambda i: random.normal(key), range(3)))  # ! RNG102
--
list(map(random.normal, random.split(key, 3)))

== transforms of transforms
step = jax.jit(jax.vmap(lambda k: random.normal(k)))
keys = random.split(key, 3)
step(keys)
step(keys)  # ! RNG101
--
step = jax.jit(jax.vmap(jax.grad(lambda x, k: x * random.normal(k))))
step(jnp.ones(3), random.split(key, 3))

== initialisers
init = jax.nn.initializers.normal()
init(key, (2, 2))
init(key, (2, 2))  # ! RNG101
--
init = jax.nn.initializers.normal()
init(key, (2, 2))
init(random.key(1), (2, 2))

== a scan of one step
lax.scan(lambda c, _: (c, random.normal(key)), 0.0, None, length=2)  # ! RNG102
--
lax.scan(lambda c, _: (c, random.normal(key)), 0.0, None, length=1)

== a fori_loop of one step
lax.fori_loop(0, 2, lambda i, x: x + random.normal(key), 0.0)  # ! RNG102
--
lax.fori_loop(0, 1, lambda i, x: x + random.normal(key), 0.0)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_transforms(program):
    assert found(program) == marks(program)
