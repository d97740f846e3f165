"""How far the result of a call gets in the text of its function."""

from __future__ import annotations

import ast

import pytest

from flake8_flax_rng.interpreter.intent.outcomes import Reach, outcomes

LEFT, GIVEN, SHOWN, TESTED, CARRIED = Reach.LEFT, Reach.GIVEN, Reach.SHOWN, Reach.TESTED, Reach.CARRIED
WAITED, TRACED = Reach.WAITED, Reach.TRACED


def reached(*lines: str) -> frozenset[Reach]:
    """How far the result of ``draw()`` gets in a function of these lines."""
    text = "import jax\nimport plot\ndef function(given):\n" + "".join(f"    {line}\n" for line in lines)
    place = next((row, line.index("draw()")) for row, line in enumerate(text.splitlines(), 1) if "draw()" in line)
    found = outcomes(ast.parse(text).body, [place])
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["x = draw()"], set()),
        (["x = draw()", "return x + 1"], {LEFT}),
        (["x = draw()", "given.x = x"], {LEFT}),
        (["x = draw()", "x = 0", "return x"], set()),
        (["x = draw()", "print(f'{x}')"], {SHOWN}),
        (["x = draw()", "plot.line(x)"], {GIVEN}),
        (["x = draw()", "found = []", "found.append(x)"], set()),
        (["x = draw()", "found = []", "found.append(x)", "return found"], {LEFT}),
        (["x = draw()", "if x > 0:", "    pass"], {TESTED}),
        (["x = draw()", "assert x > 0"], {TESTED}),
        (["x = draw()", "x.block_until_ready()"], {WAITED}),
        (["jax.block_until_ready(draw())"], {WAITED}),
        (["x = draw()", "return x.shape"], set()),
        (["x = draw()", "return jax.eval_shape(given, x)"], {TRACED}),
        (["x = draw()", "for _ in range(3):", "    x = given(x)"], {CARRIED}),
        (["x, y = draw(), 1", "for _ in range(3):", "    y = given(x, y)"], {CARRIED}),
        (["x = draw()", "for _ in range(3):", "    y = given(x)"], set()),
        (["x, y = draw(), 0", "for _ in range(3):", "    y += given(x)"], set()),
        (["for _ in range(3):", "    y = draw()", "    for _ in range(2):", "        y = given(y)"], {CARRIED}),
        (["x = draw()", "while given:", "    x = x + 1"], {CARRIED}),
        (["global y", "y = draw()"], {LEFT}),
        (["given = draw()"], set()),
    ],
)
def test_how_far_a_result_gets(lines, expected):
    assert reached(*lines) == expected


def test_a_call_that_is_not_in_the_text():
    assert outcomes(ast.parse("x = 1").body, [(3, 4)]) is None
