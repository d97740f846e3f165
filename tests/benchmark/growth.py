"""How the time grows with one dimension of a program at a time."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from unittest.mock import patch

from flake8_flax_rng.lint import lint
from flake8_flax_rng.syntax import source

_HEAD = "import jax\n\n\n"


def functions(count: int) -> str:
    """Return a file of ``count`` functions that draw."""
    one = "def draw{0}(key, x):\n    key, sub = jax.random.split(key)\n    y = x + jax.random.normal(sub, x.shape)\n"
    return _HEAD + "".join(f"{one.format(n)}    return key, y * {n}\n\n\n" for n in range(count))


def branches(count: int) -> str:
    """Return a function with ``count`` branches in sequence, each of which renews the key."""
    one = "    if x > {0}:\n        key, sub = jax.random.split(key)\n        x += {0}\n"
    body = "".join(one.format(n) for n in range(count))
    return f"{_HEAD}def f(key, x):\n{body}    return jax.random.normal(key, (3,))\n"


def draws(count: int) -> str:
    """Return a function that draws ``count`` times from one key."""
    return f"{_HEAD}def f(key, x):\n" + "    x = x + jax.random.normal(key)\n" * count + "    return x\n"


def keys(count: int) -> str:
    """Return a function with ``count`` keys, each of which is used once."""
    one = "    k{0} = jax.random.fold_in(key, {0})\n    x = x + jax.random.normal(k{0})\n"
    return f"{_HEAD}def f(key, x):\n{''.join(one.format(n) for n in range(count))}    return x\n"


def drawing_branches(count: int) -> str:
    """Return a function with ``count`` branches in sequence, each of which draws."""
    one = "    if x > {0}:\n        x = x + jax.random.normal(jax.random.fold_in(key, {0}))\n"
    return f"{_HEAD}def f(key, x):\n{''.join(one.format(n) for n in range(count))}    return x\n"


def drawing_nest(depth: int) -> str:
    """Return a function with conditions nested ``depth`` deep, below each of which it draws."""
    one = "{1}if x > {0}:\n{1}    x = x + jax.random.normal(jax.random.fold_in(key, {0}))\n"
    return f"{_HEAD}def f(key, x):\n{''.join(one.format(n, '    ' * (n + 1)) for n in range(depth))}    return x\n"


def tries(depth: int) -> str:
    """Return a function with ``try`` nested ``depth`` deep, in each of which it draws."""
    one = "{1}try:\n{1}    x = x + jax.random.normal(jax.random.fold_in(key, {0}))\n"
    body = "".join(one.format(n, "    " * (n + 1)) for n in range(depth))
    ends = "".join("{0}except ValueError:\n{0}    x = 0\n".format("    " * (n + 1)) for n in reversed(range(depth)))
    return f"{_HEAD}def f(key, x):\n{body}{ends}    return x\n"


def lambdas(depth: int) -> str:
    """Return a function with lambdas nested ``depth`` deep."""
    heads = "".join(f"lambda a{n}: " for n in range(depth))
    return f"{_HEAD}def f(key):\n    return {heads}jax.random.normal(key)\n"


def nesting(depth: int) -> str:
    """Return a function with conditions nested ``depth`` deep."""
    lines = [f"{'    ' * (n + 1)}if x > {n}:\n{'    ' * (n + 2)}x = x - 1\n" for n in range(depth)]
    return f"{_HEAD}def f(key, x):\n{''.join(lines)}    return jax.random.normal(key, (3,))\n"


def loops(depth: int, over: str = "range(3)") -> str:
    """Return a function with loops nested ``depth`` deep, and a draw in the innermost one."""
    lines = [f"{'    ' * (n + 1)}for i{n} in {over}:\n" for n in range(depth)]
    inner = "    " * (depth + 1)
    step = f"{inner}key, sub = jax.random.split(key)\n{inner}x = x + jax.random.normal(sub, (3,))\n"
    return f"{_HEAD}def f(key, x):\n{''.join(lines)}{step}    return x\n"


def calls(depth: int) -> str:
    """Return functions that call one another, each the next one twice with keys of its own."""
    body = "    a, b = jax.random.split(key)\n    return f{0}(a) + f{0}(b)\n\n\n"
    chain = "".join(f"def f{n}(key):\n{body.format(n + 1)}" for n in range(depth))
    return f"{_HEAD}{chain}def f{depth}(key):\n    return jax.random.normal(key, (3,))\n"


def fields(count: int) -> str:
    """Return a class with ``count`` fields and a method that reads each of them."""
    names = "".join(f"        self.f{n} = jax.random.fold_in(key, {n})\n" for n in range(count))
    reads = "".join(f"        x = x + jax.random.normal(self.f{n}, (3,))\n" for n in range(count))
    return f"{_HEAD}class C:\n    def __init__(self, key):\n{names}\n    def m(self, x):\n{reads}        return x\n"


def sharing(depth: int) -> str:
    """Return a program that doubles a tuple ``depth`` times, and goes over the leaves."""
    doubling = "".join("x = (x, x)\n" for _ in range(depth))
    return f"import jax\nx = (1.0, 2.0)\n{doubling}y = jax.tree.map(lambda leaf: leaf + 1, x)\n"


CURVES: dict[str, tuple[Callable[[int], str], tuple[int, ...]]] = {
    "lines of functions": (lambda lines: functions(lines // 6), (100, 1_000, 10_000, 50_000)),
    "branches in sequence": (branches, (2, 4, 8, 16, 32, 64)),
    "branches that draw": (drawing_branches, (4, 16, 64, 256)),
    "draws from one key": (draws, (4, 16, 64, 256)),
    "keys": (keys, (4, 16, 64, 256)),
    "nested conditions that draw": (drawing_nest, (2, 4, 8, 16)),
    "nested try": (tries, (2, 4, 8, 16)),
    "nested lambdas": (lambdas, (4, 16, 64)),
    "nested loops over what is not known": (lambda depth: loops(depth, "xs"), (1, 2, 4, 8, 16)),
    "nested conditions": (nesting, (2, 4, 8, 16)),
    "nested loops": (loops, (1, 2, 3, 4, 6)),
    "call depth": (calls, (1, 2, 4, 8, 16)),
    "fields": (fields, (4, 16, 64, 256)),
    "doublings of a tuple": (sharing, (4, 16, 64, 256)),
}


def curve(name: str) -> list[tuple[int, float]]:
    """Return for each size the milliseconds of CPU for 1,000 lines."""
    make, sizes = CURVES[name]
    return [(size, _cost(make(size))) for size in sizes]


def _cost(text: str) -> float:
    tree = ast.parse(text)
    repeats = max(1, 2_000 // text.count("\n"))
    with patch.object(source, "CHARACTERS_KEPT", 0):  # each run parses anew
        start = time.process_time()
        for _ in range(repeats):
            lint(text, tree)
        spent = time.process_time() - start
    return 1_000_000 * spent / repeats / text.count("\n")
