"""The rules as a web site."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flake8_flax_rng import cli
from flake8_flax_rng.commands import rule_pages
from flake8_flax_rng.finding import Rule
from flake8_flax_rng.rules import RULES

pytest.importorskip("markdown_it")


class Page(HTMLParser):
    """What a page holds: its tags, its links, and its text."""

    EMPTY = frozenset({"meta", "hr", "br", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links.extend(value or "" for name, value in attributes if name in ("href", "src"))
        self.open.extend([] if tag in self.EMPTY else [tag])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    folder = tmp_path_factory.mktemp("site") / "rules"
    assert cli.main(["explain", "--html", str(folder)]) == 0
    return {path.name: Page(path.read_text(encoding="utf-8")) for path in folder.iterdir()}


def test_each_rule_has_a_page_and_the_index_leads_to_it(site: dict[str, Page]) -> None:
    names = [f"{rule.code}.html" for rule in RULES]
    assert sorted([*names, "index.html"]) == sorted(site)
    assert site["index.html"].links == names
    for rule in RULES:
        assert rule.name in site["index.html"].words and rule.name in site[f"{rule.code}.html"].words


def test_the_pages_need_nothing_else(site: dict[str, Page]) -> None:
    for name, page in site.items():
        assert set(page.links) <= site.keys(), name
        assert not page.tags & {"script", "link", "img"}, name


def test_a_page_has_the_whole_documentation(site: dict[str, Page]) -> None:
    words = " ".join(site["RNG203.html"].words.split())
    for part in ("Example", "y = model.apply(variables, x, train=True)", "Use instead", "Proven by"):
        assert part in words
    assert "RNG292.html" in site["RNG203.html"].links, "other rules are links"
    assert "RNG203.html" not in site["RNG203.html"].links
    assert "extend-ignore = RNG203" in words
    assert "extend-select = RNG191" in site["RNG191.html"].words


def test_what_looks_like_markup_is_text(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script> & <b>"
    rule = Rule(
        "RNG999", bad, bad, True, f"# RNG999\n\n{bad} [x](javascript:alert(1)) RNG998\n\n```python\n{bad}\n```\n"
    )
    rule_pages.write(tmp_path, [rule])
    for path in tmp_path.iterdir():
        text = path.read_text()
        page = Page(text)
        assert not page.tags & {"script", "b"}
        assert not any(link.startswith("javascript") for link in page.links)
        assert page.words.count(bad) == (3 if path.name == "RNG999.html" else 2)
        assert re.search("RNG998.html", text) is None


def test_pages_are_written_anew(tmp_path: Path) -> None:
    (tmp_path / "RNG101.html").write_text("old")
    (tmp_path / "other.txt").write_text("kept")
    rule_pages.write(tmp_path, RULES[:5])
    assert (tmp_path / "RNG101.html").read_text() != "old"
    assert (tmp_path / "other.txt").read_text() == "kept"


def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "RNG101", "--html", str(tmp_path)]) == 2
    assert "leave the codes out" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert cli.main(["explain", "--html", str(tmp_path / "file")]) == 2
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    assert cli.main(["explain", "--html", str(tmp_path / "new")]) == 2
    assert "pip install 'flake8-flax-rng[pages]'" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
