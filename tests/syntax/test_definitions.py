"""The functions of a text in both trees."""

from __future__ import annotations

import ast

from flake8_flax_rng.lint import lint
from flake8_flax_rng.syntax.cst_children import functions_in
from flake8_flax_rng.syntax.names_in_text import definition
from flake8_flax_rng.syntax.source import borrowed_trees, chunks

TEXT = """\
class Net:
    @property
    def first(self):
        def inner(): return 1
        if self:
            def again(): pass
        elif 1:
            def other(): pass
        else:
            def last(): pass
        return inner
    async def second(self):
        try:
            def tried(): pass
        except ValueError:
            def caught(): pass
        else:
            def passed(): pass
        finally:
            def always(): pass
        with self, open(""):
            for _ in ():
                def looped(): pass
            else:
                def over(): pass
        match self:
            case 1:
                def matched(): pass
        return lambda: 1
"""


def test_each_function_has_its_twin():
    (chunk,) = chunks(TEXT, ast.parse(TEXT))
    with borrowed_trees():
        found = [(node.name.value, definition(chunk, node)) for node in functions_in(chunk.module)]
        assert [name for name, _ in found] == [twin.name if twin is not None else "" for _, twin in found]
        lines = [twin.lineno for _, twin in found if twin is not None]
    assert lines == sorted(set(lines))
    assert len(lines) == TEXT.count("def ")


def test_nothing_is_placed_where_nothing_is_found(monkeypatch):
    """To find where LibCST's nodes stand costs more than to parse them."""
    monkeypatch.setattr("flake8_flax_rng.syntax.source.positions", None)
    text = (
        "import jax\n"
        "def draw(key, other):\n    return jax.random.normal(key) + jax.random.normal(other)\n"
        "def both(key):\n    first, second = jax.random.split(key)\n    return draw(first, second)\n"
    )
    assert lint(text) == []
