"""JSON: what a program may rely on."""

from __future__ import annotations

import json
import re
from typing import Any

from flake8_flax_rng.finding import Arrow, Detail, Edit, Finding, Fix, Group, Lineage, Node
from flake8_flax_rng.show import as_json
from tests.show.given import at, checked, finding

TEXT = "key = k()\na = '日本'; f(key)\nf(key)\n"
FIX = Fix("use `sub`", (Edit(at(TEXT, "key", 3), "sub"),), safe=False)
LINEAGE = Lineage(
    (Node("n1", "seed", "k()", at(TEXT, "k()")), Node("n2", "draw", "f", at(TEXT, "f(key)"), "g", collides=True)),
    (Arrow("n1", "n2"),),
    (Group("g", "loop", "loop"),),
)


def whole(*findings: Finding) -> Any:
    return json.loads(as_json.text([checked(TEXT, *findings)]))


def detailed() -> Finding:
    found = finding(at(TEXT, "key", 3), (at(TEXT, "key", 2), "first consumed here"), fix=FIX)
    assert found.detail is not None
    detail = Detail(found.detail.range, found.detail.related, FIX, LINEAGE)
    return Finding(found.line, found.column, found.code, found.message, detail)


def test_lines_and_columns_count_from_one_in_characters() -> None:
    (found,) = whole(detailed())["findings"]
    assert (found["file"], found["line"], found["column"], found["code"]) == ("a.py", 3, 3, "RNG101")
    assert found["name"] == "key-reuse"
    assert found["range"] == {"start": {"line": 3, "column": 3}, "end": {"line": 3, "column": 6}}
    (related,) = found["related"]
    assert related["range"]["start"] == {"line": 2, "column": 13}
    assert (related["file"], related["label"]) == ("a.py", "first consumed here")


def test_a_fix_says_whether_it_is_safe() -> None:
    (found,) = whole(detailed())["findings"]
    assert found["fix"]["safe"] is False
    assert found["fix"]["edits"] == [{"range": found["range"], "text": "sub"}]


def test_what_there_is_none_of_is_null() -> None:
    (found,) = whole(Finding(0, 0, "E902", "FileNotFoundError"))["findings"]
    assert (found["name"], found["related"], found["fix"], found["lineage"]) == (None, [], None, None)


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(key for inner in value.values() for key in keys(inner))}
    return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()


def test_the_help_names_all_that_is_in_it() -> None:
    log = whole(detailed())
    assert log["version"] == as_json.VERSION
    assert keys(log) == set(re.findall(r'"(\w+)"', as_json.FORMAT))


def test_nothing_found() -> None:
    assert json.loads(as_json.text([]))["findings"] == []
