"""What a fixture says about itself: its claims and its marked lines."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CLAIM = re.compile(r"#\s*claim:\s*(?P<kind>[\w-]+)\s*(?P<rest>.*)")
_EXPECT = re.compile(r"#\s*expect:\s*(?P<codes>RNG\d{3}(?:\s*,\s*RNG\d{3})*)")
_INTENDED = re.compile(r"#\s*intended:\s*(?P<reason>\S.*)")
_LOOSE = re.compile(r"#\s*(claim|expect|intended)\s*:")
_RULE = re.compile(r"RNG\d{3}")

KINDS = (
    *("raises", "key-reused", "same-output", "other-process", "no-effect"),
    *("replayed", "drawn", "stops-drawing", "line-without-effect"),
    *("legacy-key", "shared-key", "unused-key", "clean"),
)
_WITH_ARGUMENT = frozenset({"raises", "same-output", "other-process", "no-effect", "line-without-effect"})


class FixtureError(Exception):
    """The file cannot be read as a fixture; the text says why."""


@dataclass(frozen=True)
class Claim:
    """One `# claim:` comment.

    Args:
        kind: one of `KINDS`.
        argument: what follows: the exception, the stream, or the two expressions.
    """

    kind: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.argument}".strip()


@dataclass(frozen=True)
class Fixture:
    """One program and what it says about itself.

    Args:
        path: the program's file.
        source: its text.
        rule: the code of the directory that it stands in, or "".
        claims: the run-time claims, at least one.
        expected: (line, code) of every finding that the linter must report.
        intended: line and reason of each repetition that is meant.
    """

    path: Path
    source: str
    rule: str
    claims: tuple[Claim, ...]
    expected: frozenset[tuple[int, str]]
    intended: dict[int, str]

    @property
    def marked(self) -> dict[int, frozenset[str]]:
        """The marked lines, each with its codes."""
        lines = {line for line, _ in self.expected}
        return {line: frozenset(code for at, code in self.expected if at == line) for line in sorted(lines)}

    def concerns(self, code: str) -> bool:
        """Tell whether this program is about a rule: it stands in the rule's directory, or a mark names it."""
        return code == self.rule or any(code == marked for _, marked in self.expected)


def read(path: Path) -> Fixture:
    """Read one fixture.

    Args:
        path: the program's file.

    Returns:
        the fixture.

    Raises:
        FixtureError: when the file does not follow the contract.
    """
    try:
        source = path.read_text(encoding="utf-8")
        comments = list(_comments(source))
    except (OSError, ValueError, SyntaxError, tokenize.TokenError) as error:
        raise FixtureError(f"cannot be read: {error}") from error
    claims = tuple(claim for _, text in comments if (claim := _claim(text)) is not None)
    expected = frozenset((line, code) for line, text in comments for code in _expected(text))
    _refuse_typos(comments)
    _refuse_contradictions(claims, expected)
    return Fixture(path, source, rule_of(path), claims, expected, intended_lines(source))


def has_claim(path: Path) -> bool:
    """Tell whether a file is meant as a fixture.

    Args:
        path: the file.

    Returns:
        whether one of its comments is a marker of a fixture.
    """
    try:
        comments = list(_comments(read_source(path)))
    except (ValueError, SyntaxError, tokenize.TokenError):
        return False
    return any(_CLAIM.match(text) or _EXPECT.search(text) for _, text in comments)


def read_source(path: Path) -> str:
    """Read a program's text, in the encoding that it names.

    Args:
        path: its file.

    Returns:
        the text.

    Raises:
        ValueError, SyntaxError: when it is not text in that encoding.
    """
    with tokenize.open(path) as stream:
        return stream.read()


def intended_lines(source: str) -> dict[int, str]:
    """Find where a program says that a repetition is meant.

    Args:
        source: its text.

    Returns:
        line and reason of each `# intended:` comment.
    """
    return {line: match["reason"] for line, text in _comments(source) if (match := _INTENDED.search(text))}


def find(paths: Iterable[Path]) -> list[Path]:
    """List the fixture programs below some paths.

    Args:
        paths: files, which are taken as they are, and directories, which are searched for `bad_*.py` and
            `good_*.py`.

    Returns:
        the files, sorted, each once.

    Raises:
        FixtureError: when a path does not exist.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_file():
            found.add(path)
        elif path.is_dir():
            found.update(path.rglob("bad_*.py"), path.rglob("good_*.py"))
        else:
            raise FixtureError(f"{path}: no such file or directory")
    return sorted(found)


def rule_of(path: Path) -> str:
    """Tell which rule a fixture belongs to.

    Args:
        path: the program's file.

    Returns:
        the nearest directory that is named like a code, or "".
    """
    return next((part for part in reversed(path.absolute().parts[:-1]) if _RULE.fullmatch(part)), "")


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _claim(comment: str) -> Claim | None:
    match = _CLAIM.match(comment)
    if match is None:
        return None
    claim = Claim(match["kind"], match["rest"].strip())
    if claim.kind not in KINDS:
        raise FixtureError(f"unknown claim {claim.kind!r}; known are {', '.join(KINDS)}")
    wants_argument = claim.kind in _WITH_ARGUMENT
    if wants_argument != bool(claim.argument):
        raise FixtureError(f"the claim {claim.kind!r} {'needs' if wants_argument else 'takes no'} argument")
    return claim


def _expected(comment: str) -> list[str]:
    match = _EXPECT.search(comment)
    return re.findall(r"RNG\d{3}", match["codes"]) if match else []


def _refuse_typos(comments: list[tuple[int, str]]) -> None:
    """Refuse a comment that looks like a marker and is none: it would be ignored in silence."""
    for line, text in comments:
        known = _CLAIM.match(text) or _EXPECT.search(text) or _INTENDED.search(text)
        if _LOOSE.search(text) and not known:
            raise FixtureError(f"line {line}: cannot understand the marker {text!r}")


def _refuse_contradictions(claims: tuple[Claim, ...], expected: frozenset[tuple[int, str]]) -> None:
    clean = any(claim.kind == "clean" for claim in claims)
    if not claims:
        raise FixtureError("no '# claim:' comment")
    if clean and (len(claims) > 1 or expected):
        raise FixtureError("a clean program has no other claim and no '# expect:'")
    if not clean and not expected:
        raise FixtureError("a bad program needs a line with '# expect:'")
