"""What is drawn for nothing but to look at a model."""

from __future__ import annotations

import libcst as cst
import pytest

from flake8_flax_rng.interpreter.intent.evaluates_the_model import looks_on, only_initialises

YES = [
    "state = step(state)\nm = wanted(state)",
    "state, loss = step(state)\nwanted(state)",
    "m = wanted(state)\nstate = step(state)",
    "state = step(state)\nprint(wanted(state))",
    "state = step(state)\nif i % 2:\n    m = wanted(state)\n    log.add(m)",
    "state = step(state)\nwith timer() as t:\n    a, b = wanted(state.params)\nplot(a, t)",
    "for b in data:\n    state = step(state, b)\nm = wanted(state)\nif m < best:\n    best = m",
    "buffer.add(i)\nm = wanted(buffer)",
    "x += 1\nm = wanted(x)",
    "params = state\nstate = step(params)\nm = wanted(params)",
    "table[i] = table[i - 1] + 1\nm = wanted(table)",
    "try:\n    state = step(state)\nfinally:\n    m = wanted(state)",
    "if a:\n    state = step(state)\nelif b:\n    m = wanted(state)\nelse:\n    pass",
]
NO = [
    "m = wanted(key)",
    "m = wanted(i, data)",
    "x = step(i)\nm = wanted(x)",
    "state = wanted(state)",
    "state, m = wanted(state)",
    "grads = wanted(state)\nstate = update(state, grads)",
    "a = wanted(state)\nb = f(a)\nstate = step(state, b)",
    "buffer.add(wanted(buffer))",
    "a = wanted(state)\nbuffer.add(a)\nstate = step(state, buffer)",
    "table[i] = wanted(table)",
    "x += wanted(x)",
    "a = wanted(state)\nfor b in a:\n    state = step(state, b)",
    "a = wanted(state)\nwith use(a) as b:\n    state = step(state, b)",
    "def f():\n    return wanted(state)\nstate = step(state)",
    "if wanted(state):\n    state = step(state)",
    "a = wanted(state)\ndef f(s):\n    return s + a\nstate = f(state)",
    "return wanted(state)\nstate = step(state)",
]


ONLY_INITIALISES = [
    "x = wanted(key)\nv = model.init(key, x)",
    "x = wanted(key).astype(int)\nv = self.module.init(rngs, x, train=False)['params']",
    "x = wanted(key)\nprint(x.shape)\nv = model.lazy_init(key, jnp.ones_like(x), y=x)",
    "def f():\n    x = wanted(key)\n    return model.init(key, x)\ndef g(x):\n    return x",
]
IS_READ = [
    "v = model.init(key, wanted(key))",
    "x = wanted(key)",
    "x = wanted(key)\nprint(x.shape)",
    "x = wanted(key)\nv = model.init(key, x)\ny = model.apply(v, x)",
    "x = wanted(key)\ny, v = model.init_with_output(key, x)",
    "x = wanted(key)\nv = model.init(key, x)\nx += 1",
    "x = wanted(key)\nv = model.init(key, x)\nf = lambda: x",
    "x = wanted(key)\nv = init(key, x)",
    "x = y = wanted(key)\nv = model.init(key, x)",
    "x, y = wanted(key)\nv = model.init(key, x)",
    "def f():\n    x = wanted(key)\n    v = model.init(key, x)\n    return v, x",
]


def wanted(tree: cst.CSTNode) -> cst.Call:
    calls: list[cst.Call] = []

    class Find(cst.CSTVisitor):
        def visit_Call(self, node):
            if isinstance(node.func, cst.Name) and node.func.value == "wanted":
                calls.append(node)

    tree.visit(Find())
    (call,) = calls
    return call


def answer(body: str, head: str = "for i in data:") -> bool:
    loop = cst.parse_module(f"{head}\n" + "".join(f"    {line}\n" for line in body.splitlines())).body[0]
    return looks_on(loop, wanted(loop))


@pytest.mark.parametrize("body", YES)
def test_it_looks_on(body):
    assert answer(body) is True
    assert answer(body, "while True:") is True


@pytest.mark.parametrize("body", NO)
def test_it_takes_part(body):
    assert answer(body) is False


def test_other_loops():
    call = cst.parse_expression("wanted(state)")
    assert not looks_on(cst.parse_expression("[wanted(state) for state in states]"), call)


@pytest.mark.parametrize("text", ONLY_INITIALISES)
def test_it_only_initialises(text):
    module = cst.parse_module(f"{text}\n")
    assert only_initialises(module, wanted(module)) is True


@pytest.mark.parametrize("text", IS_READ)
def test_it_is_read_elsewhere(text):
    module = cst.parse_module(f"{text}\n")
    assert only_initialises(module, wanted(module)) is False


def test_a_call_of_another_text():
    assert not only_initialises(cst.parse_module("x = 1\n"), cst.parse_expression("wanted(key)"))
