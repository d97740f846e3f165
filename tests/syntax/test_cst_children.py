"""They are a node's children in their order, without space and punctuation."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from flake8_flax_rng.syntax import cst_children
from flake8_flax_rng.syntax.cst_children import children_of

FILES = [*Path(cst_children.__file__).parent.glob("*.py"), *Path(__file__).parents[1].glob("*.py")]
ODD = """
async def f(a, /, b=1, *args: int, c: str = "", **more: dict) -> None:
    async with a as b, c:
        async for i in x:
            await g(a=1, *b, **c)
    x = [a if b else c for d in e if f async for g in h]
    y = {**a, 1: 2, **{k: v for k, v in w}}
    z = lambda a, *b, c=1: a[1:2, ..., ::3] @ -b ** c
    return f"{a!r:>{b}} text" "more" if not a < b <= c else (d := (yield))


class C(A, B, metaclass=M):
    a: int = 1
    try:
        pass
    except (A, B) as e:
        raise X from e
    else:
        del a, b
    finally:
        global q


try:
    pass
except* A as e:
    assert a, b

match x:
    case [a, *_] | {"b": 1, **rest} | C(1, d=None) as q if q:
        a += 1
    case _:
        pass
"""


@pytest.mark.parametrize("text", [ODD, *[file.read_text() for file in FILES]])
def test_they_are_the_children(text):
    waiting: list[cst.CSTNode] = [cst.parse_module(text)]
    while waiting:
        node = waiting.pop()
        expected = [child for child in node.children if type(child) not in cst_children._SKIPPED]
        assert list(map(id, children_of(node))) == list(map(id, expected)), type(node)
        waiting += expected
