"""Texts that no example shows: none may crash, none may harm what is said elsewhere."""

from __future__ import annotations

import random
import sys

import pytest

from tests.plugin.beside import BUG, CAN_REUSE, plugin

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


# Text made of pieces: anything that parses gets an answer


@pytest.mark.slow
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


@pytest.mark.parametrize("parameters", ["", "**options", "*, key", "*rest"])
def test_a_method_without_self(parameters):
    text = "import jax\nfrom flax import linen as nn\nclass Net(nn.Module):\n"
    text += f"    def build({parameters}):\n        return jax.random.key(0)\n"
    assert plugin(text) == []
