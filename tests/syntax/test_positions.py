"""Where nodes stand, as LibCST's own provider says it."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from flake8_flax_rng.syntax import positions as here
from flake8_flax_rng.syntax.positions import positions

FILES = sorted((Path(__file__).parents[2] / "fixtures").glob("RNG1*/bad_*.py"))[::9]

ODD = """\
class A(B, metaclass=C):  # comment
    @ (decorator)
    async def f(self, *args, x: int = (1), **kw) -> "x":
        return ((a
            + b)
            [1:2, ...]) if (yield) else (lambda: (c))

\tpass
if x :
  async with (a) as b, c: y = f'{a!r:>{w}}' "b" \\
      'c'
  for i , in ( x ) : del (a), b ; continue
elif not(x): print(*a, **(b))
match (x):
    case [1, *rest] | {"k": v, **kw} | P(a, b=c) as d if (e): ...
try: ...
except* (E) as e: raise (x) from y
"""


def public(module: cst.Module) -> dict[int, tuple[int, int]]:
    ranges = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    return {id(node): (place.start.line, place.start.column) for node, place in ranges.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_positions_are_those_of_libcst(path):
    module = cst.parse_module(path.read_text(encoding="utf-8"))
    assert positions(module) == public(module)


def test_positions_in_odd_text():
    module = cst.parse_module(ODD.replace("\tpass", "    pass"))
    found = positions(module)
    assert found == public(module)
    assert len(found) > 300


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_positions_with_other_ends_of_lines(newline):
    module = cst.parse_module(f"if x:{newline}    a = '''{newline}''' + (b){newline}")
    assert positions(module) == public(module)


def test_another_libcst_is_asked_in_public(monkeypatch):
    module = cst.parse_module("x = (y)\n")
    monkeypatch.setattr(here, "_Writer", None)
    assert positions(module) == public(module)
