"""Which text may read what a line has bound to a name."""

from __future__ import annotations

import ast
import textwrap

import pytest

from flake8_flax_rng.syntax.liveness import may_be_read

READ = {
    "behind it": "x = 1\nprint(x)\n",
    "in one of two branches": "x = 1\nif flag:\n    x = 2\nprint(x)\n",
    "before a branch binds it": "x = 1\nif flag:\n    print(x)\n    x = 2\n",
    "in dead code": "x = 1\nif False:\n    print(x)\n",
    "by what binds it again": "x = 1\nx = f(x)\n",
    "in place": "x = 1\nx += 2\n",
    "deleted": "x = 1\ndel x\n",
    "by an inner function": "x = 1\ndef g():\n    return x\n",
    "by a lambda": "x = 1\ng = lambda: x\n",
    "by a method": "x = 1\nclass C:\n    def m(self):\n        return x\n",
    "shared by an inner function": "x = 1\ndef g():\n    global x\n    x = 2\n",
    "global": "global x\nx = 1\n",
    "in the next pass": "for i in y:\n    if i:\n        print(x)\n    x = 1  # here\n",
    "in the next pass of what was bound before": "x = 1\nprint(x)\nfor i in y:\n    x, z = f(x)  # here\n",
    "in the next inner pass": "for i in y:\n    x = i\n    for j in z:\n        x, w = f(x)  # here\n",
    "by the test of a loop": "while x:\n    x = 1  # here\n",
    "behind a loop": "for i in y:\n    x = 1  # here\nprint(x)\n",
    "in a handler": "x = 1\ntry:\n    x = f()\nexcept E:\n    print(x)\n",
    "in a comprehension": "x = 1\ny = [x for i in z]\n",
    "in a match": "x = 1\nmatch y:\n    case 1:\n        print(x)\n",
    "by a with": "x = 1\nwith x:\n    pass\n",
    "not bound there": "y = 1\n",
}
UNREAD = {
    "never": "x = 1\n",
    "before it": "print(x)\nx = 1  # here\n",
    "bound again": "x = 1\nx = 2\nprint(x)\n",
    "bound again in a tuple": "x, y = f()\ny, x = f()\nprint(x)\n",
    "bound again by a loop": "x = 1\nfor i in y:\n    x = i\n    print(x)\n",
    "bound again before the branch": "x = 1\nx = 2\nif flag:\n    print(x)\n",
    "bound again in the next pass": "for i in y:\n    x = g(i)\n    print(x)\n    x = 1  # here\n",
    "another one of an inner function": "x = 1\ndef g(x):\n    return x\n",
    "a variable of an inner function": "x = 1\ndef g():\n    x = 2\n    return x\n",
    "another one of a comprehension": "x = 1\ny = [x for x in z]\n",
    "an attribute of this name": "x = 1\ny.x = 2\nprint(y.x)\n",
}


def read(text: str) -> bool:
    lines = text.splitlines()
    line = next((number for number, found in enumerate(lines, 1) if "# here" in found), 1)
    return may_be_read(ast.parse(text).body, line, "x")


@pytest.mark.parametrize("name", READ)
def test_what_may_be_read(name: str) -> None:
    assert read(READ[name])


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read(name: str) -> None:
    assert not read(UNREAD[name])


@pytest.mark.parametrize("name", [*READ, *UNREAD])
def test_the_same_in_a_function(name: str) -> None:
    text = {**READ, **UNREAD}[name]
    function = ast.parse("def f():\n" + textwrap.indent(text, "    ")).body[0]
    assert isinstance(function, ast.FunctionDef)
    lines = text.splitlines()
    line = next((number for number, found in enumerate(lines, 1) if "# here" in found), 1) + 1
    assert may_be_read(function.body, line, "x") is read(text)
