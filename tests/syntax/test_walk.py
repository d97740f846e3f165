"""The walk passes by contexts and operators alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_flax_rng.syntax.walk import statements, walk

PASSED_BY = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
FILES = sorted(Path(ast.__file__).parent.glob("[a-d]*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_node_is_seen_once(path):
    tree = ast.parse(path.read_bytes())
    seen = list(walk(tree))
    assert len(seen) == len(set(map(id, seen)))
    assert set(map(id, seen)) == {id(node) for node in ast.walk(tree) if not isinstance(node, PASSED_BY)}


def test_the_order_is_that_of_the_text():
    names = [node.id for node in walk(ast.parse("a(b, *c, d=e)\nf[g]: h = i")) if isinstance(node, ast.Name)]
    assert names == list("abcefghi")


def test_other_attributes_of_nodes_are_not_followed():
    tree = ast.parse("a = 1")
    tree.body[0].parent = tree
    assert len(list(walk(tree))) == 4


def test_statements_are_all_that_a_walk_finds():
    text = (
        "import a\nif x:\n    import b\nelif y:\n    import c\nelse:\n    import d\n"
        "try:\n    import e\nexcept E:\n    import f\nelse:\n    import g\nfinally:\n    import h\n"
        "for i in x:\n    import i\nelse:\n    import j\nwhile x:\n    import k\nwith x:\n    import l\n"
        "class C:\n    def f(self):\n        async def g():\n            import m\n            async with x: import n\n"
        "            async for i in x: import o\n"
        "match x:\n    case 1:\n        import p\n    case _:\n        import q\n"
        "try: import r\nexcept* E: import s\n"
    )
    for source in (text, Path(__file__).read_text()):
        tree = ast.parse(source)
        assert list(statements(tree.body)) == [node for node in walk(tree) if isinstance(node, ast.stmt)]
