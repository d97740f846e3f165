"""The verifier confirms what is true of a program, and refuses what is not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier.runner import Row, verify

pytest.importorskip("jax")
pytest.importorskip("flax")

HEAD = """
import jax
import jax.numpy as jnp
import flax.linen as nn
from flax import nnx
from jax import lax, random
"""

MODEL = """
class Net(nn.Module):
    train: bool = True

    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=not self.train)(nn.Dense(3)(x))

x = jnp.ones((2, 4))
k1, k2, k3, k4 = random.split(random.key(0), 4)
"""


def run(directory: Path, claim: str, body: str, timeout: float = 60, findings: tuple[Finding, ...] = ()) -> Row:
    """Verify one program; the body follows the claim and the imports."""
    path = directory / "bad_program.py"
    path.write_text(f"# claim: {claim}\n{HEAD}{textwrap.dedent(body)}", encoding="utf-8")
    (row,) = verify([path], lambda source, filename: findings, timeout=timeout)
    return row


def confirms(directory: Path, claim: str, body: str) -> None:
    row = run(directory, claim, body)
    assert row.jax_ok, row.jax


def refuses(directory: Path, claim: str, body: str, why: str) -> None:
    row = run(directory, claim, body)
    assert not row.jax_ok, row.jax
    assert why in row.jax


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


@pytest.mark.parametrize("name", CLEAN)
def test_good_program(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "clean", CLEAN[name])


@pytest.mark.parametrize("name", [name for name in CLEAN if "intended" in name])
def test_the_intention_must_be_written(tmp_path: Path, name: str) -> None:
    body = "\n".join(line.split("  # intended:")[0] for line in CLEAN[name].splitlines())
    row = run(tmp_path, "clean", body)
    assert not row.jax_ok


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


def test_a_good_program_must_also_run_when_it_is_compiled(tmp_path: Path) -> None:
    body = """
        @jax.jit
        def f(x):
            return x if x > 0 else -x
        f(1.0)
    """
    refuses(tmp_path, "clean", body, "TracerBoolConversionError at line 12")


RAISES = MODEL + "v = Net().init(k1, x)\nNet().apply(v, x)  # expect: RNG203\n"


def test_exception(tmp_path: Path) -> None:
    confirms(tmp_path, "raises flax.errors.InvalidRngError", RAISES)
    confirms(tmp_path, "raises flax.errors.FlaxError", RAISES)


def test_builtin_exception(tmp_path: Path) -> None:
    confirms(tmp_path, "raises ValueError", "a, b, c = random.split(random.key(0))  # expect: RNG110\n")


def test_another_exception(tmp_path: Path) -> None:
    refuses(
        tmp_path,
        "raises ValueError",
        RAISES.replace("Net().apply(v, x)", "1 / 0"),
        "ZeroDivisionError at line",
    )
    refuses(tmp_path, "raises flax.errors.ScopeParamShapeError", RAISES, "not flax.errors.ScopeParamShapeError")


def test_exception_at_another_line(tmp_path: Path) -> None:
    body = MODEL + "v = Net().init(k1, x)  # expect: RNG203\nNet().apply(v, x)\n"
    refuses(tmp_path, "raises flax.errors.InvalidRngError", body, "not confirmed")


def test_no_exception(tmp_path: Path) -> None:
    body = MODEL + "v = Net().init(k1, x)  # expect: RNG203\n"
    refuses(tmp_path, "raises flax.errors.InvalidRngError", body, "did not leave the program")


NO_EFFECT = {
    "init in training mode": "Net().init({'params': k1, 'dropout': k2}, x)",
    "init in eval mode": "Net(False).init({'params': k1, 'dropout': k2}, x)",
    "jitted init": "jax.jit(Net().init)({'params': k1, 'dropout': k2}, x)",
    "eval-mode apply": "Net(False).apply(Net().init(k1, x), x, rngs={'dropout': k2})",
    "eval-mode apply under grad": (
        "jax.grad(lambda v: Net(False).apply(v, x, rngs={'dropout': k2}).sum())(Net().init(k1, x))"
    ),
    "eval-mode apply under vmap": (
        "v = Net().init(k1, x)\njax.vmap(lambda x: Net(False).apply(v, x, rngs={'dropout': k2}))(x)"
    ),
    "a call over several lines": "Net().init({'params': k1,\n 'dropout': k2}, x)",
}


@pytest.mark.parametrize("name", NO_EFFECT)
def test_no_effect(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "no-effect dropout", MODEL + NO_EFFECT[name] + "  # expect: RNG201\n")


@pytest.mark.parametrize("name", NO_EFFECT)
def test_no_effect_is_refused_in_a_good_program(tmp_path: Path, name: str) -> None:
    why = "init needs no 'dropout'" if "init" in name or "several" in name else "'dropout' is never read"
    refuses(tmp_path, "clean", MODEL + NO_EFFECT[name], why)


@pytest.mark.parametrize(
    "call",
    [
        "Net().apply(Net().init(k1, x), x, rngs={'dropout': k2})",
        "Net().init_with_output({'params': k1, 'dropout': k2}, x)",
        "jax.grad(lambda v: Net().apply(v, x, rngs={'dropout': k2}).sum())(Net().init(k1, x))",
        "v = Net().init(k1, x)\njax.vmap(lambda x: Net().apply(v, x, rngs={'dropout': k2}))(x)",
    ],
)
def test_an_effect(tmp_path: Path, call: str) -> None:
    refuses(tmp_path, "no-effect dropout", MODEL + call + "  # expect: RNG205\n", "changes the result")


def test_no_effect_needs_the_stream_at_the_line(tmp_path: Path) -> None:
    body = MODEL + "Net(False).apply(Net().init(k1, x), x, rngs={'dropout': k2})\nprint()  # expect: RNG205\n"
    refuses(tmp_path, "no-effect dropout", body, "no Linen call with the stream 'dropout'")
    body = MODEL + "Net(False).apply(Net().init(k1, x), x)  # expect: RNG205\n"
    refuses(tmp_path, "no-effect dropout", body, "not confirmed")


def test_no_effect_of_a_key_argument(tmp_path: Path) -> None:
    body = """
        net = nn.MultiHeadDotProductAttention(2, dropout_rate=0.5)
        x = jnp.arange(24.0).reshape(1, 3, 8)
        v = net.init(random.key(0), x, deterministic=True)
        net.apply(v, x, deterministic={mode}, dropout_rng=random.key(1))  # expect: RNG205
    """
    confirms(tmp_path, "no-effect dropout", body.format(mode=True))
    refuses(tmp_path, "no-effect dropout", body.format(mode=False), "changes the result")


def test_a_stream_that_must_be_there(tmp_path: Path) -> None:
    body = """
        class Net(nn.Module):
            train: bool
            def setup(self):
                self.key = self.make_rng("dropout")
            def __call__(self, x):
                return x * random.bernoulli(self.key) if self.train else x
        Net({train}).apply({{}}, jnp.ones(64), rngs={{"dropout": random.key(1)}})  # expect: RNG205
    """
    confirms(tmp_path, "no-effect dropout", body.format(train=False))
    body = body.replace("random.bernoulli(self.key)", "random.normal(self.key)")
    refuses(tmp_path, "no-effect dropout", body.format(train=True), "changes the result")


def test_a_bound_module_reads_its_stream(tmp_path: Path) -> None:
    body = MODEL + "bound = Net({}).bind(Net().init(k1, x), rngs={{'dropout': k2}})\nprint(bound(x))\n"
    confirms(tmp_path, "clean", body.format(True))
    refuses(tmp_path, "clean", body.format(False), "'dropout' is never read")


LEGACY = {
    "a call": "key = random.PRNGKey(0)",
    "a function that is compiled": "jax.jit(lambda seed: random.normal(random.PRNGKey(seed)))(3)",
    "a function that JAX calls": "keys = jax.vmap(random.PRNGKey)(jnp.arange(3))",
    "a call over several lines": "key = random.PRNGKey(\n    0)",
    "an imported name": "from jax.random import PRNGKey as make; key = make(0)",
}


@pytest.mark.parametrize("name", LEGACY)
def test_legacy_key(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "legacy-key", LEGACY[name] + "  # expect: RNG191\n")


@pytest.mark.parametrize("name", LEGACY)
def test_a_legacy_key_is_refused_in_a_good_program_of_its_rule(tmp_path: Path, name: str) -> None:
    directory = tmp_path / "RNG191"
    directory.mkdir()
    refuses(directory, "clean", LEGACY[name] + "\n", "a legacy key is built at line 8")
    confirms(tmp_path, "clean", LEGACY[name] + "\n")


def test_no_legacy_key(tmp_path: Path) -> None:
    body = "key = random.{}(0)  # expect: RNG191\n"
    refuses(tmp_path, "legacy-key", body.format("key"), "not confirmed at line 8")
    typed = 'jax.config.update("jax_enable_custom_prng", True)\n' + body.format("PRNGKey")
    refuses(tmp_path, "legacy-key", typed, "not confirmed at line 9")
    linen = "nn.RNN(nn.GRUCell(2)).init(random.key(0), jnp.ones((1, 2, 2)))  # expect: RNG191\n"
    refuses(tmp_path, "legacy-key", linen, "not confirmed at line 8")


def test_every_legacy_key_must_be_marked(tmp_path: Path) -> None:
    body = "a = random.PRNGKey(0)  # expect: RNG191\nb = random.PRNGKey(1)\n"
    refuses(tmp_path, "legacy-key", body, "a legacy key is built at line 9, which is not marked")
    refuses(tmp_path, "legacy-key", body.replace("b =", "1 / 0\nb ="), "ends early: ZeroDivisionError")


SHARED_KEY = {
    "data, then init": MODEL + "y = random.normal(k1, (2, 4))\nv = Net().init(k1, y)  # expect: RNG192\n",
    "init, then data": MODEL + "v = Net().init(k1, x)\ny = random.normal(k1, (2, 4))  # expect: RNG192\n",
    "a dict": MODEL + "y = random.normal(k1)\nv = Net().init({'params': k1}, x)  # expect: RNG192\n",
    "compiled": MODEL + "y = random.normal(k1)\nv = jax.jit(Net().init)(k1, x)  # expect: RNG192\n",
    "with the output": MODEL + "y = random.normal(k1)\nv = Net().init_with_output(k1, x)  # expect: RNG192\n",
    "a helper": MODEL
    + """
def start(key):
    return Net().init(key, x)
y = random.randint(k1, (3,), 0, 9)
v = start(k1)  # expect: RNG192
""",
    "legacy": MODEL
    + """
key = random.PRNGKey(9)
y = random.normal(key)
v = Net().init(key, x)  # expect: RNG192
""",
}

NOT_SHARED = {
    "two keys": MODEL + "y = random.normal(k2)\nv = Net().init(k1, x)\n",
    "a clone": MODEL + "y = random.normal(random.clone(k1))\nv = Net().init(k1, x)\n",
    "only the shapes": MODEL + "y = random.normal(k1)\nv = jax.eval_shape(Net().init, k1, x)\n",
    "apply": MODEL + "v = Net().init(k1, x)\ny = random.normal(k2)\nNet().apply(v, x, rngs={'dropout': k2})\n",
    "a stream that is not read": MODEL
    + "y = random.normal(k2)\nNet(False).init({'params': k1, 'dropout': k2}, x)  # intended: one dict for all calls\n",
    "a child": MODEL + "y = random.normal(k1)\nv = Net().init(random.fold_in(k1, 1), x)\n",
}


@pytest.mark.parametrize("name", SHARED_KEY)
def test_shared_key(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "shared-key", SHARED_KEY[name])


@pytest.mark.parametrize("name", SHARED_KEY)
def test_a_shared_key_is_refused_in_a_good_program_of_its_rule(tmp_path: Path, name: str) -> None:
    directory = tmp_path / "RNG192"
    directory.mkdir()
    body = SHARED_KEY[name].replace("  # expect: RNG192", "")
    refuses(directory, "clean", body, "a key i")
    confirms(tmp_path, "clean", body)


@pytest.mark.parametrize("name", NOT_SHARED)
def test_no_shared_key(tmp_path: Path, name: str) -> None:
    directory = tmp_path / "RNG192"
    directory.mkdir()
    confirms(directory, "clean", NOT_SHARED[name])
    refuses(tmp_path, "shared-key", NOT_SHARED[name] + "print()  # expect: RNG192\n", "not confirmed")


def test_a_shared_key_at_another_line_and_one_that_is_reused(tmp_path: Path) -> None:
    body = SHARED_KEY["data, then init"].replace("  # expect: RNG192", "")
    refuses(tmp_path, "shared-key", body + "print()  # expect: RNG192\n", "which is not marked")
    reused = SHARED_KEY["data, then init"] + "random.uniform(k1)  # expect: RNG192\n"
    refuses(tmp_path, "shared-key", reused, "key reused at line")


TRACED_ONCE = """
    import time
    @jax.jit
    def noise():
        return random.normal(random.key(time.perf_counter_ns() % 2**31))  # expect: RNG113
    a, b = noise(), noise()
    if False:
        print()
"""


def test_same_output_of_a_program_that_is_traced_once(tmp_path: Path) -> None:
    confirms(tmp_path, "same-output a == b", TRACED_ONCE)


def test_different_output(tmp_path: Path) -> None:
    refuses(tmp_path, "same-output a == b", TRACED_ONCE.replace("@jax.jit", ""), "a == b is false")


def test_same_output_at_a_line_that_never_runs(tmp_path: Path) -> None:
    body = TRACED_ONCE.replace("  # expect: RNG113", "").replace("print()", "print()  # expect: RNG113")
    refuses(tmp_path, "same-output a == b", body, "not confirmed")


def test_same_output_compares_trees_and_keys_bit_by_bit(tmp_path: Path) -> None:
    body = "a, b = [(jnp.{}, random.key(0)), (jnp.{}, random.PRNGKey(0))]\nprint()  # expect: RNG113\n"
    confirms(tmp_path, "same-output a == b", body.format("nan", "nan"))
    refuses(tmp_path, "same-output a == b", body.format("array(0.0)", "array(-0.0)"), "is false")
    refuses(tmp_path, "same-output a == b[0]", body.format("nan", "nan"), "is false")


def test_same_output_of_unknown_names(tmp_path: Path) -> None:
    body = "a = 1\nprint()  # expect: RNG113\n"
    refuses(tmp_path, "same-output a == b", body, "cannot be evaluated: NameError")
    refuses(tmp_path, "same-output a", body, "two expressions")


def test_hang(tmp_path: Path) -> None:
    row = run(tmp_path, "clean", "while True: pass\n", timeout=3)
    assert row.jax == "still running after 3 seconds, killed"


@pytest.mark.parametrize("code", [0, 7])
def test_exit_without_a_word(tmp_path: Path, code: int) -> None:
    row = run(tmp_path, "clean", f"import os\nprint('last words', flush=True)\nos._exit({code})\n")
    assert row.jax == f"the process ended without a verdict (exit code {code}): last words"


def test_crash(tmp_path: Path) -> None:
    row = run(tmp_path, "clean", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    assert row.jax.startswith("the process ended without a verdict (exit code -11)")


def test_a_process_that_it_leaves_behind_and_a_thread(tmp_path: Path) -> None:
    body = """
        import threading, time
        threading.Thread(target=lambda: time.sleep(3600)).start()
        print("done")
    """
    confirms(tmp_path, "clean", body)


def test_what_the_program_writes_is_thrown_away(tmp_path: Path) -> None:
    confirms(tmp_path, "clean", "open('result.txt', 'w').write('1')\n")
    assert [path.name for path in tmp_path.iterdir()] == ["bad_program.py"]


def test_what_the_program_prints_goes_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    confirms(tmp_path, "clean", "import os\nprint('noise')\nos.system('echo more noise')\n")
    assert capfd.readouterr() == ("", "")


def test_linter_and_jax_are_judged_apart(tmp_path: Path) -> None:
    body = REUSED["two draws"]
    right = Finding(11, 0, "RNG101", "")
    assert run(tmp_path, "key-reused", body, findings=(right,)).verdict == "ok"
    row = run(tmp_path, "key-reused", body, findings=(Finding(10, 0, "RNG101", ""),))
    assert (row.verdict, row.linter) == (
        "linter disagrees",
        "missed RNG101 at line 11; unexpected RNG101 at line 10",
    )
    row = run(tmp_path, "key-reused", body.replace("uniform(key)", "uniform(random.key(1))"), findings=(right,))
    assert (row.verdict, row.linter) == ("JAX disagrees", "RNG101 at line 11")
    row = run(tmp_path, "clean", body.replace("  # expect: RNG101", ""), findings=(right,))
    assert row.verdict == "linter and JAX disagree"


def test_a_linter_that_crashes_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "good_program.py"
    path.write_text("# claim: clean\n", encoding="utf-8")

    def crash(source: str, filename: str) -> list[Finding]:
        raise RecursionError("too deep")

    (row,) = verify([path], crash)
    assert (row.linter, row.linter_ok, row.jax_ok) == ("crashed: RecursionError: too deep", False, True)


def test_rows_keep_the_order_of_the_programs(tmp_path: Path) -> None:
    paths = [tmp_path / f"good_{number}.py" for number in (2, 0, 1)]
    for path in paths:
        path.write_text("# claim: clean\n", encoding="utf-8")
    seen: list[Row] = []
    rows = verify(paths, lambda source, filename: [], jobs=2, progress=seen.append)
    assert [row.program for row in rows] == ["good_2.py", "good_0.py", "good_1.py"]
    assert sorted(row.program for row in seen) == ["good_0.py", "good_1.py", "good_2.py"]


def test_the_program_is_the_main_module_and_can_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def twice(f, key):\n    return f(key), f(key)\n", encoding="utf-8")
    body = """
        from dataclasses import dataclass
        from helper import twice
        @dataclass
        class Box:
            value: int
        assert __name__ == "__main__" and __file__.endswith("bad_program.py")
        twice(random.normal, random.key(Box(1).value))  # expect: RNG101
    """
    confirms(tmp_path, "key-reused", body)
