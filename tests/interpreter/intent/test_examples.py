"""What a script draws only to initialise a model with."""

from __future__ import annotations

import ast

import pytest

from flake8_flax_rng.interpreter.intent.only_shapes_count import is_example

DRAWN = "x = random.normal(key, (2, 3))\n"
EXAMPLES = {
    "given to init": f"{DRAWN}params = model.init(key, x)\n",
    "by keyword, in a list": f"{DRAWN}params = model.init(key, inputs=[x])\n",
    "its shape is looked at": f"{DRAWN}params = model.init(key, x)\nprint(x.shape)\n",
    "zeros of its shape": f"{DRAWN}params = model.init(key, jnp.zeros_like(x))\n",
    "on a condition": f"if flag:\n    {DRAWN}    params = model.init(key, x)\n",
}
OTHERS = {
    "given to a loss too": f"{DRAWN}params = model.init(key, x)\nprint(loss(params, x))\n",
    "read in a function": f"{DRAWN}params = model.init(key, x)\ndef f():\n    return x\n",
    "computed with": f"{DRAWN}params = model.init(key, normalised(x))\n",
    "never given to init": DRAWN,
    "not bound": "params = model.init(key, random.normal(key, (2, 3)))\n",
    "the output is taken, too": f"{DRAWN}y, params = model.init_with_output(key, x)\n",
    "in a function": f"def f(key):\n    {DRAWN}    return model.init(key, x)\n",
}


def asked(text: str) -> bool:
    tree = ast.parse(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "normal" in ast.unparse(node.func)]
    draw = next(call for call in calls if ast.unparse(call.func) == "random.normal")
    return is_example(tree.body, (draw.lineno, draw.col_offset))


@pytest.mark.parametrize("text", EXAMPLES.values(), ids=EXAMPLES)
def test_it_is_an_example(text):
    assert asked(text)


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_it_is_more_than_an_example(text):
    assert not asked(text)
