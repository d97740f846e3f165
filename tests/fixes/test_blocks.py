"""The building blocks of repairs, each on a small text."""

from __future__ import annotations

import libcst as cst
import pytest

from flake8_flax_rng.fixes import elements, names, statements
from flake8_flax_rng.fixes.edits import NoFix
from tests.fixes.texts import after, name, sites


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(k)\n", "new\nf(k)\n"),
        ("def g():\n\t# why\n\treturn f(k)  # k\n", "def g():\n\t# why\n\tnew\n\treturn f(k)  # k\n"),
        ("def g():\n    x = 1; y = f(k)\n", "def g():\n    x = 1; new; y = f(k)\n"),
        ("x = 1; y = f(k)\n", "x = 1; new; y = f(k)\n"),
        ("if a:\n    if k:\n        pass\n", "if a:\n    new\n    if k:\n        pass\n"),
        ("for x in k:\n    pass\n", "new\nfor x in k:\n    pass\n"),
        ("with k:\n    pass\n", "new\nwith k:\n    pass\n"),
        ("x = (a +\n     k)\n", "new\nx = (a +\n     k)\n"),
    ],
)
def test_a_statement_before(text, expected):
    assert after(text, statements.before(name(text, "k"), "new")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "if a: f(k)\n",
        "x = [f(k) for a in b]\n",
        "x = {a: b for a in c if k}\n",
        "f = lambda: k\n",
        "while k:\n    pass\n",
        "if a:\n    pass\nelif k:\n    pass\n",
        "@f(k)\ndef g(): pass\n",
        "def g(a=k): pass\n",
        "with a, k:\n    pass\n",
    ],
)
def test_no_statement_can_stand_before(text):
    with pytest.raises(NoFix):
        statements.before(name(text, "k"), "new")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f()\n", "f(x=1)\n"),
        ("f(a)\n", "f(a, x=1)\n"),
        ("f(a, )\n", "f(a, x=1, )\n"),
        ("f(\n    a,\n    *b,  # why\n)\n", "f(\n    a,\n    *b,\n    x=1,  # why\n)\n"),
        ("(f)((a))\n", "(f)((a), x=1)\n"),
        ("f(x = (2), y=3)\n", "f(x = (1), y=3)\n"),
    ],
)
def test_an_argument_is_given(text, expected):
    call = sites(text, cst.Call)[0]
    assert after(text, elements.with_argument(call, "x", "1")) == expected


def test_a_generator_without_parentheses_takes_no_argument():
    with pytest.raises(NoFix):
        elements.with_argument(sites("f(a for a in b)\n", cst.Call)[0], "x", "1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(x=1)\n", "f()\n"),
        ("f(x=1,)\n", "f()\n"),
        ("f(x=1, y=2)\n", "f(y=2)\n"),
        ("f(a, x=1)\n", "f(a)\n"),
        ("f(\n    a,\n    x=1,\n)\n", "f(\n    a,\n)\n"),
        ("f(\n    x=1,\n    y=2,\n)\n", "f(\n    y=2,\n)\n"),
    ],
)
def test_an_argument_is_taken_out(text, expected):
    assert after(text, elements.without_argument(sites(text, cst.Call)[0], "x")) == expected


def test_a_comment_is_never_lost():
    text = "f(\n    x=1,  # why\n    y=2,\n)\n"
    with pytest.raises(NoFix):
        elements.without_argument(sites(text, cst.Call)[0], "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}\n", '{"x": 1}\n'),
        ("{'a': 2}\n", "{'a': 2, 'x': 1}\n"),
        ('{"a": 2}\n', '{"a": 2, "x": 1}\n'),
        ("{'x': 2, **b}\n", "{'x': 1, **b}\n"),
    ],
)
def test_an_entry_is_given(text, expected):
    assert after(text, elements.with_entry(sites(text, cst.Dict)[0], "x", "1")) == expected


def test_an_entry_can_come_first():
    text = "{'a': 2}\n"
    assert after(text, elements.with_entry(sites(text, cst.Dict)[0], "x", "1", first=True)) == "{'x': 1, 'a': 2}\n"


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("import jax", "jax.random.split"),
        ("import jax.random", "jax.random.split"),
        ("import jax.random as jr", "jr.split"),
        ("import jax as j", "j.random.split"),
        ("from jax import random", "random.split"),
        ("import jax\nfrom jax import random as r", "r.split"),
        ("from jax.random import split", "split"),
        ("from jax.random import split as s, normal", "s"),
    ],
)
def test_what_the_file_calls_a_function(imports, expected):
    assert names.spelled_as(name(f"{imports}\ndef f(k):\n    return k\n", "k"), "jax.random.split") == expected


@pytest.mark.parametrize(
    "text",
    [
        "from .common import jax\ndef f(k): k\n",
        "import jax\njax = 1\ndef f(k): k\n",
        "import jax\ndef f(k, jax): k\n",
        "import jax\ndef f(k):\n    for jax in k: pass\n",
        "import jax\nf = lambda jax: k\n",
        "def f(k):\n    k\n    import jax\n",
        "if TYPE_CHECKING:\n    import jax\ndef f(k): k\n",
        "def g():\n    import jax\ndef f(k): k\n",
        "try:\n    import jax\nexcept ImportError:\n    jax = None\ndef f(k): k\n",
    ],
)
def test_what_is_not_imported_has_no_name(text):
    with pytest.raises(NoFix):
        names.spelled_as([site for site in sites(text, cst.Name) if site.node.value == "k"][-1], "jax.random.split")


def test_a_name_is_free_in_all_functions_around():
    text = "def f(k):\n    subkey = 1\n    def g():\n        return k\n    def h():\n        other_key = 2\n"
    assert names.fresh(name(text, "k"), "subkey") == "subkey_2"
    assert names.fresh(name(text, "k"), "subkey", "other_key") == "subkey_2"
    assert names.fresh(name(text, "k"), "subkey", "next_key") == "next_key"
    assert names.fresh(name(text, "k"), "next_key", taken=["next_key"]) == "next_key_2"


def test_a_name_of_the_file_is_free_in_all_of_it():
    text = "print(k)\ndef f():\n    return subkey\n"
    assert names.fresh(name(text, "k"), "subkey") == "subkey_2"


def test_an_import_is_added_once():
    text = '"""Text."""\nfrom __future__ import annotations\n\nimport jax\nprint(k)\n'
    edit = names.import_of(name(text, "k"), "zlib")
    changed = after(text, edit)
    assert changed == text.replace("import jax", "import zlib\nimport jax")
    assert names.import_of(name(changed, "k"), "zlib") is None


@pytest.mark.parametrize(
    ("text", "right"),
    [("jax.vmap", True), ("vmap", True), ("v", True), ("random.vmap", False), ("numpy.vmap", False), ("jax", False)],
)
def test_what_stands_for_a_function(text, right):
    program = "import jax\nfrom jax import random, vmap, vmap as v\nprint(k)\n"
    assert names.spells(name(program, "k"), text, "jax.vmap") is right
