"""A program that claims to be clean has none of the symptoms, or says which are intended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.claims import MODEL, confirms, refuses, run

pytestmark = pytest.mark.slow

CLEAN = {
    "children": """
        key, sub = random.split(random.key(0))
        print(random.normal(key), random.normal(sub))
    """,
    "disjoint children of two splits": """
        key = random.key(0)
        print(random.normal(random.split(key)[0]), random.normal(random.split(key)[1]))
    """,
    "samplers that split inside": """
        k = random.split(random.key(0), 6)
        random.randint(k[0], (3,), 0, 9), random.permutation(k[1], 5), random.choice(k[2], 5)
        random.beta(k[3], 1.0, 2.0), random.poisson(k[4], 3.0), random.dirichlet(k[5], jnp.ones(3))
    """,
    "clone": """
        key = random.key(0)
        print(random.normal(key), random.normal(random.clone(key)))
        k2 = random.key(1)
        print(random.split(k2), random.split(random.clone(k2)))
    """,
    "clone of a legacy key": """
        key = random.PRNGKey(0)
        print(random.normal(key), random.normal(random.clone(key)))
    """,
    "wrapped once": """
        words = jnp.array([1, 2], dtype=jnp.uint32)
        print(random.normal(random.wrap_key_data(words)))
        print(jax.vmap(lambda words: random.normal(random.wrap_key_data(words)))(jnp.stack([words + 1, words + 2])))
    """,
    "neutral operations": """
        key = random.key(0)
        random.key_data(key), random.key_impl(key), key == key, key.shape, key[None].reshape(())
        random.normal(key)
    """,
    "the same folds, drawn once": """
        key = random.key(0)
        random.fold_in(key, 1)
        random.normal(random.fold_in(key, 1))
    """,
    "branches": """
        def f(key, flag):
            if flag:
                return random.normal(key)
            return random.uniform(key)
        f(random.key(0), True), f(random.key(1), False)
        g = lambda k, p: lax.cond(p, random.normal, random.uniform, k)
        jax.jit(g)(random.key(2), True)
        jax.vmap(g)(random.split(random.key(3)), jnp.array([True, False]))
    """,
    "scan over keys": """
        def body(x, key):
            return x + random.normal(key), x
        lax.scan(body, 0.0, random.split(random.key(0), 3))
    """,
    "fold_in in fori_loop": """
        key = random.key(0)
        lax.fori_loop(0, 3, lambda i, x: x + random.normal(random.fold_in(key, i)), 0.0)
    """,
    "vmap over keys": """
        jax.vmap(random.normal)(random.split(random.key(0), 3))
        key = random.key(1)
        jax.vmap(lambda i: random.normal(random.fold_in(key, i)))(jnp.arange(3))
    """,
    "the vmap of jacfwd": """
        key = random.key(0)
        jax.jacfwd(lambda w: w * random.normal(key, (3,)))(jnp.ones(3))
    """,
    "grad of remat draws once": """
        key = random.key(0)
        jax.grad(jax.checkpoint(lambda x: x * random.normal(key)))(1.0)
    """,
    "abstract evaluation consumes nothing": MODEL
    + """
jax.eval_shape(Net().init, k1, x)
jax.jit(lambda: random.normal(k1)).lower()
v = Net().init(k1, x)
""",
    "remat in linen": MODEL
    + """
net = nn.remat(Net)()
v = net.init(k1, x)
jax.grad(lambda v: net.apply(v, x, rngs={"dropout": k2}).sum())(v)
""",
    "scan in linen": """
        class Block(nn.Module):
            @nn.compact
            def __call__(self, x, _):
                return nn.Dropout(0.5, deterministic=False)(nn.Dense(4)(x)), None
        class Stack(nn.Module):
            @nn.compact
            def __call__(self, x):
                rngs = {"params": True, "dropout": True}
                scan = nn.scan(Block, variable_axes={"params": 0}, split_rngs=rngs, length=3)
                return scan()(x, None)[0]
        x = jnp.ones((2, 4))
        v = Stack().init(random.key(0), x)
        Stack().apply(v, x, rngs={"dropout": random.key(1)})
    """,
    "shared parameters in a lifted vmap": """
        class Heads(nn.Module):
            @nn.compact
            def __call__(self, x):
                heads = nn.vmap(nn.Dense, variable_axes={"params": None}, split_rngs={"params": False})
                return heads(3)(x)
        Heads().init(random.key(0), jnp.ones((2, 4)))
    """,
    "a fresh key for each step": MODEL
    + """
v = Net().init(k1, x)
@jax.jit
def step(v, key):
    return jax.grad(lambda v: Net().apply(v, x, rngs={"dropout": key}).sum())(v)
for key in random.split(k2, 3):
    step(v, key)
""",
    "nnx": """
        class Model(nnx.Module):
            def __init__(self, rngs):
                self.linear = nnx.Linear(3, 3, rngs=rngs)
                self.drop = nnx.Dropout(0.5, rngs=rngs)
            def __call__(self, x):
                return self.drop(self.linear(x))
        model = Model(nnx.Rngs(0))
        @nnx.jit
        def step(model, x):
            return nnx.grad(lambda m: m(x).sum())(model)
        for _ in range(3):
            step(model, jnp.ones((2, 3)))
    """,
    "an intended copy": MODEL
    + """
online = Net().init(k1, x)
target = Net().init(k1, x)  # intended: a target network starts as a copy
""",
    "an intended idle stream": MODEL
    + """
v = Net().init(k1, x)
for train in (True, False):
    Net(train).apply(v, x, rngs={"dropout": k2 if train else k3})  # intended: one line for both modes
""",
    "sys.exit at the end": """
        import sys
        if __name__ == "__main__":
            sys.exit(0)
    """,
}


@pytest.mark.parametrize("name", CLEAN)
def test_good_program(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "clean", CLEAN[name])


@pytest.mark.parametrize("name", [name for name in CLEAN if "intended" in name])
def test_the_intention_must_be_written(tmp_path: Path, name: str) -> None:
    body = "\n".join(line.split("  # intended:")[0] for line in CLEAN[name].splitlines())
    row = run(tmp_path, "clean", body)
    assert not row.jax_ok


def test_a_good_program_must_also_run_when_it_is_compiled(tmp_path: Path) -> None:
    body = """
        @jax.jit
        def f(x):
            return x if x > 0 else -x
        f(1.0)
    """
    refuses(tmp_path, "clean", body, "TracerBoolConversionError at line 11, called from line 12")
