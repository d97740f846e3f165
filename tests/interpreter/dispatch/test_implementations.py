"""Calls of a method of which only the class is declared, and every way in which its implementations may be unknown."""

from __future__ import annotations

import textwrap

import pytest

from tests.projects import found

BASE = """\
from abc import ABC, abstractmethod
import jax

class Env(ABC):
    @abstractmethod
    def reset(self, key): ...
"""

HEIRS = """\
import jax
from pkg.base import Env

class Walk(Env):
    def reset(self, key):
        return jax.random.normal(key)

class Jump(Env):
    def reset(self, key):
        key, place = jax.random.split(key)
        return jax.random.uniform(place)
"""

USE = """\
import jax
from pkg.base import Env

def twice(env: Env, key):
    first = env.reset(key)
    return first + env.reset(key)
"""

REUSED = [(6, "RNG101")]


def project(tmp_path, use=USE, **files):
    """Write a project, and return what is found in the file that uses its classes."""
    package = tmp_path / "pkg"
    package.mkdir()
    texts = {"__init__": "", "base": BASE, "heirs": HEIRS, "use": use, **files}
    for name, text in texts.items():
        (package / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    return found(package / "use.py", tmp_path)


def test_all_implementations_draw(tmp_path):
    assert project(tmp_path) == REUSED


@pytest.mark.parametrize(
    "body",
    [
        "return 0.0",
        "return 0.0 if key is None else jax.random.normal(key)",
        "if key is None:\n            return 0.0\n        return jax.random.normal(key)",
        "for _ in ():\n            jax.random.normal(key)",
        "try:\n            return jax.random.normal(key)\n        except ValueError:\n            return 0.0",
        "key = jax.random.key(0)\n        return jax.random.normal(key)",
        "return [jax.random.normal(key) for _ in ()]",
        "return (lambda: jax.random.normal(key))",
        "return jax.random.fold_in(key, 1)",
        "return self.other(key)",
        "return self.table.reset(key)",
        "return unknown(key)",
        "return jax.random.normal(*key)",
    ],
)
def test_one_that_may_not_draw(tmp_path, body):
    heir = f"import jax\nfrom pkg.base import Env\n\nclass Still(Env):\n    def reset(self, key):\n        {body}\n"
    alone = body == "return self.table.reset(key)"
    assert project(tmp_path, still=heir) == (REUSED if alone else [])


@pytest.mark.parametrize(
    "body",
    [
        "noise = jax.random.normal(key)\n        return noise",
        "with jax.named_scope('reset'):\n            return jax.random.normal(key)",
        "if self.on:\n            x = jax.random.normal(key)\n        else:\n            x = jax.random.gumbel(key)",
        "return super().reset(key)",
        "assert key is not None\n        return jax.random.normal(key=key)",
    ],
)
def test_another_one_that_draws(tmp_path, body):
    heir = f"import jax\nfrom pkg.base import Env\n\nclass More(Env):\n    def reset(self, key):\n        {body}\n"
    assert project(tmp_path, more=heir) == REUSED


@pytest.mark.parametrize(
    "text",
    [
        "from pkg.base import Env\nEnv.reset = lambda self, key: 0.0\n",
        "import pkg.heirs\npkg.heirs.Walk.reset = lambda self, key: 0.0\n",
        "from pkg.heirs import Walk\nsetattr(Walk, 'reset', lambda self, key: 0.0)\n",
        "from pkg.base import Env\nif True:\n    class Hidden(Env):\n        reset = None\n",
        "from pkg.base import Env\ndef make():\n    class Inner(Env):\n        reset = None\n",
        "from pkg.base import Env\nfrom lib import Mixin\nclass Odd(Mixin, Env):\n    reset = Mixin.reset\n",
        "from pkg.base import Env\nfrom lib import traced\nclass Odd(Env):\n"
        "    @traced\n    def reset(self, key):\n        return 0.0\n",
        "from pkg.base import Env\nclass Odd(Env):\n    @property\n    def reset(self):\n        return print\n",
        "".join(f"from pkg.base import Env\nclass Env{i}(Env):\n    pass\n" for i in range(20)),
    ],
)
def test_the_set_may_be_incomplete(tmp_path, text):
    assert project(tmp_path, patch=text) == []


def test_attributes_with_computed_names_beside_a_class(tmp_path):
    patched = HEIRS + "\nfor name in ('reset', 'step'):\n    setattr(Walk, name, lambda self, key: 0.0)\n"
    assert project(tmp_path, heirs=patched) == []


def test_an_heir_of_an_heir(tmp_path):
    further = "from pkg.heirs import Walk\nclass Calm(Walk):\n    def reset(self, key):\n        return 0.0\n"
    assert project(tmp_path, further=further) == []


def test_an_heir_by_another_way_of_import(tmp_path):
    package = "from .base import Env as Environment\n"
    further = "import pkg\nclass Calm(pkg.base.Env):\n    def reset(self, key):\n        return 0.0\n"
    assert project(tmp_path, __init__=package, further=further) == []


def test_a_class_of_that_name_that_is_another_one(tmp_path):
    other = "class Env:\n    pass\nclass Calm(Env):\n    def reset(self, key):\n        return 0.0\n"
    assert project(tmp_path, other=other) == REUSED


def test_a_test_double_does_not_count(tmp_path):
    double = "from pkg.base import Env\nclass Fake(Env):\n    def reset(self, key):\n        return 0.0\n"
    assert project(tmp_path, test_env=double) == REUSED


def test_arguments_that_are_not_seen(tmp_path):
    assert project(tmp_path, USE.replace("key):", "key, **rest):").replace("reset(key)", "reset(key, **rest)")) == []


@pytest.mark.parametrize("said", ["Env | None", "Optional[Env]", '"Env"'])
def test_ways_to_declare_it(tmp_path, said):
    assert project(tmp_path, USE.replace("env: Env", f"env: {said}")) == REUSED


@pytest.mark.parametrize("said", ["Env | str", "Union[Env, Other]", "Any", "list[Env]"])
def test_no_one_class_is_declared(tmp_path, said):
    assert project(tmp_path, USE.replace("env: Env", f"env: {said}")) == []


HOLDER = """\
import jax
from pkg.base import Env

class Holder:
    def __init__(self, env: Env, other):
        self.env = env

    def twice(self, key):
        key, once = jax.random.split(key)
        first = self.env.reset(once)
        return key, first + self.env.reset(once)
"""


def test_an_attribute_that_the_constructor_is_given(tmp_path):
    assert project(tmp_path, HOLDER) == [(11, "RNG101")]


def test_an_attribute_that_is_set_again(tmp_path):
    again = HOLDER + "\n    def change(self, env):\n        self.env = env\n"
    assert project(tmp_path, again) == []


def test_a_method_that_is_left_open(tmp_path):
    again = """
    def again(self, key):
        key, once = jax.random.split(key)
        first = self.reset(once)
        return key, first + self.reset(once)
"""
    project(tmp_path, base=BASE + again)
    assert found(tmp_path / "pkg" / "base.py", tmp_path) == [(11, "RNG101")]
