"""What only a run shows that is left as it is: replayed streams of NNX, draws, and lines without effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_flax_rng.verifier.unchanged import without
from tests.verifier.claims import confirms, refuses

pytestmark = pytest.mark.slow

NET = """
class Net(nnx.Module):
    def __init__(self, rngs):
        self.dense = nnx.Linear(4, 16, rngs=rngs)
        self.drop = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, x):
        return self.drop(self.dense(x))

net = Net(nnx.Rngs(0))
x = jnp.ones((1, 4))
"""

REPLAYED = {
    "a step": NET + "step = jax.jit(lambda net: net(x))\nfor _ in range(3):\n    step(net)  # expect: RNG304\n",
    "in one line": NET + "step = jax.jit(lambda net: net(x))\nys = [step(net) for _ in range(3)]  # expect: RNG304\n",
    "two calls in one line": NET + "step = jax.jit(lambda net: net(x))\nys = step(net), step(net)  # expect: RNG304\n",
    "a checkpoint": NET + "for _ in range(2):\n    jax.checkpoint(lambda net: net(x))(net)  # expect: RNG304\n",
    "a branch": NET
    + "for _ in range(2):\n    lax.cond(x.sum() > 0, lambda n: n(x), lambda n: n.dense(x), net)  # expect: RNG304\n",
    "a carry that is thrown away": NET
    + "for _ in range(2):\n    lax.scan(lambda n, _: (n, n(x)), net, length=3)  # expect: RNG304\n",
    "the body of the step": NET
    + """
@jax.jit
def step(net):
    return net(x)  # expect: RNG304

for _ in range(2):
    step(net)
""",
    "a method": """
class Noisy(nnx.Module):
    def __init__(self, rngs):
        self.rngs = rngs

    @jax.jit
    def __call__(self):
        return random.normal(self.rngs.noise())

noisy = Noisy(nnx.Rngs(0))
noisy(), noisy()  # expect: RNG304
""",
    "a kept key": """
class Noisy(nnx.Module):
    def __init__(self, rngs):
        self.key = nnx.Variable(rngs.noise())

    def __call__(self):
        self.key[...], sub = random.split(self.key[...])
        return random.normal(sub)

noisy = Noisy(nnx.Rngs(0))
draw = jax.jit(lambda noisy: noisy())
first = draw(noisy)
second = draw(noisy)  # expect: RNG304
""",
    "a rest that is not returned": NET
    + """
graph, params, rest = nnx.split(net, nnx.Param, ...)

@jax.jit
def step(params, rest):
    net = nnx.merge(graph, params, rest)
    return net(x), nnx.state(net, nnx.Param)

for _ in range(2):
    y, params = step(params, rest)  # expect: RNG304
""",
    "two models": "build = jax.jit(lambda rngs: nnx.Linear(2, 2, rngs=rngs))\nrngs = nnx.Rngs(0)\n"
    "a = build(rngs)\nb = build(rngs)  # expect: RNG304\n",
    "a Linen model": """
from flax.nnx import bridge

model = bridge.ToNNX(nn.Dropout(0.5, deterministic=False), rngs=nnx.Rngs(0)).lazy_init(jnp.ones(3))
step = jax.jit(lambda model: model(jnp.ones(3)))
for _ in range(2):
    step(model)  # expect: RNG304
""",
}

GOES_ON = {
    "nnx.jit": NET + "step = nnx.jit(lambda net: net(x))\nfor _ in range(3):\n    step(net)\n",
    "nnx.remat and its backward pass": NET
    + """
loss = nnx.grad(lambda net: nnx.remat(lambda net: net(x))(net).sum())
for _ in range(2):
    loss(net)
""",
    "jax.checkpoint once": NET + "jax.jit(jax.grad(jax.checkpoint(lambda x, k: random.normal(k) * x.sum())))(x, "
    "random.key(5))\n",
    "a vmap over one key": NET + "jax.vmap(lambda x: net.dense(x))(jnp.ones((3, 4)))\n",
    "a Jacobian": NET + "jax.jit(jax.jacfwd(lambda x, k: x * random.normal(k)))(1.0, random.key(7))\n",
    "a state that is returned": NET
    + """
graph, state = nnx.split(net)

@jax.jit
def step(state):
    net = nnx.merge(graph, state)
    return net(x), nnx.state(net)

for _ in range(2):
    y, state = step(state)
""",
    "a rest under its old name": NET
    + """
graph, params, rest = nnx.split(net, nnx.Param, ...)

@jax.jit
def step(params, rest):
    return nnx.merge(graph, params, rest)(x), rest

for _ in range(2):
    y, rest = step(params, rest)
""",
    "evaluation": NET + "net.eval()\nstep = jax.jit(lambda net: net(x))\nfor _ in range(2):\n    step(net)\n",
    "keys that are folded twice and never drawn from": "for _ in range(2):\n    nnx.LayerNorm(4, rngs=nnx.Rngs(0))\n",
    "constants of one seed": "for _ in range(2):\n    nnx.Linear(2, 2, kernel_init=nnx.initializers.zeros, "
    "rngs=nnx.Rngs(0))\n",
    "a stream that dropout forks": "rngs = nnx.Rngs(params=0, dropout=0)\nnnx.Linear(2, 2, rngs=rngs)\n"
    "nnx.Dropout(0.5, rngs=rngs)(jnp.ones(3))\n",
    "a clone": "k = random.key(0)\nrandom.normal(k)\nrandom.normal(random.clone(k))\n",
}


@pytest.mark.parametrize("name", REPLAYED)
def test_replayed(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "replayed", REPLAYED[name])


@pytest.mark.parametrize("name", REPLAYED)
def test_what_replays_is_no_good_program_of_a_rule_about_streams(tmp_path: Path, name: str) -> None:
    directory = tmp_path / "RNG304"
    directory.mkdir()
    refuses(directory, "clean", REPLAYED[name].replace("# expect: RNG304", ""), "key reused at line")


@pytest.mark.parametrize("name", GOES_ON)
def test_goes_on(tmp_path: Path, name: str) -> None:
    directory = tmp_path / "RNG304"
    directory.mkdir()
    confirms(directory, "clean", GOES_ON[name])
    refuses(tmp_path, "replayed", GOES_ON[name] + "x = 0  # expect: RNG304\n", "not confirmed")


def test_replayed_elsewhere(tmp_path: Path) -> None:
    body = REPLAYED["a step"].replace("  # expect: RNG304", "") + "x = 0  # expect: RNG304\n"
    refuses(tmp_path, "replayed", body, "which is not marked")


def test_a_replay_that_is_meant(tmp_path: Path) -> None:
    directory = tmp_path / "RNG304"
    directory.mkdir()
    confirms(directory, "clean", REPLAYED["a step"].replace("expect: RNG304", "intended: one mask for all"))


def test_drawn(tmp_path: Path) -> None:
    confirms(tmp_path, "drawn", NET + "net(x)\nnet(x)  # expect: RNG390\n")
    confirms(tmp_path, "drawn", NET + "score = nnx.jit(lambda net: net(x))\nscore(net)  # expect: RNG390\n")
    refuses(tmp_path, "drawn", NET + "net.eval()\nnet(x)  # expect: RNG390\n", "not confirmed")
    refuses(tmp_path, "drawn", NET + "net.dense(x)  # expect: RNG390\n", "not confirmed")


def test_stops_drawing(tmp_path: Path) -> None:
    body = NET + "for _ in range(2):\n    net(x)\n    net.eval()  # expect: RNG390\n    {}\n"
    confirms(tmp_path, "stops-drawing", body.format(""))
    refuses(tmp_path, "stops-drawing", body.format("net.train()"), "after it")
    refuses(tmp_path, "stops-drawing", "x = 1  # expect: RNG390\n", "not confirmed")


IDLE = {
    "a view that is thrown away": "nnx.view(net,\n         deterministic=True)  # expect: RNG310\ny = net(x)\n",
    "an eval that is not called": "net.eval  # expect: RNG310\ny = net(x)\n",
    "an eval after the split": "graph, state = nnx.split(net)\nnet.eval()  # expect: RNG310\n"
    "y = nnx.merge(graph, state)(x)\n",
    "a tag that is not there": "nnx.reseed(net, dropout=3)  # expect: RNG309\ny = net(x)\n",
}


@pytest.mark.parametrize("name", IDLE)
def test_line_without_effect(tmp_path: Path, name: str) -> None:
    confirms(tmp_path, "line-without-effect y", NET + IDLE[name])


def test_line_with_an_effect(tmp_path: Path) -> None:
    body = NET + "{}  # expect: RNG310\ny = net(x)\n"
    refuses(tmp_path, "line-without-effect y", body.format("net.eval()"), "is another value")
    refuses(tmp_path, "line-without-effect y", body.format("nnx.reseed(net, default=3)"), "is another value")
    refuses(tmp_path, "line-without-effect z", body.format("net.eval"), "cannot be evaluated: NameError")
    refuses(tmp_path, "line-without-effect y", body.format("x = jnp.ones((1, 4))\ndel x"), "ends early")
    never = NET + "if x.sum() < 0:\n    net.eval()  # expect: RNG310\ny = net(x)\n"
    refuses(tmp_path, "line-without-effect y", never, "not confirmed")


def test_without_keeps_the_other_lines() -> None:
    source = "a = 1\nif a:\n    b(\n        a\n    )\nc = 2\n"
    assert without(source, {4}) == "a = 1\nif a:\n    pass\n\n\nc = 2\n"
    assert without(source, {2}) == source
