"""Files in pieces: what is cut where, what matters, and what is never parsed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import libcst as cst
import pytest

from flake8_flax_rng.interpreter.roots.analysis import Analysis
from flake8_flax_rng.lint import lint
from flake8_flax_rng.semantics.names import handles_keys, interesting, works_with_keys
from flake8_flax_rng.syntax.index import SMALL, Index, Interest, build
from flake8_flax_rng.syntax.source import Chunk, NotAnalysed, borrowed_trees, chunks
from tests import ROOT

TEXT = '''\
"""A module."""
import jax; from jax import random

@jax.jit
@jax.named_call
def f(key): return random.normal(key)

class Net:
    a = 1
    def g(self): return 2


x = """
text
"""; y = 2; z = [
    3,
]; w = 4
if x: pass
else:
    async def h(): pass
'''


def cut(text: str) -> list[Chunk]:
    return chunks(text, ast.parse(text))


def statements(chunk: Chunk) -> list[cst.BaseStatement | cst.BaseSmallStatement]:
    found = []
    for part in chunk.module.body:
        found.extend(part.body if isinstance(part, cst.SimpleStatementLine) else [part])
    return found


# Chunks


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_each_statement_stands_in_one_chunk(end):
    text = TEXT.replace("\n", end)
    tree = ast.parse(text)
    pieces = chunks(text, tree)
    assert [statement for chunk in pieces for statement in chunk.tree] == tree.body
    for chunk in pieces:
        assert len(statements(chunk)) == len(chunk.tree)
        assert ast.dump(ast.parse(chunk.text)) == ast.dump(ast.Module(chunk.tree, []))


def test_lines_are_not_shared():
    pieces = cut(TEXT)
    covered = [
        line for chunk in pieces for line in range(chunk.first_line, chunk.first_line + len(chunk.text.splitlines()))
    ]
    assert len(covered) == len(set(covered))
    assert [chunk.first_line for chunk in pieces] == sorted(chunk.first_line for chunk in pieces)


def test_nothing_to_cut():
    assert cut("") == []
    assert cut("# a comment\n\n") == []


def test_decorators_belong_to_the_definition():
    (chunk,) = [chunk for chunk in cut(TEXT) if "def f" in chunk.text]
    assert chunk.text.startswith("@jax.jit\n@jax.named_call\n")
    assert chunk.first_line == 4


REUSE = "k = random.key(0)\nrandom.normal(k)\nrandom.normal(k)\n"


def place(text: str) -> tuple[int, int]:
    (finding,) = lint(text)
    return finding.line, finding.column


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"from jax import random\n{REUSE}", (4, 14)),
        (f"from jax import random\n{REUSE}".replace("\n", "\r\n"), (4, 14)),
        (f"from jax import random\n{REUSE}".replace("\n", "\r"), (4, 14)),
        (f"from jax import random\n\f\n{REUSE}", (5, 14)),
        (f"\f\nfrom jax import random\n'''\f'''\n{REUSE}", (6, 14)),
        ("from jax import random\ndef f(k):\n\tif k:\n\t\trandom.normal(k)\n\t\trandom.normal(k)\n", (5, 16)),
        ("from jax import random; k = random.key(0); random.normal(k); random.normal(k)\n", (1, 75)),
        ("from jax import random\nk = random.key(0); random.normal(k)\nrandom.normal(\n  k,\n)\n", (4, 2)),
        ("from jax import random\nk = random.key(0)\nrandom.normal(k)\n'ä€🎲', random.normal(k)", (4, 21)),
        ("\ufefffrom jax import random\n" + REUSE, (4, 14)),
        ("from jax import random\nx = '''\n\n'''; k = random.key(0); random.normal(k)\nrandom.bits(k)", (5, 12)),
        ("from jax import random\nk = \\\n  random.key(0)\nrandom.normal(k)\nrandom.normal(\\\nk)\n", (6, 0)),
    ],
    ids=[
        "LF", "CRLF", "CR", "form feed", "form feeds", "tabs", "semicolons", "call over lines", "wide characters",
        "byte order mark", "shared line", "continued line",
    ],
)  # fmt: skip
def test_places(text, expected):
    assert place(text) == expected


def test_a_piece_that_libcst_rejects():
    (first, second) = cut("import jax\n(seed): int = 3\n")
    assert isinstance(first.module, cst.Module)
    with pytest.raises(NotAnalysed) as caught:
        _ = second.module
    assert caught.value.line == 2


# What matters


def index(text: str) -> Index:
    return build(ast.parse(text), interesting)


LONG = "    x = 1\n" * SMALL


def test_what_names_jax_random_matters_and_what_names_that():
    text = (
        "import jax\nfrom numpy import zeros\n"
        f"def draw(k):\n{LONG}    return jax.random.normal(k)\n"
        f"def helper(k):\n{LONG}    return draw(k)\n"
        f"def step(k):\n{LONG}    return helper(k)\n"
        f"def other(x):\n{LONG}    return zeros(x) + jax.numpy.ones(x)\n"
    )
    found = index(text)
    assert found.relevant == {"draw", "helper", "step"}
    assert not found.followed("other")
    assert [found.matters(number) for number in range(6)] == [True, True, True, True, True, False]


def test_methods_matter_one_by_one():
    text = (
        "from jax import random\nclass Agent:\n"
        f"    def act(self, k):\n{LONG.replace('    ', '        ')}        return random.normal(k)\n"
        f"    def run(self, k):\n{LONG.replace('    ', '        ')}        return self.act(k)\n"
        f"    def show(self):\n{LONG.replace('    ', '        ')}        return 'agent'\n"
    )
    assert index(text).relevant == {"Agent.act", "Agent.run"}


def test_what_a_helper_stores_matters():
    text = (
        "from jax import random\nKEY = random.key(0)\nOTHER = 1\n"
        f"def f():\n{LONG}    return KEY\n"
        f"def g():\n{LONG}    return OTHER\n"
    )
    assert index(text).relevant == {"f"}


def test_what_takes_the_place_of_something_that_matters_matters():
    text = (
        "import jax\n"
        f"def draw(k):\n{LONG}    return jax.random.normal(k)\n"
        f"def draw(k):\n{LONG}    return 0.0\n"
        f"def other(k):\n{LONG}    return 0.0\n"
        f"class Agent:\n    def act(self, k):\n        return jax.random.normal(k)\n"
        f"class Agent:\n    def act(self, k):\n        return 0.0\n"
    )
    assert [index(text).matters(number) for number in range(6)] == [True, True, True, False, True, True]


def test_cycles_end():
    text = f"from jax import random\ndef f():\n{LONG}    return g(), random\ndef g():\n{LONG}    return f()\n"
    assert index(text).relevant == {"f", "g"}


def test_short_functions_are_followed():
    found = index("import jax\ndef pick(state):\n    return state.key\n")
    assert found.relevant == set()
    assert found.followed("pick")


@pytest.mark.parametrize(
    ("given", "matters"), [("pair.keys()", False), ("keys", True), ("keys(pair)", True), ("pair['key']", False)]
)
def test_beside_another_file_a_key_matters_and_not_the_keys_of_a_dict(given, matters):
    text = f"import utils\ndef show(pair, keys):\n{LONG}    return utils.f({given})\n"
    found = build(ast.parse(text), Interest(interesting, lambda path: path == "utils", handles_keys))
    assert found.relevant == ({"show"} if matters else set())


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("def f(x):\n    return sorted(x, key=lambda item: item[0])\n", False),
        ("def f(x, key):\n    return sorted(x, key=lambda item: item[0])\n", True),
        ("def f(x):\n    return draw(x, key=x)\n", True),
    ],
)
def test_a_file_that_only_sorts_by_a_key_works_with_none(text, works):
    assert works_with_keys("import jax\n" + text) is works


def test_everything_matters_behind_a_star():
    text = f"from jax.random import *\ndef f(k):\n{LONG}    return normal(k)\n"
    assert index(text).relevant == {"f"}


UNRELATED = f"def unrelated(x):\n{LONG}    return x + x\n"
UNRELATED_CLASS = f"class Unrelated:\n    def f(self):\n{LONG.replace('    ', '        ')}\n"


def test_a_tree_is_lent_to_one_chunk_at_a_time_and_parsed_once():
    text = "import jax\n\ndef draw(k):\n    return jax.random.normal(k)\n"
    with borrowed_trees():
        first, again = cut(text)[1], cut(text)[1]
        tree = first.module
        assert tree is first.module
        assert again.module is not tree
    assert not first.parsed
    with borrowed_trees():
        assert cut(text)[1].module is tree


def test_what_does_not_matter_is_not_parsed():
    text = (
        "import jax\n"
        + UNRELATED
        + UNRELATED_CLASS
        + f"def helper(k):\n{LONG}    return jax.random.normal(k)\n"
        + f"def step(k):\n{LONG}    helper(k)\n    return helper(k)\n"
    )
    tree = ast.parse(text)
    pieces = chunks(text, tree)
    events = Analysis(pieces, build(tree, interesting)).run()
    assert events
    parsed = {chunk.text.split("(")[0].split(":")[0] for chunk in pieces if chunk.parsed}
    assert {"def helper", "def step"} <= parsed
    assert not {"def unrelated", "class Unrelated"} & parsed


def test_a_file_that_hands_names_on_is_not_analysed(monkeypatch):
    """Whatever it imports: there is nothing in it that could go wrong."""
    monkeypatch.setattr("flake8_flax_rng.interpreter.roots.analysis.Analysis", None)
    assert lint('"""All of it."""\nimport jax\nfrom .models import *\n__all__ = ["a", "b"]\nVERSION = "1"\n') == []
    with pytest.raises(TypeError):
        lint("import jax\nkey = jax.random.key(0)\n")


@pytest.mark.parametrize(
    ("text", "analysed"),
    [
        ('MODELS = {"cnn": models.CNN, "all": [*models.ALL]}\n', False),
        ('def get(name, default=None):\n    """Get it."""\n    return MODELS[name]\n', False),
        ("def get(rng):\n    return rng\n", True),
        ("def get(name=MODELS):\n    return name\n", True),
        ("@jax.jit\ndef get(name):\n    return name\n", True),
        ("def get(name):\n    if name:\n        return name\n", True),
        ("def get(name):\n    return MODELS[name]()\n", True),
        ("models.RATE = RATE\n", True),
        ("class Kept(models.CNN):\n    pass\n", True),
        ("LARGE = models.SMALL * 2\n", True),
    ],
)
def test_where_nothing_is_called_or_computed_nothing_is_followed(monkeypatch, text, analysed):
    seen = []
    monkeypatch.setattr("flake8_flax_rng.lint._analysed", lambda *_: seen.append(1) or [])
    assert lint(f"import jax\nfrom . import models\n{text}") == []
    assert bool(seen) is analysed


def test_what_is_asked_for_is_parsed_after_all():
    text = f"import jax\n{UNRELATED}k = jax.random.key(unrelated(1))\n"
    assert lint(text) == []


# The caller's tree, and order

FILE = "import jax\nfrom jax import random\n" + REUSE + "def f(k):\n    random.normal(k), random.bits(k)\n"


def test_the_tree_is_only_read():
    tree = ast.parse(FILE)
    before = ast.dump(tree, include_attributes=True)
    fields = [sorted(vars(node)) for node in ast.walk(tree)]
    assert lint(FILE, tree)
    assert ast.dump(tree, include_attributes=True) == before
    assert [sorted(vars(node)) for node in ast.walk(tree)] == fields


def test_a_tree_or_none_is_the_same():
    assert lint(FILE, ast.parse(FILE)) == lint(FILE)


def test_one_file_does_not_change_the_next():
    others = [
        "from jax import random\nimport random\nk = 1\nrandom.normal(k)\nrandom.normal(k)\n",
        FILE.replace("k", "q"),
        "import jax\nrandom = jax.random\n" + REUSE,
    ]
    alone = {text: lint(text) for text in [FILE, *others]}
    for text in [*others, FILE, *reversed(others), FILE]:
        assert lint(text) == alone[text]


@pytest.mark.slow
def test_hash_seeds_do_not_change_findings():
    script = (
        "from pathlib import Path\nfrom flake8_flax_rng.lint import lint\n"
        "for folder in sorted(Path('fixtures').iterdir()):\n"
        "    for path in sorted(folder.glob('bad_*.py'))[:3]:\n"
        "        print(path.name, lint(path.read_text(encoding='utf-8')))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(said) == 1
    assert "RNG101" in said.pop()
