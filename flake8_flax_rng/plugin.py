"""The flake8 entry point, which hands its files to the linter.

flake8 loads it in each run, also where no file is of interest: what only a file of interest needs is loaded with the
first one.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from flake8_flax_rng import __version__
from flake8_flax_rng.semantics import gate

if TYPE_CHECKING:
    import argparse
    import ast
    from collections.abc import Iterator, Sequence
    from typing import SupportsIndex

    from flake8.options.manager import OptionManager

    from flake8_flax_rng.cache import Entry
    from flake8_flax_rng.finding import Finding
    from flake8_flax_rng.semantics.libraries import Libraries
    from flake8_flax_rng.syntax.project import Project

FOLDER = ".flake8_flax_rng_cache"
"""Where the cache is, in the project's root."""


class _Message(str):
    """A finding's line of text, which names the rule where flake8 counts findings: there it prints the first text.

    flake8 splits the code off, prints findings with ``%`` and its statistics with ``format``; a formatter of another
    package that uses ``format`` too shows the name in each finding.
    """

    def split(self, sep: str | None = None, maxsplit: SupportsIndex = -1) -> list[str]:
        code, *rest = super().split(sep, maxsplit)
        return [code, *(_Counted(text, code) for text in rest)]


class _Counted(str):
    """A text that knows its rule."""

    def __new__(cls, text: str, code: str) -> _Counted:
        self = super().__new__(cls, text)
        self.code = code
        return self

    code: str

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.code

    def __format__(self, specification: str) -> str:
        from flake8_flax_rng.rules import RULES  # what was found by an earlier run does not need them

        name = next((rule.name for rule in RULES if rule.code == self.code), "")
        return format(f"{name}: {self!s}" if name else str(self), specification)


class Plugin:
    """One file under flake8.

    Args:
        tree: the file's ``ast``, shared with flake8's other plugins: it is only read.
        lines: the file's lines as flake8 has read and decoded them, without a byte order mark.
        filename: the file's name; for standard input ``stdin`` or what ``--stdin-display-name`` says.
    """

    name = "flake8-flax-rng"
    version = __version__

    PREFIX: ClassVar[str] = "RNG"
    """How the codes begin."""

    requested: ClassVar[tuple[str, ...]] = ()
    """The entries of ``select`` and ``extend-select``."""

    libraries: ClassVar[Libraries | None] = None
    """What ``rng-consumers`` says; None where it says nothing."""

    follow: ClassVar[bool] = True
    """Whether other files of the project are followed."""

    project_root: ClassVar[str | None] = None
    """What ``rng-project-root`` says."""

    cache_dir: ClassVar[str | None] = ""
    """The folder of the cache: empty for one in the project's root, None for no cache."""

    docs_url: ClassVar[str] = ""
    """What ``rng-docs-url`` says."""

    settings: ClassVar[tuple[str, ...]] = ()
    """All that the user has set, as far as findings depend on it."""

    def __init__(self, tree: ast.Module, lines: Sequence[str], filename: str) -> None:
        self.tree = tree
        self.lines = lines
        self.filename = filename

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Declare the plugin's options."""
        manager.add_option(
            "--rng-consumers",
            default="",
            comma_separated_list=True,
            parse_from_config=True,
            help="Functions of your own that consume a random key, with the name of that argument: "
            "package.module.function:key",
        )
        manager.add_option(
            "--rng-project-root",
            default="",
            normalize_paths=True,
            parse_from_config=True,
            help="Directory whose Python files are read when a linted file imports them (default: the nearest one "
            "above it with a pyproject.toml, setup.cfg, setup.py, tox.ini, .flake8 or version control)",
        )
        manager.add_option(
            "--rng-no-follow",
            default=False,
            action="store_true",
            parse_from_config=True,
            help="Read no other file than the linted one",
        )
        manager.add_option(
            "--rng-cache-dir",
            default="",
            normalize_paths=True,
            parse_from_config=True,
            help="Directory that keeps what was found, for files that have not changed since (default: "
            f"{FOLDER} in the root of the project, where that has a sign of its own)",
        )
        manager.add_option(
            "--rng-no-cache",
            default=False,
            action="store_true",
            parse_from_config=True,
            help="Neither read nor write a cache",
        )
        manager.add_option(
            "--rng-docs-url",
            default="",
            parse_from_config=True,
            help="Where the pages of the rules are, for links in SARIF and HTML; the page of a rule is URL/RNG101.html",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Keep what the user has set; flake8 calls this at the start of a run, in each of its processes."""
        cls.requested = (*(options.select or ()), *(options.extend_select or ()))
        cls.follow = not options.rng_no_follow
        cls.project_root = options.rng_project_root or None
        cls.cache_dir = None if options.rng_no_cache else options.rng_cache_dir
        cls.docs_url = options.rng_docs_url
        cls.settings = tuple(map(repr, (cls.requested, cls.follow, cls.project_root, options.rng_consumers)))
        cls.libraries = _consumers(options.rng_consumers) if options.rng_consumers else None

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Yield the findings in the form that flake8 wants; nothing is raised."""
        found = self.findings()
        if not found:
            return
        from flake8_flax_rng.syntax import notebook

        cells = notebook.is_notebook(self.lines)
        for finding in found:
            message = notebook.by_cell(finding.message, finding.line, self.lines) if cells else finding.message
            yield finding.line, finding.column, _Message(f"{finding.code} {message}"), Plugin

    def _around(self) -> Project | None:
        from flake8_flax_rng.syntax.project import Project

        try:
            return Project(self.filename, self.project_root)
        except OSError:  # the working directory is gone
            return None

    def _entry(self, text: str) -> Entry | None:
        """Return what earlier runs have found in a text; None where there is no cache."""
        folder = self.cache_dir
        project = None if folder is None else self._around()
        if project is None or not (folder or (project.marked is not None and os.path.isdir(project.root))):
            return None
        from flake8_flax_rng.cache import Cache

        return Cache(folder or os.path.join(project.root, FOLDER), self.settings).entry(project.home, text)

    def findings(self, detailed: bool = False) -> list[Finding]:
        """Return what is found in the file; nothing is raised.

        Args:
            detailed: whether each finding is to hold its detail; no cache is asked then.
        """
        text = "".join(self.lines)
        named = gate.names_keys(text) or (self.libraries is not None and self.libraries.named_in(text))
        if not named and not (self.follow and gate.may_handle_keys(text)):
            return []
        return self._linted(text, detailed)

    def _linted(self, text: str, detailed: bool) -> list[Finding]:
        from flake8_flax_rng import lint
        from flake8_flax_rng.finding import NOT_ANALYSED, Finding
        from flake8_flax_rng.semantics.libraries import NO_LIBRARIES

        try:
            project, off = self._around() if self.follow else None, partial(_off, self.requested)
            libraries = self.libraries or NO_LIBRARIES
            return lint.lint(text, self.tree, self.filename, libraries, project, off, self._entry, detailed)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic in LibCST's native parser is no `Exception`
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            return [Finding(1, 0, NOT_ANALYSED, f"not analysed: {reason}")]


def _consumers(entries: Sequence[str]) -> Libraries:
    """Read the user's consumers; a wrong entry ends flake8's run with one message."""
    from flake8.exceptions import ExecutionError

    from flake8_flax_rng.semantics.libraries import read_consumers

    try:
        return read_consumers(entries)
    except ValueError as error:
        raise ExecutionError(f"rng-consumers: {error}") from None


def _off(requested: Sequence[str]) -> frozenset[str]:
    """The opt-in rules that nobody asked for.

    flake8's own default ignore list cannot say this: ``select = RNG`` overrides it, and ``ignore = E203``
    replaces it. Here an opt-in rule is on when an entry of ``select`` or ``extend-select`` means opt-in rules
    alone: ``RNG191`` or ``RNG19``, but not ``RNG1`` or ``RNG``.
    """
    from flake8_flax_rng.rules import RULES  # loaded by now, for the file is analysed

    default = [rule.code for rule in RULES if rule.default]
    explicit = tuple(entry for entry in requested if not any(code.startswith(entry) for code in default))
    return frozenset(rule.code for rule in RULES if not rule.default and not rule.code.startswith(explicit))
