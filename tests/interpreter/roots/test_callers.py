"""What callers in other files supply: the model of a state, and every way in which it may be another one after all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import MODEL, found

STEPS = """\
from flax.training.train_state import TrainState

def step(state: TrainState, x):
    return state.apply_fn({"params": state.params}, x, train=True)
"""
MAIN = """\
import jax, optax
from flax.training.train_state import TrainState
from nets import Net
from steps import step

def make(x):
    model = Net()
    params = model.init(jax.random.key(0), x)["params"]
    return TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))

def main(x):
    state = make(x)
    return step(state, x)
"""
QUIET = """\
class Quiet(nn.Module):
    @nn.compact
    def __call__(self, x, train=False):
        return nn.Dense(4)(x)
"""
SUPPLIED = [(4, "RNG203")]


def said(folder: Path, **files: str) -> list[tuple[int, str]]:
    """What is found in the file with the step, beside these files."""
    for name, text in {"nets": MODEL + QUIET, "steps": STEPS, "pyproject.toml": "", **files}.items():
        (folder / (name if "." in name else f"{name}.py")).write_text(text, encoding="utf-8")
    return found(folder / "steps.py")


def test_the_caller_supplies_the_model(tmp_path):
    assert said(tmp_path, main=MAIN) == SUPPLIED


def test_all_callers_supply_such_a_model(tmp_path):
    assert said(tmp_path, main=MAIN, other=MAIN) == SUPPLIED


def test_a_file_that_only_hands_the_name_on(tmp_path):
    assert said(tmp_path, main=MAIN, api="from steps import step\n\n__all__ = ['step']\n") == SUPPLIED


def test_a_step_that_is_compiled_by_the_caller(tmp_path):
    compiled = MAIN.replace("return step(state, x)", "return jax.jit(step)(state, x)")
    assert said(tmp_path, main=compiled) == SUPPLIED


MAY_BE_ANOTHER = {
    "nobody calls": "",
    "a model that does not draw": MAIN.replace("Net", "Quiet"),
    "a state of an unknown caller": "from steps import step\n\ndef main(state, x):\n    return step(state, x)\n",
    "keyword arguments that are not seen": MAIN.replace("step(state, x)", "step(**x)"),
    "the function is given to unknown code": MAIN.replace("step(state, x)", "x.run(step)"),
    "the function is replaced": f"{MAIN}\nimport steps\nsteps.step = main\n",
    "the function is replaced by name": f"{MAIN}\nimport steps\nsetattr(steps, 'step', main)\n",
    "the function is found by name": f"{MAIN}\nimport steps\nrun = getattr(steps, 'step')\n",
    "another name": MAIN.replace("import step", "import step as move").replace("return step(", "return move("),
    "an import on a condition": MAIN.replace(
        "from steps import step", "if jax.devices():\n    from steps import step\nelse:\n    from nets import step"
    ),
    "the attribute is set": MAIN.replace("    return step", "    state = other(state)\n    return step"),
    "a class that takes its place": MAIN.replace("TrainState.create", "Other.create").replace(
        "from nets import Net", "from nets import Net\nfrom elsewhere import Other"
    ),
}


@pytest.mark.parametrize("name", MAY_BE_ANOTHER)
def test_nothing_is_said_where_it_may_be_another_one(tmp_path, name):
    assert said(tmp_path, main=MAY_BE_ANOTHER[name]) == []


@pytest.mark.parametrize("name", ["a state of an unknown caller", "a model that does not draw"])
def test_one_caller_of_two_is_another_one(tmp_path, name):
    assert said(tmp_path, main=MAIN, other=MAY_BE_ANOTHER[name]) == []


def test_too_many_files_mention_it(tmp_path):
    assert said(tmp_path, **{f"main{number}": MAIN for number in range(9)}) == []


REGISTRY = """\
import flax.linen as nn
from nets import Net, Quiet

class Wide(nn.Module):
    @nn.compact
    def __call__(self, x, train=False):
        return nn.Dropout(0.2, deterministic=not train)(nn.Dense(8)(x))

MODELS = {"net": Net, "wide": Wide}

def run(name, variables, x):
    return MODELS[name]().apply(variables, x, train=True)
"""


def test_all_models_of_a_registry_draw(tmp_path):
    assert said(tmp_path, steps=REGISTRY) == [(12, "RNG203")]


@pytest.mark.parametrize(
    "entries",
    ['"net": Net, "quiet": Quiet', '"net": Net, "made": lambda: Wide()', '"net": Net, **others', '"net": Net, "x": x'],
)
def test_one_model_of_a_registry_may_not(tmp_path, entries):
    assert said(tmp_path, steps=REGISTRY.replace('"net": Net, "wide": Wide', entries)) == []


def test_a_registry_says_nothing_of_what_is_not_drawn(tmp_path):
    given = REGISTRY.replace("train=True", "rngs={'noise': variables['key']}")
    assert said(tmp_path, steps=given) == []
