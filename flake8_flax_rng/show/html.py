"""Findings as one page that needs nothing else: no network, and no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files as resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from pygments.formatters import HtmlFormatter

from flake8_flax_rng import __version__
from flake8_flax_rng.finding import Lineage, Range
from flake8_flax_rng.flake8_run import Checked
from flake8_flax_rng.show import graphviz
from flake8_flax_rng.show.excerpt import Mark, marks
from flake8_flax_rng.show.html_source import Line, line_html, tokens, visible, words
from flake8_flax_rng.show.patch import diff
from flake8_flax_rng.show.picture import dot
from flake8_flax_rng.show.places import Account, Texts, accounts, reader_path


@dataclass(frozen=True)
class _Card:
    """A finding on the page; its name is that of its anchor."""

    name: str
    account: Account
    steps: list[tuple[str, str, str]]
    """For each place on the way its label, where it is in words, and the anchor of its line."""
    fix: str
    safe: bool
    diff: list[str]
    picture: Markup | None
    drawn: Lineage | None
    url: str


@dataclass(frozen=True)
class _File:
    name: str
    path: str
    lines: list[Line]
    cards: list[_Card]


def text(files: Sequence[Checked], docs_url: str = "") -> str:
    """Return the findings of some files as a page.

    Args:
        files: the files.
        docs_url: where the pages of the rules are; empty where there are none.
    """
    source = resources(__package__).joinpath("page.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["words"] = words
    page = _Page(files, docs_url)
    return environment.from_string(source).render(
        files=page.files(),
        count=len(page.accounts),
        version=__version__,
        colours=Markup(HtmlFormatter(style="default").get_style_defs(".line")),
    )


class _Page:
    def __init__(self, files: Sequence[Checked], docs_url: str) -> None:
        self.accounts = accounts(files)
        self._linted = {file.path: file.text for file in files}
        self._texts = Texts(files)
        self._docs_url = docs_url.rstrip("/")
        told = [account.path for account in self.accounts]
        others = [place.range.file for account in self.accounts for place in account.places]
        self._names = {path: f"f{number}" for number, path in enumerate(dict.fromkeys([*told, *others]), 1)}
        self._cards = [(f"r{number}", account) for number, account in enumerate(self.accounts, 1)]

    def files(self) -> list[_File]:
        return [
            _File(
                name,
                path,
                self._lines(path),
                [self._card(name, account) for name, account in self._cards if account.path == path],
            )
            for path, name in self._names.items()
        ]

    def _lines(self, path: str) -> list[Line]:
        lines = self._texts.lines(path)
        found: dict[int, list[tuple[str, Account, Mark]]] = {}
        for name, account in self._cards:
            for number, marked in marks([p for p in account.places if p.range.file == path], lines).items():
                found.setdefault(number, []).extend((name, account, mark) for mark in marked)
        coloured = tokens(lines)
        result = []
        for number, (line, colours) in enumerate(zip(lines, coloured, strict=False), 1):
            here = sorted(found.get(number, []), key=lambda entry: entry[2].start)
            labels = [
                (name, f"{account.finding.code} {mark.place.title}", mark.place.main)
                for name, account, mark in here
                if mark.last
            ]
            html = line_html(line, colours, [mark for _, _, mark in here])
            result.append(Line(number, html, tuple(dict.fromkeys(labels))))
        return result

    def _card(self, name: str, account: Account) -> _Card:
        detail = account.finding.detail
        fix = detail.fix if detail is not None else None
        lineage = detail.lineage if detail is not None else None
        rule = account.rule
        return _Card(
            name,
            account,
            [(place.label, _where(place.range), self._anchor(place.range) or "") for place in account.places],
            fix.title if fix is not None else "",
            fix is not None and fix.safe,
            [visible(row) for row in diff(account.path, self._linted[account.path], fix)[2:]]
            if fix is not None
            else [],
            self._picture(name, account, lineage) if lineage is not None else None,
            lineage,
            f"{self._docs_url}/{rule.code}.html" if self._docs_url and rule is not None else "",
        )

    def _picture(self, name: str, account: Account, lineage: Lineage) -> Markup | None:
        def link(place: Range) -> str | None:
            return self._anchor(place, account.path)

        drawn = graphviz.svg(dot(lineage, f"{name}-g", link))
        return None if drawn is None else Markup(drawn)

    def _anchor(self, place: Range, linted: str = "") -> str | None:
        path = reader_path(place.file) if place.file else linted
        name = self._names.get(path)
        return f"#{name}-L{place.line}" if name is not None else None


def _where(place: Range) -> str:
    return f"{place.file}:{place.line}:{place.column + 1}"
