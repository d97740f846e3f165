"""Streams that are handed over and change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.claims import MODEL, confirms, refuses

pytestmark = pytest.mark.slow

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
