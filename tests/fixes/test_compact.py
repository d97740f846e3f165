"""The repair of a method that has to be compact, on small classes."""

from __future__ import annotations

import pytest

from flake8_flax_rng.fixes.compact import compact
from flake8_flax_rng.fixes.edits import NoFix
from tests.fixes.texts import after, call

NN = "import flax.linen as nn\n"
CLASS = "class Net(nn.Module):\n"


def method(decorators: str = "", name: str = "__call__") -> str:
    return f"{decorators}    def {name}(self, x):\n        return nn.Dense(3)(x)\n"


def test_a_method_becomes_compact():
    text = NN + CLASS + method()
    assert after(text, compact(call(text, "nn.Dense"))) == NN + CLASS + method("    @nn.compact\n")


def test_lifts_stand_above():
    text = NN + CLASS + method("    @nn.jit\n")
    assert after(text, compact(call(text, "nn.Dense"))) == NN + CLASS + method("    @nn.jit\n    @nn.compact\n")


def test_it_is_imported_where_its_neighbours_are():
    text = "from flax.linen import Module, Dense\n" + CLASS.replace("nn.", "") + method().replace("nn.", "")
    changed = after(text, compact(call(text, "Dense")))
    assert changed.startswith("from flax.linen import Module, Dense, compact\n")
    assert "    @compact\n    def __call__" in changed


@pytest.mark.parametrize(
    "text",
    [
        NN + CLASS + method() + "    @nn.compact\n    def other(self): pass\n",
        NN + CLASS + method(name="setup"),
        NN + CLASS + method("    @property\n"),
        NN + CLASS + method("    @nn.nowrap\n"),
        NN + "def f(x):\n    return nn.Dense(3)(x)\n",
        "from other import nn\n" + CLASS + method(),
        "from flax.linen import *\n" + CLASS + method(),
        "from flax.linen import Module\ncompact = 3\n" + CLASS + method(),
    ],
    ids=["another one", "setup", "property", "nowrap", "function", "not flax", "star", "name in use"],
)
def test_no_method_becomes_compact_that_cannot_be(text):
    with pytest.raises(NoFix):
        compact(call(text, "nn.Dense"))
