"""What is followed from one file into another, and what is reported of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.semantics.libraries import read_consumers
from flake8_flax_rng.syntax.project import Project
from tests.projects import MISSING, MODEL, NOISE, REUSED, draws, found, uses


def test_a_helper_that_draws(write):
    write("noise.py", NOISE)
    assert found(write("train.py", draws("from noise import noise"))) == REUSED
    assert found(write("train.py", draws("import noise as n", "n.noise"))) == REUSED


def test_a_helper_that_keeps_the_key(write):
    write("noise.py", "import jax\ndef noise(key):\n    return key.shape\n")
    assert found(write("train.py", draws("from noise import noise"))) == []


def test_a_helper_that_folds_the_step_in(write):
    write(
        "noise.py", "import jax\ndef noise(key, step):\n    return jax.random.normal(jax.random.fold_in(key, step))\n"
    )
    text = "import jax\nfrom noise import noise\ndef run(key):\n    for step in range(9):\n        noise(key, step)\n"
    assert found(write("train.py", text)) == []
    assert found(write("train.py", text.replace("noise(key, step)", "noise(key, 1)"))) == [(5, "RNG103")]


def test_a_file_that_does_not_name_jax(write):
    write("noise.py", NOISE)
    text = draws("from noise import noise").removeprefix("import jax\n")
    assert found(write("train.py", text)) == [(5, "RNG101")]


def test_a_file_that_does_not_name_jax_and_imports_through_a_package(write):
    write("lib/__init__.py", "from .noise import noise")
    write("lib/noise.py", NOISE)
    assert found(write("train.py", draws("from lib import noise").removeprefix("import jax\n"))) == [(5, "RNG101")]


def test_a_factory(write):
    write("net.py", MODEL + "\ndef make(rate=0.1):\n    return Net(rate=rate)\n")
    assert found(write("train.py", uses("from net import make", "make"))) == MISSING
    assert found(write("train.py", uses("from net import make", "make").replace("make()", "make(0.0)"))) == []


def test_a_base_class(write):
    write("base.py", MODEL)
    text = """\
        import jax
        from base import Net
        class Big(Net):
            size: int = 3
        def step(variables, x):
            return Big().apply(variables, x, train=True)
        """
    assert found(write("train.py", text)) == [(6, "RNG203")]


def test_a_train_state(write):
    write("net.py", MODEL)
    write(
        "state.py",
        """\
        import jax
        from flax.training import train_state
        from net import Net

        class TrainState(train_state.TrainState):
            key: jax.Array

        def create(key, x, tx):
            params_key, key = jax.random.split(key)
            model = Net()
            params = model.init(params_key, x)["params"]
            return TrainState.create(apply_fn=model.apply, params=params, tx=tx, key=key)
        """,
    )
    text = """\
        import jax
        from state import create
        def run(x, tx):
            state = create(jax.random.key(0), x, tx)
            good = state.apply_fn({"params": state.params}, x, train=True, rngs={"dropout": state.key})
            return good, state.apply_fn({"params": state.params}, x, train=True)
        """
    assert found(write("train.py", text)) == [(6, "RNG203")]


def test_a_key_that_another_file_holds(write):
    write("config.py", "import jax\nKEY = jax.random.key(0)\n")
    text = "import jax\nfrom config import KEY\na = jax.random.normal(KEY)\nb = jax.random.normal(KEY)\n"
    assert found(write("train.py", text)) == [(4, "RNG101")]


def test_a_constant_of_another_file(write):
    write("net.py", MODEL)
    write("config.py", "TRAIN = True\nRATE = 0.5\n")
    text = uses("import config; from net import Net").replace("train=True", "train=config.TRAIN")
    assert found(write("train.py", text)) == MISSING
    write("config.py", "TRAIN = False\n")
    assert found(write("train.py", text)) == []


def test_what_a_program_can_change_is_not_certain(write):
    write("net.py", MODEL)
    text = uses("import config; from net import Net").replace("train=True", "train=config.TRAIN")
    write("config.py", "TRAIN = True\ndef off():\n    global TRAIN\n    TRAIN = False\n")
    assert found(write("train.py", text)) == []
    write("config.py", "TRAIN = True\n")
    assert found(write("train.py", text + "config.TRAIN = False\n")) == []
    changed = text.replace("    model = Net()", "    config.TRAIN = False; model = Net()")
    assert found(write("train.py", changed)) == []


def test_a_registry_that_decorators_fill(write):
    write("net.py", "MODELS = {}\ndef register(cls):\n    MODELS[cls.__name__] = cls\n    return cls\n" + MODEL)
    text = uses("from net import MODELS").replace("Net()", "MODELS.get('Net') or None")
    text = text.replace("    variables", "    if model is None:\n        raise ValueError\n    variables")
    assert found(write("train.py", text)) == []


def test_a_table_of_classes(write):
    write("net.py", MODEL + "MODELS = {'net': Net}\n")
    assert found(write("train.py", uses("from net import MODELS", "MODELS['net']"))) == MISSING
    write("net.py", MODEL + "MODELS = {}\nMODELS['net'] = Net\n")
    assert found(write("train.py", uses("from net import MODELS", "MODELS['net']"))) == MISSING


def test_the_main_part_of_another_file_does_not_run(write):
    write("net.py", MODEL + "if __name__ == '__main__':\n    Net = None\n")
    assert found(write("train.py", uses("from net import Net"))) == MISSING


def test_an_annotated_parameter(write):
    write("net.py", MODEL)
    text = "import jax\nfrom net import Net\ndef f(model: Net, v, x):\n    return Net().apply(v, x, train=True)\n"
    assert found(write("train.py", text)) == [(4, "RNG203")]


# What is reported where


def test_the_other_file_is_not_reported_on(write):
    write("noise.py", "import jax\ndef noise(key):\n    return jax.random.normal(key) + jax.random.uniform(key)\n")
    text = "import jax\nfrom noise import noise\na = noise(jax.random.key(0))\n"
    assert found(write("train.py", text)) == []
    assert found(Path(write("noise.py", NOISE).parent / "noise.py")) == []


def test_a_loop_in_another_file_is_not_reported(write):
    write("loop.py", "def repeat(f, key):\n    return [f(key) for _ in range(3)]\n")
    text = "import jax\nfrom loop import repeat\ndef run(key):\n    return repeat(jax.random.normal, key)\n"
    assert found(write("train.py", text)) == []


def test_a_model_that_another_file_runs_is_not_reported(write):
    write("net.py", MODEL)
    write("run.py", "def run(model, v, x):\n    return model.apply(v, x, train=True)\n")
    text = "import jax\nfrom net import Net\nfrom run import run\ndef f(v, x):\n    return run(Net(), v, x)\n"
    assert found(write("train.py", text)) == []


def test_a_key_that_an_object_of_another_file_never_renews(write):
    write(
        "noise.py",
        """\
        import jax
        class Noise:
            def __init__(self, seed):
                self.key = jax.random.key(seed)
            def sample(self):
                return jax.random.normal(self.key)
        """,
    )
    text = """\
        import jax
        from noise import Noise
        def f():
            rng = Noise(0)
            a = rng.sample()
            return a + rng.sample()
        """
    assert found(write("train.py", text)) == [(6, "RNG108")]


KEPT = """\
    import jax
    class Noise:
        def __init__(self, key):
            self.first = jax.random.normal(key)
            self.key = key
        def sample(self):
            self.key, subkey = jax.random.split(self.key)
            return jax.random.normal(subkey)
    """


def test_a_key_that_an_object_of_another_file_uses_twice(write):
    write("noise.py", KEPT)
    text = "import jax\nfrom noise import Noise\ndef f(key):\n    noise = Noise(key)\n    return noise.sample()\n"
    assert found(write("train.py", text)) == []


def test_a_key_that_an_object_of_another_file_uses_too(write):
    write("noise.py", KEPT)
    text = """\
        import jax
        from noise import Noise
        def f(key):
            noise = Noise(key)
            return noise.first + jax.random.normal(key)
        """
    assert found(write("train.py", text)) == [(5, "RNG101")]


def test_messages_name_the_other_file(write):
    write("pkg/net.py", MODEL)
    path = write("train.py", uses("from pkg.net import Net"))
    (finding,) = lint(path.read_text(), filename=str(path), project=Project(str(path)))
    assert "line 9 of pkg/net.py" in finding.message


@pytest.mark.parametrize("file", ["net.py", "models/deep/net.py"])
def test_messages_name_it_as_it_lies_in_the_project(write, file):
    write("pyproject.toml", "")
    write(file, MODEL)
    path = write("train.py", uses(f"from {file.removesuffix('.py').replace('/', '.')} import Net"))
    (finding,) = lint(path.read_text(), filename=str(path), project=Project(str(path)))
    assert f"line 9 of {file})" in finding.message


def test_the_users_consumers_go_before_their_text(write):
    write("noise.py", "import jax\ndef noise(key):\n    return 0\n")
    path = write("train.py", draws("from noise import noise"))
    libraries = read_consumers(["noise.noise:key"])
    findings = lint(path.read_text(), filename=str(path), libraries=libraries, project=Project(str(path)))
    assert [(finding.line, finding.code) for finding in findings] == REUSED


def test_a_call_that_costs_too_much_is_unknown(write):
    body = "".join(f"    x = jax.numpy.sin(x + {n}) * {n} + jax.numpy.cos(x)\n" for n in range(1000))
    write("noise.py", f"import jax\ndef noise(key):\n    x = 1\n{body}    return jax.random.normal(key)\n")
    text = draws("from noise import noise") + "    jax.random.normal(key, (1,))\n    jax.random.uniform(key)\n"
    text = text.replace("    return a + noise(key)\n", "")
    assert found(write("train.py", text)) == [(7, "RNG101")]


LAYERS = """\
    import flax.linen as nn
    import jax

    class Scaled(nn.Module):
        features: int = 4

        def width(self):
            return 2 * self.features

        def noise(self, key):
            return jax.random.normal(key, (self.features,))

        @nn.compact
        def __call__(self, x):
            return nn.Dense(self.features)(x)

    class Keyed(nn.Module):
        key: jax.Array

        def noise(self):
            return jax.random.normal(self.key)

        @nn.compact
        def __call__(self, x):
            return x
    """


def test_methods_of_a_module_outside_of_a_run(write):
    write("layers.py", LAYERS)
    text = "import jax\nfrom layers import Keyed, Scaled\nkey = jax.random.key(int(jax.numpy.ones(())))\n"
    text += "{}\njax.random.normal(key)\n"
    assert found(write("train.py", text.format("Scaled().noise(key)"))) == [(5, "RNG101")]
    assert found(write("train.py", text.format("Keyed(key).noise()"))) == [(5, "RNG101")]
    assert found(write("train.py", text.format("Scaled().noise(jax.random.fold_in(key, 1))"))) == []
    assert found(write("train.py", text.format("Scaled().width()"))) == []


def test_a_layer_that_cannot_be_followed_may_read_any_stream(write):
    """The key is not idle: what nobody has read may draw from it."""
    body = "".join(f"        x = jax.numpy.sin(x + {n}) * {n} + jax.numpy.cos(x)\n" for n in range(1000))
    layer = "import flax.linen as nn\nimport jax\nclass Block(nn.Module):\n"
    layer += "    @nn.compact\n    def __call__(self, x):\n"
    text = """\
        import jax
        from flax import linen as nn
        from layers import Block
        class Net(nn.Module):
            @nn.compact
            def __call__(self, x):
                return Block()(x)
        def f(v, x, key):
            return Net().apply(v, x, rngs={"dropout": key})
        """
    write("layers.py", layer + body + "        return nn.Dropout(0.5, deterministic=False)(x)\n")
    assert found(write("train.py", text)) == []
    write("layers.py", layer + "        return nn.Dense(4)(x)\n")
    assert found(write("train.py", text)) == [(9, "RNG204")]


def test_a_module_of_another_file_without_its_key(write):
    """What it draws is asked for where a transform keeps the key of the parameters from it."""
    layer = "import flax.linen as nn\nclass Block(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n"
    text = """\
        from flax import linen as nn
        from layers import Block
        class Net(nn.Module):
            @nn.compact
            def __call__(self, x):
                return nn.vmap(Block, variable_axes={"params": 0}, split_rngs={})()(x)
        """
    write("layers.py", layer + "        return nn.Dense(4)(x)\n")
    assert found(write("net.py", text)) == [(6, "RNG210")]
    write("layers.py", layer + "        return nn.relu(x)\n")
    assert found(write("net.py", text)) == []
