"""The page: complete in itself, safe whatever the source holds, with the lineage drawn and anchors for every line."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from flake8_flax_rng.finding import Arrow, Detail, Edit, Finding, Fix, Group, Lineage, Node, Range
from flake8_flax_rng.flake8_run import Checked
from flake8_flax_rng.show import graphviz, html
from flake8_flax_rng.show.html_source import words
from tests.show.given import at, checked, finding

TEXT = "key = seed(0)\nfor _ in r:\n    normal(key)  # <script>alert(1)</script> & \u202e\n"
KEY = at(TEXT, "key", 2)
LINEAGE = Lineage(
    (
        Node("n1", "seed", 'seed("<0>")\nline 1', at(TEXT, "seed(0)")),
        Node("n2", "draw", "normal\\\nline 3", at(TEXT, "normal(key)"), "g1", collides=True),
        Node("n3", "draw", "normal\nline 3", at(TEXT, "normal(key)"), "g2", collides=True),
        Node("n4", "key", "other\nnever used", None, unused=True),
    ),
    (Arrow("n1", "n2"), Arrow("n1", "n3"), Arrow("n2", "n3", "equal", equal=True)),
    (Group("g0", "loop", "loop, line 2"), Group("g1", "pass", "pass 1", "g0"), Group("g2", "pass", "pass 2", "g0")),
)


class Page(HTMLParser):
    """What is on a page: the anchors, where links lead, the text, and each start tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.ids.extend(filter(None, [values.get("id")]))
        self.links.extend(filter(None, [values.get("href"), values.get("xlink:href"), values.get("src")]))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(*files: Checked, docs_url: str = "") -> Page:
    return Page(html.text(files, docs_url))


def drawn(text: str = TEXT, **more) -> Checked:
    fix = Fix("use `sub`", (Edit(KEY, "sub"),), safe=True)
    detail = Detail(KEY, (), fix, LINEAGE)
    return checked(text, Finding(KEY.line, KEY.column, "RNG102", "it is <b>wrong</b>", detail), **more)


def test_the_page_needs_nothing_else() -> None:
    shown = page(drawn())
    assert all(link.startswith("#") for link in shown.links)
    assert not {"script", "link", "img", "iframe", "b"} & set(shown.tags)
    assert "url(" not in html.text([drawn()])
    assert "it is <b>wrong</b>" in shown.text and "<script>alert(1)</script>" in shown.text
    assert "\u202e" not in html.text([drawn()])


def test_every_link_has_its_anchor_and_no_anchor_is_there_twice() -> None:
    shown = page(drawn(path="a.py"), drawn(path="b.py"))
    assert len(set(shown.ids)) == len(shown.ids)
    assert {link.removeprefix("#") for link in shown.links} <= set(shown.ids)


def test_the_lineage_is_a_picture() -> None:
    text = html.text([drawn()])
    (svg,) = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(re.findall(r'class="node', svg)) == 4
    assert len(re.findall(r'class="node draw collides"', svg)) == 2
    assert [re.search(rf'class="cluster {kind}"', svg) is not None for kind in ("loop", "pass")] == [True, True]
    assert svg.count("<text") >= 4 and "pass 2" in svg
    lines = set(re.findall(r'xlink:href="(#[^"]+)"', svg))
    assert len(lines) == 2
    assert "&lt;0&gt;" in svg and "normal\\" in Page(svg).text


@pytest.mark.slow
def test_without_graphviz_the_lineage_is_told(monkeypatch) -> None:
    monkeypatch.setattr(graphviz, "_by_package", lambda dot: None)
    monkeypatch.setenv("PATH", "")
    shown = page(drawn())
    assert "svg" not in shown.tags
    assert "draw: normal, line 3 (collides)" in shown.text
    assert "install Graphviz" in shown.text


def test_the_program_draws_where_the_package_is_missing(monkeypatch, tmp_path) -> None:
    answers = iter([None, "<?xml?><!DOCTYPE svg><svg><!-- a --></svg>"])
    monkeypatch.setattr(graphviz, "_by_package", lambda dot: next(answers))
    monkeypatch.setattr(graphviz, "_by_program", lambda dot: next(answers))
    assert graphviz.svg("digraph {}") == "<svg></svg>"


def test_the_source_is_whole_and_marked() -> None:
    text = html.text([drawn()])
    lines = re.findall(r'<span class="line[^>]*id="f1-L(\d+)">(.*)</span>$', text, re.MULTILINE)
    assert [number for number, _ in lines] == ["1", "2", "3"]
    source = Page(lines[2][1]).text.partition("◂")[0]
    assert source == "3    normal(key)  # <script>alert(1)</script> & �"
    assert re.search(r'<mark class="main"[^>]*><span class="n">key</span></mark>', lines[2][1])


def test_the_fix_is_a_diff() -> None:
    shown = page(drawn())
    assert "Safe fix: use sub" in shown.text and "+    normal(sub)" in shown.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("split `a, b` first", "split <code>a, b</code> first"),
        ("`<a>` & `b`", "<code>&lt;a&gt;</code> &amp; <code>b</code>"),
        ("one ` alone", "one ` alone"),
        ("`\u202e`", "<code>�</code>"),
    ],
)
def test_what_stands_between_backquotes_is_code(text: str, expected: str) -> None:
    assert words(text) == expected


def test_rules_are_linked_where_they_have_pages() -> None:
    assert "https://example.org/RNG102.html" in page(drawn(), docs_url="https://example.org/").links


def test_other_files_are_on_the_page(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib.py").write_text("def draw(rng):\n    return normal(rng)\n")
    there = Range(2, 18, 2, 21, str(tmp_path / "lib.py"))
    shown = page(checked(TEXT, finding(KEY, (there, "drawn here"), (Range(3, 0, 3, 1, "/gone.py"), "gone"))))
    assert "return normal(rng)" in shown.text and "this file cannot be read" in shown.text
    assert "#f2-L2" in shown.links


def test_nothing_found_is_a_page_too() -> None:
    assert "0 findings" in page(checked(TEXT)).text
