"""Which calls that are given a key have a known effect, and why the others have none."""

from __future__ import annotations

import pytest

from tests import callsites
from tests.key_calls import KeyCall, key_calls, table

PROGRAM = """\
import jax
import somelib

def draw(key, n):
    return jax.random.normal(key, (n,))

class Agent:
    def __init__(self, net):
        self.net = net

    def act(self, env, key):
        key, subkey = jax.random.split(key)
        start = draw(subkey, 3)
        key, a, b, c, d = jax.random.split(key, 5)
        self = self.replace(key=key)
        return self.net.init(a, start), env.reset(b), somelib.walk(c), env.policy.sample(d), start.mean()
"""

CAUSES = {
    "method of an attribute of self: init",
    "method of parameter: reset",
    "package somelib",
    "method of an attribute of parameter: sample",
}


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "agent.py"
    path.write_text(PROGRAM.replace("        self = self.replace(key=key)\n", ""))
    return path


def test_each_call_that_is_given_a_key_is_counted(program):
    calls = key_calls(program, "agent.py")
    assert {call.cause for call in calls if call.cause} == CAUSES
    assert [(call.line, call.text) for call in calls if not call.cause] == [
        (5, "return jax.random.normal(key, (n,))"),
        (12, "key, subkey = jax.random.split(key)"),
        (13, "start = draw(subkey, 3)"),
        (14, "key, a, b, c, d = jax.random.split(key, 5)"),
    ]


def test_a_method_that_only_puts_it_into_a_new_object_is_known(tmp_path):
    path = tmp_path / "state.py"
    path.write_text(
        "import jax\ndef step(state):\n    key, k = jax.random.split(state.key)\n    return state.replace(key=key), k\n"
    )
    assert [call.cause for call in key_calls(path, "state.py")] == ["", ""]


@pytest.mark.parametrize("text", ["def f(:\n  import jax", "print('no keys')", ""])
def test_a_file_without_any(tmp_path, text):
    path = tmp_path / "other.py"
    path.write_text(text)
    assert key_calls(path, "other.py") == []


def test_the_table():
    calls = [KeyCall("a.py", 1, "", ""), KeyCall("a.py", 2, "", "method of self: x"), KeyCall("a.py", 3, "", "")]
    assert table(calls).startswith("3 calls are given a key; of 2 (67%) the effect is known\n     1  method of self\n")
    assert table([]).startswith("0 calls")


def test_the_command(program, capsys):
    assert callsites.main(["--keys", "--list", str(program.parent)]) == 0
    said = capsys.readouterr().out
    assert "8 calls are given a key; of 4 (50%) the effect is known" in said
    assert "agent.py:13: start = draw(subkey, 3)" in said
