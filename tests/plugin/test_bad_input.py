"""Files that no example shows: none may crash, none may hang, none may harm what is said elsewhere."""

from __future__ import annotations

import ast
import random
import sys
import textwrap

import pytest

from flake8_flax_rng.interpreter.intent import evaluates_the_model
from flake8_flax_rng.plugin import Plugin

BUG = "key = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.normal(key)\n"
"""RNG101 on its third line, once jax is imported."""

CAN_REUSE = "beside.py:4:23 RNG101"


@pytest.fixture
def beside(flake8, tmp_path, reuse):
    """Lint `bad.py` beside a file with a known bug, and return the reports on `bad.py`."""

    def run(content: str | bytes) -> list[str]:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / "bad.py").write_bytes(data)
        (tmp_path / "beside.py").write_text(reuse)
        places: list[str] = flake8("--select=RNG,E9", "bad.py", "beside.py").places
        assert places[-1] == CAN_REUSE
        alone = flake8("--select=RNG,E9", "--stdin-display-name=bad.py", "-", stdin=data).places
        assert alone == places[:-1]
        return [place.removeprefix("bad.py:") for place in places[:-1]]

    return run


def plugin(text: str) -> list[str]:
    """Lint without flake8, whose own pyflakes does not survive deep trees."""
    reports = Plugin(ast.parse(text), text.splitlines(keepends=True), "bad.py").run()
    return [f"{line}:{column + 1} {message.split(' ')[0]}" for line, column, message, _ in reports]


# Texts


@pytest.mark.parametrize(
    "text",
    [
        "import jax\ndef f(:\n" + BUG,
        "import jax\nif True:\n" + BUG,
        "import jax\n'''" + BUG,
        "jax.random.key(0",
    ],
    ids=["signature", "indent", "string", "parenthesis"],
)
def test_a_syntax_error_stays_flake8s(beside, text):
    (report,) = beside(text)
    assert report.endswith((" E999", " E902"))


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", "# jax\n", '"""jax, flax"""\n', "jax", "import jax"])
def test_next_to_nothing(beside, text):
    assert beside(text) == []


def test_a_byte_order_mark(beside):
    assert beside("\N{ZERO WIDTH NO-BREAK SPACE}import jax\n" + BUG) == ["4:23 RNG101"]
    text = "\N{ZERO WIDTH NO-BREAK SPACE}import jax; key = jax.random.key(0); jax.random.normal(key); "
    text += "jax.random.normal(key)\n"
    assert beside(text) == [f"1:{text.rindex('key')} RNG101"]  # without the mark, columns count from 1


def test_carriage_returns(beside):
    text = "import jax\n" + BUG
    assert beside(text.replace("\n", "\r\n")) == ["4:23 RNG101"]
    assert beside(text.replace("\n", "\r")) == ["4:23 RNG101"]
    assert beside(text.replace("\n", "\r\n", 2)) == ["4:23 RNG101"]
    assert beside(text.rstrip("\n")) == ["4:23 RNG101"]


def test_form_feeds_and_other_separators(beside):
    """`str.splitlines` breaks lines where Python does not."""
    assert beside("import jax\n\f\n" + BUG) == ["5:23 RNG101"]
    assert beside("import jax\n\fx = 1\n" + BUG) == ["5:23 RNG101"]
    assert beside('import jax\nx = "\f\v\x1c\x1d\x1e\x85\u2028\u2029"\n' + BUG) == ["5:23 RNG101"]


def test_encodings(beside):
    latin = "# -*- coding: latin-1 -*-\nimport jax\nname = 'Ä ö ß'; " + BUG.replace("\n", "; ") + "\n"
    column = latin.splitlines()[2].rindex("(key)") + 2
    assert beside(latin.encode("latin-1")) == [f"3:{column} RNG101"]
    assert beside("import jax\nname = 'Ä'\n".encode() + BUG.encode()) == ["5:23 RNG101"]
    cyrillic = "# coding: koi8-r\nimport jax\nимя = 'ключ'\n" + BUG
    assert beside(cyrillic.encode("koi8-r")) == ["6:23 RNG101"]


def test_an_encoding_that_is_not_what_it_says(flake8, tmp_path, reuse):
    (tmp_path / "bad.py").write_bytes(b"import jax\nname = '\xe4'\n" + BUG.encode())  # not UTF-8
    (tmp_path / "beside.py").write_text(reuse)
    assert flake8("--select=RNG", "bad.py", "beside.py").places[-1] == CAN_REUSE


def test_tabs(beside):
    text = "import jax\ndef f(key):\n\ta = jax.random.normal(key)\n\tif a > 0:\n\t\treturn\t(\ta,\n"
    text += "\t\t\tjax.random.normal(key))\n"
    column = text.splitlines()[5].rindex("key") + 1
    assert beside(text) == [f"6:{column} RNG101"]


def test_continued_lines(beside):
    text = "import jax\nkey = jax.\\\n  random.key(0)\na = jax.random.normal(key)\n"
    text += "b = \\\n  jax.random.normal(key)\n"
    assert beside(text) == ["6:21 RNG101"]


def test_null_bytes(beside):
    (report,) = beside("import jax\nx = 1\0\n" + BUG)
    assert report.endswith((" E999", " E902"))


def test_no_file(flake8, tmp_path, reuse):
    (tmp_path / "beside.py").write_text(reuse)
    (tmp_path / "link.py").symlink_to("nowhere.py")
    assert flake8("--select=RNG", "nowhere.py", "link.py", "beside.py").places == [CAN_REUSE]


# Syntax of newer Pythons: flake8 reads a file with the syntax of the Python that runs it


NEW = {
    "type parameters": ((3, 12), "def f[T](x: T) -> T:\n    return x\n\nclass C[T]: ...\n"),
    "type aliases": ((3, 12), "type Pair[T] = tuple[T, T]\n"),
    "nested quotes": ((3, 12), "words = ['a']\ntext = f'{', '.join(words)}'\n"),
    "backslash in f-string": ((3, 12), "words = ['a']\ntext = f\"{'\\n'.join(words)}\"\n"),
    "type parameter defaults": ((3, 13), "def f[T = int](x: T) -> T:\n    return x\n"),
    "except without parentheses": ((3, 14), "try:\n    pass\nexcept ValueError, TypeError:\n    pass\n"),
    "template strings": ((3, 14), "name = 'x'\ntext = t'{name}'\n"),
}


@pytest.mark.parametrize("name", NEW)
def test_syntax_of_newer_pythons(beside, name):
    since, text = NEW[name]
    reports = beside("import jax\n" + text + BUG)
    if sys.version_info < since:
        (report,) = reports
        assert report.endswith((" E999", " E902"))
    else:
        # LibCST may not know it yet: then it is said once, and what is beyond it may be seen or not.
        bug = f"{1 + text.count(chr(10)) + 3}:23 RNG101"
        assert reports in ([bug], ["1:1 RNG001"], ["1:1 RNG001", bug])


THIS_PYTHON = """\
import jax
from typing import Generic, TypeVarTuple
Ts = TypeVarTuple("Ts")
class Shape(Generic[*Ts]): ...
def f(*args: *Ts, flag=True, other=None): ...
def g(a, /, b, *, c): ...
async def h(rows):
    async with rows as r, rows as s:
        return [x async for x in r if await x]
with (open("a") as a, open("b") as b):
    pass
try:
    pass
except* (ValueError, TypeError) as group:
    pass
match a:
    case {"k": [1, *rest], **others} if (n := len(rest)) > 1: pass
    case Shape(x=0) | Shape(x=1) as s: pass
    case -1 | 1j | "s" | None | True: pass
    case _: pass
print(f"{n!r:>{10}} {n=}", b"\\x00" rb"\\d", ..., 0x_ff, 1_0.0e-1j)
x: int
y, *z = *[1], 2
w = a[*z], a[1:2, ..., ::3]
del x, (y, z)
"""


def test_syntax_of_this_python(beside):
    assert beside(THIS_PYTHON + BUG) == [f"{THIS_PYTHON.count(chr(10)) + 3}:23 RNG101"]


def test_what_libcst_cannot_parse(flake8, tmp_path, reuse):
    """Valid Python; LibCST's grammar lacks it. The reason is said once."""
    (tmp_path / "bad.py").write_text("import jax\n(x): bool = True\n" + BUG)
    (tmp_path / "beside.py").write_text(reuse)
    run = flake8("--select=RNG,E9", "bad.py", "beside.py")
    assert run.codes.count("RNG001") == 1
    (line,) = [line for line in run.lines if " RNG001 " in line]
    assert line.startswith("bad.py:")
    assert len(line.split("RNG001 not analysed: ")[1]) > 10
    assert run.places[-1] == CAN_REUSE
    assert set(run.places) - {CAN_REUSE} - {"bad.py:5:23 RNG101"} == {line.split(": ")[0] + " RNG001"}


def test_what_libcst_cannot_parse_in_a_file_without_jax(beside):
    assert beside("(x): bool = True\n") == []


# Sizes


def generated(functions: int) -> str:
    """Correct JAX code of about ten lines a function."""
    parts = ["import jax\nimport jax.numpy as jnp\nfrom jax import random\n"]
    for number in range(functions):
        parts.append(
            f"""

def step_{number}(key, params, batch, train=False):
    key, noise_key = random.split(key)
    noise = random.normal(noise_key, batch.shape)
    if train:
        key, sub = random.split(key)
        batch = batch + random.bernoulli(sub, 0.5, batch.shape) * noise
    for i in range(3):
        noise = noise + random.uniform(random.fold_in(key, i))
    return jnp.sum(params * batch) + jnp.sum(noise) * {number}
"""
        )
    return "".join(parts)


def test_twenty_thousand_lines(flake8):
    text = generated(1820) + "\n\n" + BUG
    lines = text.count("\n")
    assert lines > 20_000
    assert flake8("--select=RNG", "-", stdin=text, timeout=120).places == [f"stdin:{lines}:23 RNG101"]


def test_a_long_function(flake8):
    body = "".join(f"    key, sub = jax.random.split(key)\n    x{i} = jax.random.normal(sub)\n" for i in range(1500))
    text = "import jax\ndef f(key):\n" + body + "    return x0 + jax.random.normal(sub)\n"
    run = flake8("--select=RNG", "-", stdin=text, timeout=120)
    assert run.places == [f"stdin:{text.count(chr(10))}:35 RNG101"]


def test_many_branches(flake8):
    """Two to the fortieth paths."""
    branches = "".join(f"    if c[{i}]:\n        x = x + {i}\n" for i in range(40))
    text = f"import jax\ndef f(key, c, x):\n    a = jax.random.normal(key)\n{branches}"
    text += "    return a + x + jax.random.normal(key)\n"
    run = flake8("--select=RNG", "-", stdin=text, timeout=120)
    assert run.places == [f"stdin:{text.count(chr(10))}:38 RNG101"]


def test_nested_loops(flake8):
    """Each loop body runs twice: two to the eighteenth runs, were nothing done about it."""
    loops = "".join("    " * (i + 1) + f"for i{i} in range(2):\n" for i in range(18))
    text = f"import jax\ndef f(key):\n    x = 0\n{loops}{'    ' * 19}x += jax.random.normal(key)\n    return x\n"
    run = flake8("--select=RNG", "-", stdin=text, timeout=120)
    assert [place.split(":")[1] for place in run.places] == ["22"]


def test_a_long_chain_of_calls(flake8):
    """Each function calls the one before it twice."""
    text = "import jax\ndef f0(key):\n    return jax.random.normal(key)\n"
    for i in range(1, 60):
        text += f"def f{i}(key):\n    a, b = jax.random.split(key)\n    return f{i - 1}(a) + f{i - 1}(b)\n"
    text += "f59(jax.random.key(1))\n" + BUG
    run = flake8("--select=RNG", "-", stdin=text, timeout=120)
    assert run.places == [f"stdin:{text.count(chr(10))}:23 RNG101"]


DEEP = {
    "parentheses": "x = " + "(" * 100 + "1" + ")" * 100 + "\n",
    "lists": "x = " + "[" * 90 + "]" * 90 + "\n",
    "ifs": "".join(" " * i + "if a:\n" for i in range(90)) + " " * 90 + "pass\n",
    "functions": "".join(" " * i + f"def f{i}(key):\n" for i in range(90)) + " " * 90 + "pass\n",
    "lambdas": "x = " + "lambda key: " * 60 + "1\n",
    "a wide literal": "x = [" + ", ".join(map(str, range(3000))) + "]\n",
    "a wide call": "x = dict(" + ", ".join(f"k{i}={i}" for i in range(500)) + ")\n",
    "a long string": "x = '" + "jax " * 50_000 + "'\n",
}

TOO_DEEP = {  # for flake8's own pyflakes
    "sum": "x = " + " + ".join(["a"] * 400) + "\n",
    "elifs": "if a:\n    pass\n" + "elif a:\n    pass\n" * 1000,
    "attributes": "x = a" + ".b" * 800 + "\n",
    "calls": "x = a" + ".b(1)" * 400 + "\n",
    "conditions": "x = " + "1 if a else " * 90 + "2\n",
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_and_wide(beside, name):
    text = "import jax\na = b = 1\n" + DEEP[name]
    assert beside(text + BUG) == [f"{text.count(chr(10)) + 3}:23 RNG101"]
    in_function = "import jax\ndef f(key, a=1):\n" + textwrap.indent(DEEP[name] + BUG, "  ")
    if name in ("ifs", "functions"):  # Python's own limit is 100 levels of indentation
        assert beside(in_function) == [f"{in_function.count(chr(10))}:25 RNG101"]


@pytest.mark.parametrize("parameters", ["", "**options", "*, key", "*rest"])
def test_a_method_without_self(parameters):
    text = "import jax\nfrom flax import linen as nn\nclass Net(nn.Module):\n"
    text += f"    def build({parameters}):\n        return jax.random.key(0)\n"
    assert plugin(text) == []


@pytest.mark.parametrize("double", ["x = x + x", "x = [*x, *x]", "x.extend(x)", "x += x"])
def test_what_doubles_again_and_again_is_not_followed_to_its_end(double):
    text = "import jax\ndef f(key):\n    x = [1, 2]\n" + f"    {double}\n" * 60
    assert plugin(text + "    return jax.random.normal(key) + jax.random.normal(key)\n") == ["64:55 RNG101"]


@pytest.mark.parametrize("name", TOO_DEEP)
def test_deeper_than_pyflakes_can(name):
    text = "import jax\na = b = 1\n" + TOO_DEEP[name]
    bug = f"{text.count(chr(10)) + 3}:23 RNG101"
    too_deep = "3:1 RNG001"  # for LibCST too
    assert plugin(text + BUG) in ([bug], [too_deep], [too_deep, bug])
    assert plugin("import jax\n" + BUG) == ["4:23 RNG101"]


# Recursion


RECURSIVE = """\
import functools

import jax


def walk(key, depth):
    if depth == 0:
        return jax.random.normal(key)
    left, right = jax.random.split(key)
    return walk(left, depth - 1) + walk(right, depth - 1)


def even(key, n):
    key, sub = jax.random.split(key)
    return jax.random.normal(sub) if n == 0 else odd(key, n - 1)


def odd(key, n):
    key, sub = jax.random.split(key)
    return jax.random.normal(sub) if n == 0 else even(key, n - 1)


def forever(key):
    return forever(key)


again = lambda key: again(key)
itself = functools.partial(forever)
forever_and_ever = functools.partial(lambda f, key: f(f, key), lambda f, key: f(f, key))


class Tree:
    def __init__(self, key):
        self.key, sub = jax.random.split(key)
        self.child = Tree(sub)
        self.me = self

    def draw(self):
        return self.me.child.draw()


class Left(Tree):
    def draw(self):
        return Right(self.key).draw()


class Right(Left):
    def draw(self):
        return Left(self.key).draw()


class Loop(Loop):
    pass


walk(jax.random.key(1), 3)
even(jax.random.key(2), 3)
forever(jax.random.key(3))
again(jax.random.key(4))
itself(jax.random.key(5))
forever_and_ever(jax.random.key(6))
Left(jax.random.key(7)).draw()
Loop(jax.random.key(8))
items = []
items.append(items)
a = a = itself = functools.partial(itself, itself)
"""


def test_recursion(beside):
    assert beside(RECURSIVE + BUG) == [f"{RECURSIVE.count(chr(10)) + 3}:23 RNG101"]


# Text made of pieces: anything that parses gets an answer


def test_pieces_of_programs_put_together_anyhow():
    """Statements in an order that nobody would write never break the analysis."""
    pieces = [
        "key = jax.random.key(0)",
        "key, sub = jax.random.split(key)",
        "key, *rest = jax.random.split(key, 4)",
        "jax.random.split = key",
        "jax = None",
        "import jax",
        "del key",
        "key += 1",
        "key[0], key.x = key",
        "x = [jax.random.normal(k) for k in key for key in k]",
        "key = key(key)(*key, **key)[key:key, ...]",
        "f = lambda key=key: f(key)",
        "f = jax.jit(f)",
        "f = jax.vmap(f, in_axes=key)(f)",
        "jax.lax.scan(f, key, *f)",
        "jax.lax.cond(key, f)",
        "jax.random.normal()",
        "jax.random.normal(*key, shape=(key := 1))",
        "jax.random.split(key, -1)[0]",
        "jax.random.split(key, 0)",
        "jax.random.split(key, 10**9)[7]",
        "jax.random.fold_in(jax.random.fold_in)",
        "a, b = b, a = key, key",
        "model = nn.Dense(1)(2)(3)",
        "class Net(nn.Module): x: int = Net",
        "Net().apply(Net.init(), rngs=rngs)",
        "model.init(key, model, model=model)",
        "nn.Dropout(0.5, deterministic=nn)(key, rng=key)",
        "self.make_rng('dropout')",
        "1 .apply({}, rngs={'dropout': key, **key})",
    ]
    blocks = [
        "if key:",
        "for key in key:",
        "while key:",
        "def f(key=key, *a, **k):",
        "with key as key:",
        "try:",
    ]
    choose = random.Random(20240601)
    for _ in range(300):
        lines, indent = ["import jax", "import flax.linen as nn"], 0
        for _ in range(choose.randrange(3, 25)):
            if choose.random() < 0.3 and indent < 8:
                block = choose.choice(blocks)
                lines.append("  " * indent + block)
                indent += 1
                lines.append("  " * indent + choose.choice(pieces))
                if block == "try:":
                    lines.append("  " * (indent - 1) + "except key as key:")
                    lines.append("  " * indent + choose.choice(["return", "pass", "raise key"]))
            else:
                lines.append("  " * indent + choose.choice(pieces))
                indent = choose.randrange(indent + 1)
        text = "\n".join(lines) + "\n"
        assert not [report for report in plugin(text) if "RNG001" in report], text


# Nothing of the linted code is run, and nothing heavy is loaded without need


HOSTILE = """\
import pathlib
pathlib.Path("marker").write_text("was run")
import jax
raise SystemExit("was run")
"""


def test_the_linted_code_is_never_run(flake8, tmp_path):
    (tmp_path / "hostile.py").write_text(HOSTILE)
    (tmp_path / "jax.py").write_text(HOSTILE)
    (tmp_path / "flax.py").write_text(HOSTILE)
    (tmp_path / "uses.py").write_text("import jax\nfrom hostile import helper\nhelper(jax)\n" + BUG)
    run = flake8("--select=RNG", "hostile.py", "uses.py")
    assert run.places == ["uses.py:6:23 RNG101"]
    assert not (tmp_path / "marker").exists()


LOADED = """\
import sys
from flake8.main.cli import main
main(sys.argv[1:])
packages = {name.split(".")[0] for name in sys.modules}
print(*sorted(packages & {"libcst", "jax", "flax", "numpy", "rich"}))
"""


def test_a_file_without_jax_loads_nothing(flake8, tmp_path):
    (tmp_path / "plain.py").write_text("import os\nprint(os.sep)\n")
    run = flake8("--select=RNG", "--jobs=1", "plain.py", command=("-c", LOADED))
    assert run.out == "\n"


def test_a_file_with_jax_does_not_load_jax(flake8, tmp_path, reuse):
    (tmp_path / "train.py").write_text(reuse)
    run = flake8("--select=RNG", "--jobs=1", "train.py", command=("-c", LOADED))
    report, loaded = run.lines
    assert "RNG101" in report
    assert loaded == "libcst"


# What fuzzing has shown


def test_a_class_whose_base_has_no_value():
    text = "import jax\ndef base(key):\n    raise KeyError\nclass Net(base(jax.random.key(0))):\n    pass\n"
    assert plugin(text + BUG) == [f"{text.count(chr(10)) + 3}:23 RNG101"]


@pytest.mark.parametrize(
    "line", ["@stop()\ndef f(): pass", "@stop()\nclass C: pass", "x = y[stop():]", "with stop(): pass"]
)
def test_an_expression_that_has_no_value(line):
    text = f"import jax\ndef stop():\n    raise KeyError\ny = [jax]\ndef g():\n    pass\n{line}\n"
    assert not [report for report in plugin(text + BUG) if "RNG001" in report]


def test_many_findings_in_one_text():
    text = "import jax\ndef f(key):\n    x = 0\n" + "    x += jax.random.normal(key)\n" * 300
    before = evaluates_the_model._parents.cache_info().misses
    assert len(plugin(text)) == 299
    assert (
        evaluates_the_model._parents.cache_info().misses == before + 1
    )  # the text is walked once, not once for each finding
