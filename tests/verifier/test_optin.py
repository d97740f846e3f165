"""The claims of opt-in rules: legacy keys, and keys that data and parameters share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.claims import MODEL, confirms, refuses

pytestmark = pytest.mark.slow

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
