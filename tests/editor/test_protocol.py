"""Findings in the words of the Language Server Protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flake8_flax_rng.editor.checks import Report
from flake8_flax_rng.editor.protocol import Document
from flake8_flax_rng.editor.text import Text
from flake8_flax_rng.finding import Detail, Edit, Finding, Fix, Range, Related

URI = "file:///project/train.py"
SOURCE = "import jax\nkey = 1\nname = '🎲é'; draw(key)\nother\n"
KEY = Range(3, 17, 3, 20)
LSP_KEY = {"start": {"line": 2, "character": 18}, "end": {"line": 2, "character": 21}}


def finding(*, safe: bool = True, related: tuple[Related, ...] = ()) -> Finding:
    fix = Fix("use `subkey`", (Edit(KEY, "subkey"), Edit(Range(1, 0, 1, 0), "import os\n")), safe)
    return Finding(3, 17, "RNG101", "used twice", Detail(KEY, related, fix))


def document(*findings: Finding, source: str = SOURCE, url: str = "", uri: str = URI, **more: str) -> Document:
    return Document(uri, source, Report(findings, url), **more)


def position(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def lines(first: int, last: int) -> dict[str, Any]:
    return {"start": position(first, 0), "end": position(last, 0)}


def test_a_diagnostic_counts_in_utf16() -> None:
    (told,) = document(finding()).diagnostics()
    assert told == {
        "source": "flax-rng",
        "code": "RNG101",
        "range": LSP_KEY,
        "message": "used twice",
        "severity": 2,
    }


def test_without_details_the_line_is_marked() -> None:
    (told,) = document(Finding(3, 4, "RNG001", "not analysed"), severity="hint").diagnostics()
    assert told["range"] == {"start": position(2, 4), "end": position(2, 23)}
    assert told["severity"] == 4


def test_related_places_can_be_clicked(tmp_path: Path) -> None:
    other = tmp_path / "other file.py"
    other.write_text("'🎲'; key\n")
    places = (
        Related(Range(2, 0, 2, 3), "made here"),
        Related(Range(1, 5, 1, 8, str(other)), "consumed here"),
        Related(Range(7, 2, 7, 3, str(tmp_path / "gone.py")), "lost"),
    )
    (told,) = document(finding(related=places)).diagnostics()
    here, there, gone = told["relatedInformation"]
    assert here == {
        "location": {"uri": URI, "range": {"start": position(1, 0), "end": position(1, 3)}},
        "message": "made here",
    }
    assert there["location"] == {"uri": other.as_uri(), "range": {"start": position(0, 6), "end": position(0, 9)}}
    assert gone["location"]["range"]["start"]["line"] == 6
    (told,) = document(finding(related=places), uri="0d9b2c6e-cells-of-a-notebook").diagnostics()
    assert "relatedInformation" not in told


def test_a_link_to_the_rule() -> None:
    (told,) = document(finding(), url="https://example.org/rules/").diagnostics()
    assert told["codeDescription"] == {"href": "https://example.org/rules/RNG101.html"}


@pytest.mark.parametrize(("character", "there"), [(17, False), (18, True), (20, True), (21, True), (22, False)])
def test_hover(character: int, there: bool) -> None:
    found = document(finding()).hover(position(2, character))
    assert (found is not None) == there
    if found is not None:
        assert found["contents"]["kind"] == "markdown"
        assert found["contents"]["value"].startswith("used twice\n\n---\n\n# RNG101 key-reuse\n")


def test_the_fix_is_an_action() -> None:
    shown = {"code": "RNG101", "source": "flake8", "range": LSP_KEY}
    (action,) = document(finding()).actions(
        lines(2, 2), {"diagnostics": [shown, {**shown, "code": "F401"}, {"code": "RNG101"}]}
    )
    assert action == {
        "title": "RNG101: use `subkey`",
        "kind": "quickfix",
        "isPreferred": True,
        "diagnostics": [shown],
        "edit": {
            "changes": {
                URI: [
                    {"range": LSP_KEY, "newText": "subkey"},
                    {"range": {"start": position(0, 0), "end": position(0, 0)}, "newText": "import os\n"},
                ]
            }
        },
    }


def test_a_fix_that_changes_more_says_so() -> None:
    (action,) = document(finding(safe=False)).actions(lines(0, 9), {})
    assert action["title"] == "RNG101: use `subkey` (may change other results)"
    assert not action["isPreferred"]


@pytest.mark.parametrize(
    ("where", "context", "count"),
    [
        (lines(2, 2), {"only": ["quickfix"]}, 1),
        (lines(2, 2), {"only": [""]}, 1),
        (lines(2, 2), {"only": ["refactor", "source.fixAll"]}, 0),
        (lines(0, 1), {}, 0),
        (lines(3, 4), {}, 0),
        (lines(1, 2), {}, 1),
    ],
)
def test_only_what_is_asked_for(where: dict[str, Any], context: dict[str, Any], count: int) -> None:
    assert len(document(finding()).actions(where, context)) == count


def test_what_is_written_ends_its_lines_as_the_text_does() -> None:
    (action,) = document(finding(), source=SOURCE.replace("\n", "\r\n")).actions(lines(2, 2), {})
    assert [edit["newText"] for edit in action["edit"]["changes"][URI]] == ["subkey", "import os\r\n"]


def test_of_a_real_text(check, reuse: str) -> None:
    known = check(reuse)
    found = Document(URI, reuse, known)
    (told,) = found.diagnostics()
    assert Text(reuse).range(Range(4, 22, 4, 25)) == told["range"]
    titles = [action["title"] for action in found.actions(told["range"], {"diagnostics": [told]})]
    assert titles[-1] == "RNG101: silence with noqa"
