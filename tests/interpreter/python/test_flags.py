"""Attributes that all code of a project sets to one truth value."""

from __future__ import annotations

import textwrap

import pytest

from tests.projects import found

NET = """\
    from jax import random

    class Net:
        def __init__(self):
            self.samples = False

        def run(self, k):
            if self.samples:
                return random.normal(k)
            return 0.0

        def best(self):
            return self.run(None)
"""
DEAD, ALIVE = [], [(13, "RNG111")]


def linted(tmp_path, **others):
    """Write a package, and return what is found in the file of the class."""
    for name, text in {"__init__": "", "net": NET, **others}.items():
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    return found(tmp_path / "net.py", tmp_path)


def test_nothing_else_sets_the_flag(tmp_path):
    assert linted(tmp_path) == DEAD
    assert linted(tmp_path, user="from net import Net\nprint(Net().samples)\n") == DEAD


@pytest.mark.parametrize(
    "text",
    [
        "class Sampler(Net):\n    def __init__(self):\n        self.samples = True",
        "class Sampler(Net):\n    samples = True",
        "class Sampler(Net):\n    @property\n    def samples(self):\n        return True",
        "net = Net()\nnet.samples = True",
        "net = Net()\nnet.samples |= True",
        "net = Net()\ndel net.samples",
        "vars(Net()).update(samples=True)",
        "Net().__dict__['samples'] = True",
        "setattr(Net(), 'samples', True)",
        "for net.samples in (True, False):\n    net.best()",
    ],
)
def test_another_file_may_set_the_flag(tmp_path, text):
    assert linted(tmp_path, user=f"from net import Net\n{text}\n") == ALIVE


def test_more_files_mention_the_flag_than_are_read(tmp_path):
    assert linted(tmp_path, **{f"user{number}": "print(net.samples)" for number in range(6)}) == ALIVE
