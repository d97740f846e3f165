"""Every limit stands in one file, with its reason and with what is said where it is reached."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import flake8_flax_rng.interpreter
from flake8_flax_rng.interpreter.domain import budget

HOUSE = Path(flake8_flax_rng.interpreter.__file__).parent
SAID = ("RNG090 ``", "ilently", "Hides nothing", "hides nothing")

# Numbers that look like limits and are facts: what a 32-bit word holds, how many arguments a call takes, …
FACTS = {
    "_CARRIED",
    "_CONSTANT_SEED",
    "_SECOND",
    "_WORD",
    "_INFINITE",
    "_INPUTS",
    "_DOCUMENTED",
    "_WORDS",
    "_AXES",
    "_EFFECTS",
    "_SETATTR",
    "_INIT_PLACE",
}
FACTS |= {
    "KNOWN",
    "HEIR",
    "DEFAULT",
    "AGAIN",
    "CALLS",
    "MODULE_FRAME",
    "ALL",
    "_SEVERAL",
    "_SHARED_BY_A_PAIR",
}


def documented() -> dict[str, str]:
    """The constants of the file, each with the text below it."""
    body = ast.parse(Path(budget.__file__).read_text()).body
    found = {}
    for node, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assert node.targets[0].id not in found
            text = below.value if isinstance(below, ast.Expr) else None
            found[node.targets[0].id] = " ".join(str(text.value).split()) if isinstance(text, ast.Constant) else ""
    return found


@pytest.mark.parametrize("name", documented())
def test_each_limit_says_what_it_hides(name):
    assert any(said in documented()[name] for said in SAID)


def test_each_limit_is_held():
    texts = " ".join(file.read_text() for file in HOUSE.rglob("*.py") if file != Path(budget.__file__))
    assert [name for name in documented() if name not in re.findall(r"\w+", texts)] == []


def test_each_kind_that_is_reported_is_some_limit_s():
    texts = " ".join(documented().values())
    assert [limit for limit in budget.Limit if f"``{limit.value}``" not in texts] == []


def numbers(tree: ast.Module) -> list[str]:
    """What in a file looks like a limit."""
    numbered = [n for n in tree.body if isinstance(n, ast.Assign) and type(getattr(n.value, "value", None)) is int]
    names = [target.id for node in numbered for target in node.targets if isinstance(target, ast.Name)]
    found = [name for name in names if name.isupper() and name not in FACTS]
    for node in ast.walk(tree):
        if isinstance(node, ast.Slice) and isinstance(node.upper, ast.Constant):
            found += [ast.unparse(node)] if isinstance(node.upper.value, int) and node.upper.value > 3 else []
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == "depth":
            found += [ast.unparse(node)] if isinstance(node.comparators[0], ast.Constant) else []
    return found


@pytest.mark.parametrize("file", sorted(HOUSE.rglob("*.py")), ids=lambda file: str(file.relative_to(HOUSE)))
def test_no_limit_stands_elsewhere(file):
    if file != Path(budget.__file__):
        assert numbers(ast.parse(file.read_text())) == []


def test_a_limit_that_stands_elsewhere_is_seen():
    assert {*numbers(ast.parse("_NESTING = 8\nitems[:40]\nif depth > 4: pass"))} == {"_NESTING", ":40", "depth > 4"}
