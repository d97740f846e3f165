"""What a terminal shows: each mark stands below what it marks, whatever the line holds."""

from __future__ import annotations

import io
import re
import sys

import pytest
from rich.cells import cell_len

from flake8_flax_rng.finding import Edit, Finding, Fix, Range
from flake8_flax_rng.show.text import TextReport
from tests.show.given import at, checked, finding

TWO = "import jax\nkey = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.normal(key)\n"


def printed(capsys: pytest.CaptureFixture[str], *files, color: bool = True) -> str:
    TextReport(color).print(files)
    out: str = capsys.readouterr().out
    return out


def marked(out: str) -> list[str]:
    """What stands above each row of marks, cell for cell: the words that a reader sees underlined."""
    found: list[str] = []
    source = ""
    for row in out.splitlines():
        head, bar, body = row.partition(" │ ")
        if not bar:
            continue
        if head.strip():
            source = body
            continue
        for match in re.finditer(r"\^+|─+", body):
            start, stop = cell_len(body[: match.start()]), cell_len(body[: match.end()])
            found.append("".join(c for i, c in enumerate(source) if start <= cell_len(source[:i]) < stop))
    return found


def test_both_places_are_marked_and_labelled(capsys) -> None:
    out = printed(capsys, checked(TWO, finding(at(TWO, "key", 4), (at(TWO, "key", 3), "first consumed here"))))
    assert out.startswith("a.py:4:23: RNG101 key-reuse\n  it is wrong\n")
    assert marked(out) == ["key", "key"]
    assert "─── first consumed here" in out
    assert "^^^ a key is consumed a second time" in out


@pytest.mark.parametrize(
    "line",
    [
        "\tf('\t', key)",
        "f('日本語', key)",
        "f('🎉👩‍👩‍👧é', key)",
        "f('\u202e\x07\x1b[31m', key)",
        "f('" + "x" * 500 + "', key)",
        "f(key, '" + "界" * 500 + "')",
        "f('" + "界" * 500 + "', key, '" + "界" * 500 + "')",
    ],
    ids=["tabs", "wide", "emoji", "control", "long", "long after", "long on both sides"],
)
def test_the_mark_stands_below_the_word(line: str, capsys) -> None:
    text = f"def g(key):\n {line}\n"
    out = printed(capsys, checked(text, finding(at(text, "key", 2))))
    assert marked(out) == ["key"]
    assert max(map(cell_len, out.splitlines())) < 200
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", out)


def test_several_places_in_one_line(capsys) -> None:
    text = "x = f(key, g(key), h(key))\n"
    places = [at(text, "key", n) for n in (1, 2, 3)]
    out = printed(capsys, checked(text, finding(places[2], (places[0], "one"), (places[1], "two"))))
    assert marked(out) == ["key", "key", "key"]
    rows = [row.partition("│ ")[2] for row in out.splitlines() if "│ " in row]
    column = {label: next(row.index(label) for row in rows if label in row) for label in ("1. one", "2. two")}
    assert column == {"1. one": places[0].column, "2. two": places[1].column}


def test_places_that_are_far_apart_in_one_line(capsys) -> None:
    text = f"x = f(key, '{'x' * 400}', key)\n"
    out = printed(capsys, checked(text, finding(at(text, "key", 2), (at(text, "key"), "before"))))
    assert marked(out) == ["key", "key"]
    assert max(map(len, out.splitlines())) < 170


def test_one_place_twice(capsys) -> None:
    text = "for _ in r:\n    f(key)\n"
    out = printed(capsys, checked(text, finding(at(text, "key"), (at(text, "key"), "in the pass before"))))
    assert marked(out) == ["key"]
    assert "in the pass before" in out and "a key is consumed a second time" in out


def test_a_long_function_is_cut(capsys) -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(100))
    text = f"def f(key):\n    a = draw(key)\n{body}    b = draw(key)\n"
    out = printed(capsys, checked(text, finding(at(text, "key", 3), (at(text, "key", 2), "first consumed here"))))
    assert "⋮" in out and "x50" not in out
    assert "def f(key)" in out
    assert len(out.splitlines()) < 16


def test_the_function_around_a_place_is_named(capsys) -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(100))
    text = f"def f(key):\n{body}    b = draw(key)\n"
    assert "def f(key)" in printed(capsys, checked(text, finding(at(text, "key", 2))))


def test_a_place_of_several_lines(capsys) -> None:
    text = "f(\n    g(\n        1,\n    ),\n)\nh(\n    1\n)\n"
    out = printed(capsys, checked(text, finding(at(text, "h(\n    1\n)"), (at(text, "g(\n        1,\n    )"), "here"))))
    assert marked(out) == ["g(", "1,", ")", "h(", "1", ")"]
    long = "f(\n" + "    1,\n" * 9 + ")\n"
    out = printed(capsys, checked(long, finding(Range(1, 0, 11, 1))))
    assert marked(out) == ["f("]
    assert "(to line 11)" in out


def test_places_in_other_files(capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    other = "def draw(rng):\n    return normal(rng)\n"
    (tmp_path / "other.py").write_bytes(b"\xef\xbb\xbf" + other.replace("\n", "\r\n").encode())
    there = at(other, "rng", 2, str(tmp_path / "other.py"))
    out = printed(capsys, checked(TWO, finding(at(TWO, "key", 4), (at(TWO, "key", 3), "called"), (there, "drawn"))))
    assert out.index("▸ other.py:2:19") < out.index("▸ a.py:3:23")
    assert marked(out) == ["rng", "key", "key"]
    assert "1. called" in out and "2. drawn" in out and "3. a key is" in out


def test_another_file_that_is_gone(capsys) -> None:
    out = printed(capsys, checked(TWO, finding(at(TWO, "key", 4), (Range(9, 4, 9, 7, "/gone.py"), "drawn"))))
    assert "/gone.py:9:5" in out and "drawn" in out


def test_what_flake8_cannot_read(capsys) -> None:
    out = printed(capsys, checked("", Finding(0, 0, "E902", "FileNotFoundError: no such file"), path="gone.py"))
    assert out.startswith("gone.py:0:1: E902\n  FileNotFoundError: no such file\n")


def test_the_advice_is_a_diff(capsys) -> None:
    fix = Fix("use `sub`", (Edit(at(TWO, "key", 4), "sub"),), safe=True)
    out = printed(capsys, checked(TWO, finding(at(TWO, "key", 4), fix=fix)))
    assert "safe fix: use `sub`" in out
    assert [line.strip() for line in out.splitlines() if line.strip()[:1] in ("-", "+")] == [
        "-b = jax.random.normal(key)",
        "+b = jax.random.normal(sub)",
    ]
    suggested = Fix("use `sub`", fix.edits, safe=False)
    assert "suggested fix" in printed(capsys, checked(TWO, finding(at(TWO, "key", 4), fix=suggested)))


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "color", "colours"),
    [({}, True, True), ({}, False, False), ({"NO_COLOR": "1"}, True, False), ({"TERM": "dumb"}, True, False)],
)
def test_colours_only_where_they_are_wanted(variables, color, colours, monkeypatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm-256color", "COLUMNS": "80"} | variables).items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    TextReport(color).print([checked(TWO, finding(at(TWO, "key", 4), (at(TWO, "key", 3), "first")))])
    assert ("\x1b[" in terminal.getvalue()) is colours
    plain = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue())
    assert marked(plain) == ["key", "key"]


def test_no_colours_in_a_pipe(capsys) -> None:
    assert "\x1b" not in printed(capsys, checked(TWO, finding(at(TWO, "key", 4))))


def test_an_encoding_without_frames(monkeypatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    TextReport().print([checked("x = 'é日', key\n", finding(Range(1, 10, 1, 13)))])
    out.flush()
    text = out.buffer.getvalue().decode("cp1252")  # type: ignore[attr-defined]
    assert "x = 'é?', key" in text and "^^^" in text


def test_the_order_is_that_of_the_files_and_places(capsys) -> None:
    files = [
        checked(TWO, finding(at(TWO, "key", 3)), finding(at(TWO, "key", 4)), path=name) for name in ("b.py", "a.py")
    ]
    heads = re.findall(r"^(\S+): RNG", printed(capsys, *files), re.MULTILINE)
    assert heads == ["b.py:3:23", "b.py:4:23", "a.py:3:23", "a.py:4:23"]
