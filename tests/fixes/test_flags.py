"""Repairs of the flag that turns dropout off, each on a small text."""

from __future__ import annotations

import pytest

from flake8_flax_rng.fixes import flags
from flake8_flax_rng.fixes.edits import NoFix
from tests.fixes.texts import after, call

SETUP = "class Net:\n    def setup(self):\n        self.drop = nn.Dropout(0.5, deterministic={})\n"


def in_call(first: str, second: str, parameters: str = "self, x, train") -> str:
    return f"def f({parameters}):\n    y = {first}\n    return {second}\n"


def test_a_layer_is_told_what_the_others_are_told():
    text = in_call("nn.Dropout(0.1)(x)", "nn.Dropout(0.2)(x, deterministic=not train)")
    changed = after(text, flags.told_as_others(call(text, "nn.Dropout(0.1)"), "nn.Dropout"))
    assert "y = nn.Dropout(0.1)(x, deterministic=not train)\n" in changed


@pytest.mark.parametrize(
    "text",
    [
        in_call("nn.Dropout(0.1)(x)", "nn.Dropout(0.2)(x)"),
        in_call("nn.Dropout(0.1)(x)", "g(h(deterministic=train), h(deterministic=not train))"),
        in_call("nn.Dropout(0.1)(x)", "h(deterministic=other)"),
        "def f(x, train):\n    nn.Dropout(0.1)(x)\n    train = not train\n    h(deterministic=train)\n",
        "nn.Dropout(0.1)(x)\nh(deterministic=train)\n",
    ],
    ids=["nobody", "two ways", "no parameter", "bound again", "no function"],
)
def test_a_layer_is_told_nothing_that_is_not_sure(text):
    with pytest.raises(NoFix):
        flags.told_as_others(call(text, "nn.Dropout(0.1)"), "nn.Dropout")


@pytest.mark.parametrize("flag", ["deterministic=self.quiet", "self.quiet"])
def test_a_flag_is_given_once(flag):
    text = SETUP.format("self.quiet") + f"    def __call__(self, x):\n        return self.drop(x, {flag})\n"
    assert after(text, flags.given_once(call(text, "self.drop"))) == text.replace(f", {flag})\n", ")\n").replace(
        "Dropout(0.5)", "Dropout(0.5, deterministic=self.quiet)"
    )


@pytest.mark.parametrize(
    ("built", "given"),
    [("True", "deterministic=quiet"), ("not quiet", "deterministic=quiet"), ("quiet", "deterministic=quiet")],
    ids=["constant", "opposite", "a name of another function"],
)
def test_flags_that_may_differ_are_left_alone(built, given):
    text = SETUP.format(built) + f"    def __call__(self, x, quiet):\n        return self.drop(x, {given})\n"
    with pytest.raises(NoFix):
        flags.given_once(call(text, "self.drop"))
