"""Where a `# noqa` must be written so that flake8 does not report a finding."""

from __future__ import annotations

import argparse
import re
import tokenize
from collections.abc import Sequence

from flake8.processor import FileProcessor
from flake8.violation import Violation

from flake8_flax_rng.finding import Edit, Finding, Range

_NOQA = re.compile(r"#\s*noqa(?::\s?(?P<codes>[A-Z]\d+(?:[,\s]+[A-Z]\d+)*))?", re.IGNORECASE)


def silence(finding: Finding, lines: Sequence[str], options: argparse.Namespace) -> Edit | None:
    """Return the edit that silences a finding.

    flake8 looks for the comment in the finding's line; where that is part of a text over several lines, or of lines
    that are continued, in all of them. Only after the last one there is room for a comment.

    Args:
        finding: the finding.
        lines: the lines of the file, without their ends.
        options: flake8's options.

    Returns:
        the edit; None where no comment would help.
    """
    processor = FileProcessor("stdin", options, [f"{line}\n" for line in lines])
    searched = processor.noqa_line_for(finding.line) or f"{lines[finding.line - 1]}\n"
    first, last = _span(finding.line, lines, searched)
    line, comment = lines[last - 1], _comment(processor, last)
    there = _NOQA.search(line, comment)
    if there is not None and there["codes"]:
        start, end, text = there.end(), there.end(), f",{finding.code}"
    else:
        start, end, text = len(line.rstrip()), len(line), f"  # noqa: {finding.code}"
    changed = "\n".join([*lines[first - 1 : last - 1], line[:start] + text + line[end:], ""])
    if not Violation(finding.code, "stdin", finding.line, 1, "", changed).is_inline_ignored(False):
        return None  # The first `noqa` counts, and may stand in a text.
    return Edit(Range(last, start, last, end), text)


def _span(line: int, lines: Sequence[str], searched: str) -> tuple[int, int]:
    """Find the lines that flake8 searches together with a line."""
    wanted = searched.removesuffix("\n").split("\n")
    for first in range(max(line - len(wanted) + 1, 1), line + 1):
        if list(lines[first - 1 : first - 1 + len(wanted)]) == wanted:
            return first, first + len(wanted) - 1
    return line, line


def _comment(processor: FileProcessor, line: int) -> int:
    """Return the column at which the comment of a line begins; one behind all columns when it has none."""
    comments = (token for token in processor.file_tokens if token.type == tokenize.COMMENT)
    return next((token.start[1] for token in comments if token.start[0] == line), len(processor.lines[line - 1]))
