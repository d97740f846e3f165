"""The whole way from text to findings."""

from __future__ import annotations

import ast
import gc
import importlib
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from functools import cache

from flake8_flax_rng.cache import Entry
from flake8_flax_rng.finding import NOT_ANALYSED, Finding
from flake8_flax_rng.semantics.gate import IMPORTS_OF_INTEREST, may_handle_keys, names_keys
from flake8_flax_rng.semantics.interest import interest
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES, Libraries
from flake8_flax_rng.semantics.names import handles_keys, works_with_keys
from flake8_flax_rng.syntax.collected_tests import is_test_file
from flake8_flax_rng.syntax.deep_stack import TURN, with_room
from flake8_flax_rng.syntax.index import build
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.syntax.walk import statements, walk

NEW_OBJECTS = 10_000
"""How many objects more there are when the collector looks at the new ones, once LibCST is loaded."""


def lint(
    source: str,
    tree: ast.Module | None = None,
    filename: str = "<unknown>",
    libraries: Libraries = NO_LIBRARIES,
    project: Project | None = None,
    off: Callable[[], Container[str]] = tuple,
    entry: Callable[[str], Entry | None] = lambda _: None,
    detailed: bool = False,
) -> list[Finding]:
    """Analyse one file.

    Args:
        source: the file's text.
        tree: its ``ast``, when the caller has parsed it already; it is only read.
        filename: the name that the caller knows the file by.
        libraries: what is known of other packages, with the consumers that the user has named.
        project: the other files of the project, as the file sees them; None to follow none of them.
        off: returns the codes of the rules that are not asked; called where a file is analysed at all.
        entry: returns what earlier runs have found in this text, and where this one may leave what it finds.
        detailed: whether each finding is to hold its range, the places that belong to it, and its fix; earlier runs
            are not asked then.

    Returns:
        the findings, sorted by place. A file that names neither JAX nor Flax, nor a library built on
        them, has none, and costs nothing but the search; unless it hands on keys, as far as its words can tell,
        and a module of the project that it imports itself names one of those packages.
    """
    named = names_keys(source) or libraries.named_in(source)
    if not named and (project is None or not may_handle_keys(source)):
        return []
    known = None if detailed else entry(source)
    findings = known.read() if known is not None else None
    if findings is None:
        findings = _linted(source.removeprefix("\ufeff"), tree, filename, libraries, project, off, named, detailed)
        settled = project is None or not project.disk.changed
        if known is not None and settled and not any(found.code == NOT_ANALYSED for found in findings):
            known.write(findings, project.disk.answered() if project is not None else {})
    return findings


def _linted(
    source: str,
    tree: ast.Module | None,
    filename: str,
    libraries: Libraries,
    project: Project | None,
    off: Callable[[], Container[str]],
    named: bool,
    detailed: bool,
) -> list[Finding]:
    found = tree if tree is not None else with_room(lambda: _parsed(source, filename))
    if found is None or not _can_matter(found, libraries, project, named):
        return []
    tests = is_test_file(filename)
    return with_room(lambda: _analysed(source, found, libraries, project, off, tests, detailed))


def _parsed(source: str, filename: str) -> ast.Module | None:
    try:
        return ast.parse(source, filename)
    except SyntaxError:
        return None


def _can_matter(tree: ast.Module, libraries: Libraries, project: Project | None, named: bool) -> bool:
    """Look at what the file imports: few files are worth a thread."""
    if all(map(_hands_on, tree.body)):
        return False
    if named and _imports_of_interest(tree, libraries):
        return True
    with TURN:
        return project is not None and project.relies_on(tree, works_with_keys)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Spare the search for cycles while trees and terms are built: they hold none, and it costs a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _hands_on(statement: ast.stmt) -> bool:
    """Return whether nothing is called or computed in a statement: most packages have files of nothing else.

    It imports something, is plain text, gives other names to what there is, or defines a function that only does such.
    """
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(statement, ast.Assign):
        return all(isinstance(target, ast.Name) for target in statement.targets) and _only_names(statement.value)
    if isinstance(statement, ast.FunctionDef):
        return not statement.decorator_list and _takes_no_key(statement.args) and all(map(_hands_on, statement.body))
    if isinstance(statement, ast.Return):
        return statement.value is None or _only_names(statement.value)
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


_NAMING = frozenset(
    {ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Starred}
)


def _only_names(node: ast.expr) -> bool:
    """Return whether an expression only names what there is, and puts it into containers."""
    return all(type(part) in _NAMING for part in walk(node))


def _takes_no_key(arguments: ast.arguments) -> bool:
    """Return whether no parameter is called like a key, and all that may be left out have plain defaults."""
    defaults = [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]
    names = [part.arg for part in walk(arguments) if isinstance(part, ast.arg)]
    return all(isinstance(default, ast.Constant) for default in defaults) and not any(map(handles_keys, names))


def _imports_of_interest(tree: ast.Module, libraries: Libraries) -> bool:
    for node in statements(tree.body):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else [""]
        else:
            continue
        roots = [name.partition(".")[0] for name in names]
        if any(root in IMPORTS_OF_INTEREST or libraries.imported(root) for root in roots):
            return True
    return False


@cache
def _load() -> None:
    """Load what analyses a file: LibCST alone takes 0.2 s, so that files that need no analysis never do.

    Modules stay to the end. The collector, which looks at all that it knows again and again, need not look at these.
    """
    importlib.import_module("flake8_flax_rng.interpreter.roots.analysis")
    importlib.import_module("flake8_flax_rng.rules")
    gc.freeze()
    collect_seldom()


def collect_seldom() -> None:
    """Let the collector look at what is new only where that is as much as a file brings, if it looks at all.

    flake8's trees hold cycles. A collector that comes after every 700 objects finds those of the current file in use,
    takes them for old, and then has to go through all that is kept to find them again.
    """
    young, *older = gc.get_threshold()
    if young:
        gc.set_threshold(max(young, NEW_OBJECTS), *older)


def _analysed(
    source: str,
    tree: ast.Module,
    libraries: Libraries,
    project: Project | None,
    off: Callable[[], Container[str]],
    tests: bool,
    detailed: bool,
) -> list[Finding]:
    _load()
    from flake8_flax_rng.interpreter.roots.analysis import Analysis
    from flake8_flax_rng.rules import findings, not_analysed
    from flake8_flax_rng.syntax.source import borrowed_trees, chunks

    def found() -> list[Finding]:
        with borrowed_trees():
            index = build(tree, interest(libraries, project, project.home if project is not None else ""))
            analysis = Analysis(chunks(source, tree), index, libraries, project)
            try:
                result = findings(analysis.run(), off(), tests, detailed, analysis.origins)
            finally:
                analysis.close()
            result.extend(not_analysed(failure) for failure in analysis.failures[:1])
            return sorted(result)

    if project is not None:
        project.open(source)
    # What the analysis has built is gone when the collector is back, which would look at all of it once.
    with _collector_at_rest():
        return found()
