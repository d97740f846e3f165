"""Reuse is confirmed at the lines that are marked, and refused anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.claims import MODEL, confirms, refuses

pytestmark = pytest.mark.slow

REUSED = {
    "two draws": """
        key = random.key(0)
        a = random.normal(key)
        b = random.uniform(key)  # expect: RNG101
    """,
    "a legacy and a typed key of one seed": """
        a = random.normal(random.key(7))
        b = random.normal(random.PRNGKey(7))  # expect: RNG105
    """,
    "legacy keys": """
        key = random.PRNGKey(3)
        sub = random.split(key)[0]
        a = random.normal(key)  # expect: RNG101
    """,
    "split after a draw": """
        key = random.key(0)
        a = random.normal(key)
        k1, k2 = random.split(key)  # expect: RNG101
    """,
    "two splits": """
        key = random.key(0)
        a, b = random.split(key)
        c, d = random.split(key)  # expect: RNG101
        print(random.normal(a), random.normal(c))
    """,
    "two splits, marked at the draw": """
        key = random.key(0)
        a = random.split(key)[0]
        b = random.split(key, 3)[0]
        print(random.normal(a))
        print(random.normal(b))  # expect: RNG101
    """,
    "two splits whose children nothing uses": """
        key = random.key(0)
        random.split(key)
        random.split(key)  # expect: RNG101
    """,
    "a child of split and of fold_in": """
        key = random.key(0)
        a = random.normal(random.split(key)[0])
        b = random.normal(random.fold_in(key, 0))  # expect: RNG103
    """,
    "a fold and a sampler that splits": """
        key = random.key(0)
        a = random.normal(random.fold_in(key, 0))
        b = random.randint(key, (3,), 0, 9)  # expect: RNG103
    """,
    "two folds, marked at the fold": """
        key = random.key(0)
        a = random.fold_in(key, 1)
        b = random.fold_in(key, 1)  # expect: RNG103
        print(random.normal(a))
        print(random.normal(b))
    """,
    "gamma": """
        key = random.key(0)
        a = random.gamma(key, 2.0)
        b = random.gamma(key, jnp.ones(3))  # expect: RNG101
    """,
    "two helpers": """
        def draw(key):
            return random.normal(key)
        key = random.key(0)
        draw(key)
        draw(key)  # expect: RNG101
    """,
    "a python loop": """
        key = random.key(0)
        for _ in range(3):
            x = random.normal(key)  # expect: RNG102
    """,
    "a comprehension": """
        key = random.key(0)
        xs = [random.normal(key) for _ in range(3)]  # expect: RNG102
    """,
    "a jitted step in a loop": """
        key = random.key(0)
        @jax.jit
        def step(x, key):
            return x + random.normal(key)
        x = 0.0
        for _ in range(3):
            x = step(x, key)  # expect: RNG102
    """,
    "scan": """
        key = random.key(0)
        def body(x, _):
            x = x + random.normal(key)  # expect: RNG102
            return x, x
        lax.scan(body, 0.0, length=3)
    """,
    "scan, and a helper that draws": """
        def draw(key):
            return random.normal(key)
        key = random.key(0)
        def body(x, _):
            x = x + draw(key)  # expect: RNG102
            return x, x
        lax.scan(body, 0.0, length=3)
    """,
    "fori_loop in jit": """
        @jax.jit
        def f(key):
            def body(i, x):
                return x + random.normal(key)  # expect: RNG102
            return lax.fori_loop(0, 3, body, 0.0)
        f(random.key(1))
    """,
    "while_loop": """
        def body(state):
            i, key, x = state
            return i + 1, key, x + random.normal(key)  # expect: RNG102
        lax.while_loop(lambda s: s[0] < 3, body, (0, random.key(0), 0.0))
    """,
    "lax.map": """
        key = random.key(0)
        def f(x):
            return x + random.normal(key)  # expect: RNG102
        lax.map(f, jnp.arange(3.0))
    """,
    "after cond": """
        key = random.key(0)
        x = lax.cond(True, lambda k: random.normal(k), lambda k: random.uniform(k), key)
        y = random.normal(key)  # expect: RNG101
    """,
    "tree_map": """
        key = random.key(0)
        tree = {"a": jnp.ones(2), "b": jnp.ones(2)}
        jax.tree.map(lambda x: x + random.normal(key, x.shape), tree)  # expect: RNG102
    """,
    "grad": """
        key = random.key(0)
        def loss(w):
            return w * random.normal(key)
        jax.grad(loss)(1.0)
        jax.grad(loss)(1.0)  # expect: RNG101
    """,
    "vmap over data with one key": """
        key = random.key(0)
        def f(x):
            return x + random.normal(key)  # expect: RNG109
        jax.vmap(f)(jnp.arange(3.0))
    """,
    "vmap with in_axes None, marked at the call": """
        def f(key, x):
            return x + random.normal(key)
        jax.vmap(f, in_axes=(None, 0))(random.key(0), jnp.arange(3.0))  # expect: RNG109
    """,
    "vmap over copies of one key": """
        keys = jnp.stack([random.PRNGKey(0)] * 3)
        jax.vmap(random.normal)(keys)  # expect: RNG109
    """,
    "one lane of a vmap": """
        keys = random.split(random.key(0), 3)
        a = random.normal(keys[1])
        b = jax.vmap(random.normal)(keys)  # expect: RNG101
    """,
    "remat": """
        key = random.key(0)
        @jax.checkpoint
        def f(x):
            return x * random.normal(key)
        a = random.normal(key)
        b = jax.grad(f)(1.0)  # expect: RNG101
    """,
    "a call over several lines": """
        key = random.key(0)
        a = random.normal(key)
        b = random.normal(
            key=key,  # expect: RNG101
            shape=(3,),
        )
    """,
    "a constant key in a step": """
        def step(x):
            key = random.key(0)  # expect: RNG104
            return x + random.normal(key)
        for _ in range(3):
            step(1.0)
    """,
    "a default argument": """
        def sample(key=random.key(0)):  # expect: RNG107
            return random.normal(key)
        sample()
        sample()
    """,
    "a key in self": """
        class Sampler:
            def __init__(self):
                self.key = random.key(0)
            def draw(self):
                return random.normal(self.key)  # expect: RNG108
        s = Sampler()
        s.draw()
        s.draw()
    """,
    "a key that was split before, and is split in each pass of a loop": """
        key = random.key(0)
        for k in random.split(key):
            keys = random.split(key, 3)  # expect: RNG102
            random.normal(k), random.normal(keys[2])
    """,
    "a used key that is returned": """
        def draw(key):
            key, sub = random.split(key)
            return key, random.normal(key) + random.normal(sub)  # expect: RNG108
        key, x = draw(random.key(0))
        random.normal(key)
    """,
    "a used key that the constructor keeps": """
        class Sampler:
            def __init__(self, key):
                self.key = key
                self.scale = random.uniform(key)  # expect: RNG108
            def draw(self):
                return random.normal(self.key)
        Sampler(random.key(0)).draw()
    """,
    "a split that is thrown away": """
        key = random.key(0)
        random.split(key)  # expect: RNG106
        random.normal(key)
    """,
    "one dropout key in a loop": MODEL
    + """
v = Net().init(k1, x)
for _ in range(2):
    Net().apply(v, x, rngs={"dropout": k2})  # expect: RNG102
""",
    "two models, one key": MODEL
    + """
a = Net().init(k1, x)
b = Net().init(k1, x)  # expect: RNG101
""",
    "make_rng used twice": """
        class Noisy(nn.Module):
            @nn.compact
            def __call__(self, x):
                key = self.make_rng("noise")
                return x + random.normal(key) + random.uniform(key)  # expect: RNG101
        Noisy().apply({}, 1.0, rngs={"noise": random.key(0)})
    """,
    "within a checkpoint": """
        @jax.checkpoint
        def f(x, key):
            a = x * random.normal(key)
            return a + random.normal(key)  # expect: RNG101
        jax.grad(f)(1.0, random.key(0))
    """,
    "a helper called twice within a checkpoint": """
        def draw(key):
            return random.normal(key)
        @jax.checkpoint
        def f(x, key):
            a = x * draw(key)
            return a + draw(key)  # expect: RNG101
        f(1.0, random.key(0))
    """,
    "used bits wrapped again, marked at the wrapping": """
        key = random.key(0)
        a = random.normal(key)
        again = random.wrap_key_data(random.key_data(key))  # expect: RNG114
        b = random.normal(again)
    """,
    "a cloned legacy key, used once too often": """
        key = random.PRNGKey(0)
        a, b = random.normal(key), random.normal(random.clone(key))
        c = random.normal(key)  # expect: RNG101
    """,
    "nnx, one dropout key in a loop": """
        drop = nnx.Dropout(0.5)
        key = random.key(0)
        for _ in range(2):
            drop(jnp.ones(3), rngs=key)  # expect: RNG102
    """,
    "nnx, one seed for two layers": """
        a = nnx.Linear(2, 2, rngs=nnx.Rngs(0))
        b = nnx.Linear(2, 2, rngs=nnx.Rngs(0))  # expect: RNG303
    """,
}


@pytest.mark.parametrize("name", REUSED)
def test_reuse_is_confirmed(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "key-reused", REUSED[name])


@pytest.mark.parametrize("name", REUSED)
def test_reuse_is_refused_in_a_good_program(tmp_path: Path, name: str) -> None:
    body = "\n".join(line.split("  # expect:")[0] for line in REUSED[name].splitlines())
    refuses(
        tmp_path,
        "clean",
        body,
        "lanes share a key" if "vmap" in name and "lane" not in name else "key reused",
    )


def test_no_reuse(tmp_path: Path) -> None:
    body = """
        k1, k2 = random.split(random.key(0))
        print(random.normal(k1))
        print(random.normal(k2))  # expect: RNG101
    """
    refuses(tmp_path, "key-reused", body, "not confirmed at line 11")


def test_reuse_at_another_line(tmp_path: Path) -> None:
    body = """
        key = random.key(0)
        print(random.normal(key))  # expect: RNG101
        print(random.normal(key))
    """
    refuses(tmp_path, "key-reused", body, "key reused at line 11, first at line 10, which is not marked")


STALE_AT_A_FIRST_USE = {
    "two draws in a row": """
        def both(key):
            a = random.normal(key)  # expect: RNG108
            return a + random.uniform(key)
        both(random.key(0))
    """,
    "a key that the caller has, and uses again": """
        def draw(key):
            return random.normal(key)  # expect: RNG108
        key = random.key(0)
        print(draw(key))
        print(random.uniform(key))
    """,
    "a constructor that does not keep the key": """
        class Scale:
            def __init__(self, key):
                self.scale = random.uniform(key)  # expect: RNG108
        class Sampler:
            def draw(self, key):
                return random.normal(key)
        key = random.key(0)
        print(Scale(key).scale, Sampler().draw(key))
    """,
    "the lines of a script": """
        key, sub = random.split(random.key(0))
        print(random.normal(key))  # expect: RNG108
        print(random.normal(key))
    """,
}


@pytest.mark.parametrize("name", STALE_AT_A_FIRST_USE)
def test_a_first_use_is_only_stale_where_the_key_is_handed_on(tmp_path: Path, name: str) -> None:
    refuses(tmp_path, "key-reused", STALE_AT_A_FIRST_USE[name], "which is not marked")


def test_reuse_inside_the_helper_is_marked_at_its_call(tmp_path: Path) -> None:
    body = """
        def draw(key):
            return random.normal(key)  # expect: RNG101
        key = random.key(0)
        draw(key), draw(key)
    """
    refuses(tmp_path, "key-reused", body, "not confirmed")


def test_a_third_use_must_be_marked_too(tmp_path: Path) -> None:
    body = """
        key = random.key(0)
        print(random.normal(key))
        print(random.normal(key))  # expect: RNG101
        print(random.normal(key))
    """
    refuses(tmp_path, "key-reused", body, "key reused at line 12")


def test_one_clone_sanctions_one_more_use(tmp_path: Path) -> None:
    body = """
        key = random.key(0)
        twin = random.clone(key)
        print(random.normal(key), random.normal(twin))
        print(random.normal(twin))
    """
    refuses(tmp_path, "clean", body, "key reused at line 12")


def test_the_program_must_end(tmp_path: Path) -> None:
    body = """
        key = random.key(0)
        print(random.normal(key))
        print(random.normal(key))  # expect: RNG101
        raise RuntimeError("too early")
    """
    refuses(tmp_path, "key-reused", body, "RuntimeError at line 12: too early")
