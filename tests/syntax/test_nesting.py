"""Deep texts: neither LibCST's parser nor the analysis may overflow a stack, or run for ever."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from flake8_flax_rng.syntax.nesting import too_deep

CHAINS = {  # one level for each of 400
    "sum": "x = " + " + ".join(["a"] * 400),
    "attributes": "x = a" + ".b" * 400,
    "subscripts": "x = a" + "[0]" * 400,
    "conditions": "x = " + "1 if a else " * 400 + "2",
    "lambdas": "x = " + "lambda key: " * 400 + "1",
    "not": "x = " + "not " * 400 + "a",
    "powers": "x = " + " ** ".join(["a"] * 400),
    "comparisons": "x = " + " < ".join(["a"] * 3000),
    "and": "x = " + " and ".join(["a"] * 3000),
    "method calls": "x = a" + ".b(1)" * 200,
    "strings": "x = " + " ".join(["'a'"] * 1000),
    "elifs": "if a:\n    pass\n" + "elif a:\n    pass\n" * 1000,
    "a wide literal": "x = [" + ", ".join(map(str, range(3000))) + "]",
    "a wide dict": "x = {" + ", ".join(f"'k{i}': {i}" for i in range(3000)) + "}",
    "many targets": "x = " * 1000 + "1",
    "decorators": "@a\n" * 1000 + "def g(): pass",
}
BRACKETS = {  # Python allows 200
    "parentheses": "x = " + "(" * 190 + "1" + ")" * 190,
    "calls": "x = " + "a(" * 190 + "1" + ")" * 190,
    "lists": "x = " + "[" * 190 + "]" * 190,
    "comprehensions": "x = " + "[y for y in " * 90 + "b" + "]" * 90,
    "generators": "x = " + "a(y for y in " * 90 + "b" + ")" * 90,
    "dicts": "x = " + "{1: " * 90 + "1" + "}" * 90,
    "targets": "(" * 90 + "x" + ",)" * 90 + " = b",
    "f-strings": "x = " + " + ".join(["f'{f\"{a}\"}'"] * 90),
}


def levels(first: str, last: str = "pass", count: int = 90) -> str:
    """Python allows 100 levels of indentation."""
    return "".join(" " * i + first.format(i) + "\n" for i in range(count)) + " " * count + last


BLOCKS = {
    "with": levels("with a:"),
    "if": levels("if a:"),
    "def": levels("def g{}(key):"),
    "class": levels("class G{}:"),
    "try": levels("try:") + "\n" + "".join(" " * i + "finally: pass\n" for i in reversed(range(90))),
    "while": levels("while a:"),
    "for": levels("for y in b:"),
}
REFUSED = {  # LibCST would overflow, or not come back
    "method calls": "x = a" + ".b(1)" * 400,
    "and": "x = " + " and ".join(["a"] * 20_000),
    "mapping patterns": "match a:\n  case " + "{1: " * 40 + "1" + "}" * 40 + ": pass",
    "sequence patterns": "match a:\n  case " + "[" * 90 + "]" * 90 + ": pass",
    "patterns in parentheses": "match a:\n  case " + "(" * 90 + "1" + ")" * 90 + ": pass",
    "class patterns": "match a:\n  case " + "A(b=" * 20 + "1" + ")" * 20 + ": pass",
    "deleted": "del " + "(" * 40 + "x" + ",)" * 40,
    "deleted in parentheses": "del " + "(" * 90 + "x" + ")" * 90,
}

SCRIPT = """\
import ast, json, sys, threading
from flake8_flax_rng.plugin import Plugin

stack, limit = int(sys.argv[1]), int(sys.argv[2])
texts = json.load(sys.stdin)
trees = {name: ast.parse(text) for name, text in texts.items()}

def lint():
    for name, text in texts.items():
        found = Plugin(trees[name], text.splitlines(keepends=True), "deep.py").run()
        print(json.dumps([name, [[line, message.split()[0]] for line, _, message, _ in found]]), flush=True)

if limit:
    sys.setrecursionlimit(limit)
if stack:
    threading.stack_size(stack)
    thread = threading.Thread(target=lint)
    thread.start()
    thread.join()
else:
    lint()
assert not limit or sys.getrecursionlimit() == limit
"""


def program(text: str) -> str:
    inner = "".join(f"  {line}\n" for line in text.splitlines())
    return (
        f"import jax\nfrom a import a, b\ndef f(key, n=jax.random):\n  y = 0\n{inner}"
        "key = jax.random.key(0)\njax.random.normal(key)\njax.random.normal(key)\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stack", "limit"),
    [(0, 0), (512 * 1024, 0), (0, 150), (512 * 1024, 150)],
    ids=["main thread", "thread of a server", "low limit", "low limit in a thread"],
)
def test_deep_texts(stack, limit):
    texts = {name: program(text) for name, text in {**CHAINS, **BRACKETS, **BLOCKS}.items()}
    refused = {f"refused {name}": program(text) for name, text in REFUSED.items()}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(stack), str(limit)],
        input=json.dumps({**texts, **refused}),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    reports = dict(map(json.loads, done.stdout.splitlines()))
    assert list(reports) == [*texts, *refused], done.stderr
    assert done.returncode == 0, done.stderr
    for name, text in texts.items():
        assert reports[name] == [[text.count("\n"), "RNG101"]], name
    for name, text in refused.items():
        assert reports[name] == [[3, "RNG001"], [text.count("\n"), "RNG101"]], name


def reason(text: str) -> str | None:
    return too_deep(ast.parse(text).body, text)


def test_what_people_write_is_not_too_deep():
    cases = "".join(
        f"  case Add(left=Const(value={i}), right=[Const(), *_]):\n    del x[i], (y, z)\n" for i in range(200)
    )
    assert reason("match node:\n" + cases) is None
    assert (
        reason("match node:\n  case {'a': [Point(x=(0 | 1)), {'b': [1, *_]}]}:\n    f(g(h([[[[[[[[1]]]]]]]])))\n")
        is None
    )
    assert reason("x = a" + ".b(1)" * 200 + "\n") is None
    assert reason("# " + "x" * 600 + "\nif a:\n    pass\n" + "elif a:\n    pass\n" * 1000) is None
    assert reason("case = [[[[[[[[[[[[1]]]]]]]]]]]]\n") is None


DEEP = "a" + ".b" * 600


@pytest.mark.parametrize(
    "text",
    [
        "{}\n",
        "x = 1; {}\n",
        "x = 1\rif y:\r    {}\r",
        "@{}\ndef f(): pass\n",
        "@a\n@b(\n{}\n)\nclass C: pass\n",
        "def f(x={}): pass\n",
        "def f(x):\n    return {}\n",
        "class C({}): pass\n",
        "if x:\n    pass\nelif {}:\n    pass\n",
        "for x in y:\n    pass\nelse:\n    {}\n",
        "with a as b, {}: pass\n",
        "try:\n    pass\nexcept {}:\n    pass\n",
        "try:\n    pass\nexcept a:\n    {}\n",
        "try:\n    pass\nfinally:\n    {}\n",
        "match a:\n    case 1 if {}:\n        pass\n",
        "match {}:\n    case 1: pass\n",
        "match a:\n    case 1:\n        {}\n",
        "match a:\n    case {}: pass\n",
        "while True:\n    async def f():\n        async for x in {}: pass\n",
        "lambda: {}\n",
    ],
)
def test_wherever_it_is(text):
    assert reason(text.format(DEEP)) == "it is nested too deeply"
    assert reason(text.format(DEEP[:801])) is None


def test_every_bracket_of_a_pattern_counts():
    case = "  case " + "{1: " * 8 + "y" + "}" * 8 + ": pass\n"
    assert reason("match a:\n" + case) == "a pattern is nested too deeply"
    assert reason("match a:\n" + case.replace("{1: " * 8, "{1: " * 5).replace("}" * 8, "}" * 5)) is None
    assert reason("match a:\n  case (  # (\n    (" + "[" * 8 + "y" + "]" * 8 + ")): pass\n") is not None
    assert reason("match a:\n  case '((((((((((':  # ((((((((((\n    pass\n") is None
