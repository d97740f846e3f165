"""`show`: findings with the source around them, for people and for programs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flake8_flax_rng.commands import DISAGREEMENT, OK, Commands, Refused, flake8_options, notebooks, progress
from flake8_flax_rng.flake8_run import Checked, Flake8, SettingsError
from flake8_flax_rng.plugin import Plugin
from flake8_flax_rng.show import as_json, sarif
from flake8_flax_rng.show.places import Account, reader_path

FORMATS = ("text", "json", "sarif", "html")

_TEXT = (
    "Shows what flake8 reports of these rules: the source with the places marked, the way between them, and the advice "
    "as a diff. The settings of flake8 apply, and '# noqa' does. Ends with status 1 if there are findings."
)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command.

    Args:
        commands: the commands of the parser.
    """
    parser = commands.add_parser(
        "show",
        help="print findings with the source around them",
        description=_TEXT,
        epilog=f"The format json is {as_json.FORMAT}",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH[:LINE]",
        help="a file or directory, default: the current one; with a line only what is found there",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("-o", "--output", metavar="FILE", help="write json, sarif or html to this file")
    parser.add_argument("--no-color", action="store_true", help="no colours, as where NO_COLOR is set or no terminal")
    parser.add_argument("--docs-url", metavar="URL", help="where the pages of the rules are (rng-docs-url of flake8)")
    flake8_options.add(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Carry the command out.

    Args:
        options: its arguments.

    Returns:
        the exit status.

    Raises:
        Refused: when the settings are wrong, or a package is missing.
    """
    report = _report(options)
    places = [_place(path) for path in options.paths]
    for path, _ in places:
        notebooks.refuse(path, "shown")
    try:
        flake8 = Flake8([*flake8_options.given(options), *(path for path, _ in places)])
    except SettingsError as error:
        raise Refused(str(error)) from None
    with progress.bar("reading") as tell:
        files = list(_wanted(flake8.check_all(tell), places))
    report(files)
    return DISAGREEMENT if any(file.findings for file in files) else OK


def _report(options: argparse.Namespace) -> Callable[[Sequence[Checked]], None]:
    """Return what writes the findings; what cannot be written is refused before anything is read."""
    if options.format == "text" and options.output is not None:
        raise Refused("--output is for json, sarif and html")
    try:
        if options.format == "text":
            from flake8_flax_rng.show.text import TextReport

            return TextReport(color=not options.no_color).print
        render = _renderer(options.format)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise Refused(f"{package} is not installed: pip install 'flake8-flax-rng[show]'") from None
    return lambda files: _write(
        render(files, options.docs_url if options.docs_url is not None else Plugin.docs_url), options.output
    )


def _renderer(form: str) -> Callable[[Sequence[Checked], str], str]:
    if form == "json":
        return lambda files, docs_url: as_json.text(files)
    if form == "sarif":
        return sarif.text
    from flake8_flax_rng.show import html

    return html.text


def _write(text: str, output: str | None) -> None:
    if output is not None:
        Path(output).write_text(text + "\n", encoding="utf-8")
    else:
        sys.stdout.buffer.write(text.encode() + b"\n")


def _place(path: str) -> tuple[str, int | None]:
    """Return a path and a line; what is a file is no path with a line."""
    name, colon, number = path.rpartition(":")
    if colon and number.isdecimal() and not os.path.exists(path):
        return name, int(number)
    return path, None


def _wanted(files: Iterator[Checked], places: Sequence[tuple[str, int | None]]) -> Iterator[Checked]:
    """Go through the files, each under one name, with what is found in the lines that were asked for."""
    lines: dict[str, list[int]] = {}
    whole = {reader_path(path) for path, line in places if line is None}
    for path, line in places:
        if line is not None:
            lines.setdefault(reader_path(path), []).append(line)
    seen: set[str] = set()
    for checked in files:
        file = replace(checked, path=reader_path(checked.path))
        if file.path in seen:
            continue
        seen.add(file.path)
        wanted = lines.get(file.path, [])
        if not wanted or file.path in whole:
            yield file
            continue
        kept = [found for found in file.findings if any(Account(file.path, found).concerns(line) for line in wanted)]
        yield replace(file, findings=tuple(kept))
