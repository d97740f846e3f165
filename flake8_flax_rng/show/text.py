"""Findings for people who read a terminal: the source with its places marked, and the advice as a diff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.flake8_run import Checked
from flake8_flax_rng.show.excerpt import Mark, marks, shown_lines
from flake8_flax_rng.show.line_cells import Cells, LineCells, harmless, windows
from flake8_flax_rng.show.patch import diff
from flake8_flax_rng.show.places import Account, Place, Texts, accounts

_WIDTH = 120
"""How wide source lines may be where there is no terminal."""

_MAIN, _OTHER, _FRAME = "bold red", "bold blue", "dim"
_SIGNS = str.maketrans("│─▸…⋮", "|->.:")
_DIFF = {"+": "green", "-": "red", "@": "cyan"}


class TextReport:
    """Prints findings.

    Args:
        color: whether colours may be used at all; they are only where the output is a terminal.
    """

    def __init__(self, color: bool = True) -> None:
        self._console = Console(highlight=False, emoji=False, markup=False, color_system="auto" if color else None)
        if self._console.no_color:
            self._console = Console(highlight=False, emoji=False, markup=False, color_system=None)
        self._wide = self._console.width if self._console.is_terminal else _WIDTH
        self._plain = not (self._console.encoding or "").startswith("utf")
        self._styled: dict[str, list[Text]] = {}

    def print(self, files: Sequence[Checked]) -> None:
        """Print all findings of some files."""
        texts = Texts(files)
        linted = {file.path: file.text for file in files}
        for account in accounts(files):
            self._finding(account, texts, linted[account.path])

    def _finding(self, account: Account, texts: Texts, text: str) -> None:
        finding = account.finding
        name = f" {account.rule.name}" if account.rule is not None else ""
        where = f"{account.path}:{finding.line}:{finding.column + 1}"
        self._line(Text.assemble((where, "bold"), ": ", (finding.code, _MAIN), (name, "bold")))
        self._words(finding.message)
        self._line(Text())
        if not finding.line:  # flake8 says so of a file that is not there
            return
        frames = list(by_file(account.places, account.path))
        for path, places in frames:
            self._frame(path, places, texts, named=len(frames) > 1 or not texts.lines(path))
        if finding.detail is not None and finding.detail.fix is not None:
            self._fix(account.path, text, finding.detail.fix)

    def _frame(self, path: str, places: Sequence[Place], texts: Texts, named: bool) -> None:
        lines = texts.lines(path)
        marked = marks(places, lines)
        groups = shown_lines(sorted(marked), lines)
        gutter = len(str(max((group[-1] for group in groups), default=1)))
        if named:
            first = places[0].range
            self._line(Text.assemble(" " * (gutter + 1), ("──▸ ", _FRAME), f"{path}:{first.line}:{first.column + 1}"))
        styled = self._highlighted(path, lines)
        for number, group in enumerate(groups):
            if number:
                self._line(Text(f" {'⋮':>{gutter}} ", style=_FRAME))
            for line in group:
                source = styled[line - 1] if 0 < line <= len(styled) else Text()
                for head, row in source_rows(line, source, marked.get(line, []), self._wide - gutter - 4):
                    self._line(Text.assemble((f" {head:>{gutter}} │ ", _FRAME), row))
        self._line(Text())

    def _highlighted(self, path: str, lines: Sequence[str]) -> list[Text]:
        if path not in self._styled:
            lines = [harmless(line) for line in lines]
            if self._console.color_system is None:
                self._styled[path] = [Text(line) for line in lines]
            else:
                syntax = Syntax("", "python", theme="ansi_dark", background_color="default")
                # Tabs and ends of lines stay as they are: columns count them.
                text = syntax.highlight("\n".join(lines))
                self._styled[path] = list(text.split("\n", allow_blank=True))
        return self._styled[path]

    def _fix(self, path: str, text: str, fix: Fix) -> None:
        kind = "safe fix" if fix.safe else "suggested fix"
        self._line(Text.assemble((f"  {kind}", "bold green"), f": {fix.title}"))
        for line in diff(path, text, fix)[2:]:
            row = LineCells(Text(harmless(line[1:])))
            style = _DIFF.get(line[0], "")
            body = (
                Text(line) if line[0] == "@" else Text.assemble(line[0], row.cut(windows(row, [], self._wide - 6)[0]))
            )
            body.stylize(style)
            self._line(Text.assemble("  ", body))
        self._line(Text())

    def _words(self, message: str) -> None:
        if self._console.is_terminal:
            self._console.print(Padding(Text(message), (0, 0, 0, 2)))
        else:
            self._line(Text(f"  {message}"))

    def _line(self, text: Text) -> None:
        text.rstrip()
        if self._plain:
            text = _writable(text, self._console.encoding or "ascii")
        self._console.print(text, soft_wrap=True)


def by_file(places: Iterable[Place], linted: str) -> Iterator[tuple[str, list[Place]]]:
    """Return the places of each file: other files in the order of the way, the linted one at the end."""
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(place.range.file, []).append(place)
    own = found.pop(linted, [])
    yield from found.items()
    if own:
        yield linted, own


def source_rows(number: int, source: Text, found: Sequence[Mark], width: int) -> Iterator[tuple[str, Text]]:
    """Return a source line and the lines below it that mark its places.

    Args:
        number: the line's number.
        source: the line.
        found: what is marked in it, from left to right.
        width: how many cells there are for it.

    Yields:
        the number, or nothing, and what stands beside it.
    """
    line = LineCells(source)
    spans = [(line.cell(mark.start), max(line.cell(mark.end), line.cell(mark.start) + 1)) for mark in found]
    for window in windows(line, spans, width):
        yield str(number), line.cut(window)
        inside = [
            (mark, (start - window[0], min(stop, window[1] + 1) - window[0]))
            for mark, (start, stop) in zip(found, spans, strict=True)
            if window[0] <= start <= window[1]
        ]
        for row in _rows_below(inside):
            yield "", row


def _rows_below(found: Sequence[tuple[Mark, Cells]]) -> Iterator[Text]:
    """Return the underlines, and the labels: the last one beside its line, the others hanging below theirs."""
    if not found:
        return
    labelled = [(mark, cells) for mark, cells in found if mark.last]
    under = _underlines(found)
    beside = labelled[-1] if labelled and labelled[-1][1][1] >= len(under) else None
    if beside is not None:
        under.append(f" {_label(beside[0].place)}", _style(beside[0].place))
        labelled.remove(beside)
    yield under
    if labelled:
        yield _posts(labelled)
    while labelled:
        mark, (start, _) = labelled.pop()
        row = _posts([entry for entry in labelled if entry[1][0] < start])
        row.append(" " * (start - len(row)))
        row.append(_label(mark.place), _style(mark.place))
        yield row


def _underlines(found: Sequence[tuple[Mark, Cells]]) -> Text:
    row = Text(" " * max(stop for _, (_, stop) in found))
    signs = list(row.plain)
    order = sorted(found, key=lambda entry: entry[0].place.main)  # the main one is drawn over the others
    for mark, (start, stop) in order:
        signs[start:stop] = ("^" if mark.place.main else "─") * (stop - start)
    row.plain = "".join(signs)
    for mark, cells in order:
        row.stylize(_style(mark.place), *cells)
    return row


def _posts(found: Sequence[tuple[Mark, Cells]]) -> Text:
    row = Text()
    for mark, (start, _) in found:
        if start >= len(row):
            row.append(" " * (start - len(row)))
            row.append("│", _style(mark.place))
    return row


def _label(place: Place) -> str:
    longer = place.range.end_line - place.range.line
    return f"{place.title} (to line {place.range.end_line})" if longer > 2 else place.title


def _style(place: Place) -> str:
    return _MAIN if place.main else _OTHER


def _writable(text: Text, encoding: str) -> Text:
    """Write frames with signs that every encoding has, and nothing that this one has not."""
    result = text.copy()
    result.plain = text.plain.translate(_SIGNS).encode(encoding, "replace").decode(encoding)
    return result
