"""The whole way from text to findings."""

from __future__ import annotations

import ast
import sys

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES, Libraries
from flake8_flax_rng.semantics.names import IMPORTS_OF_INTEREST, interesting
from flake8_flax_rng.syntax.index import build

_RECURSION = 20_000


def lint(
    source: str,
    tree: ast.Module | None = None,
    filename: str = "<unknown>",
    libraries: Libraries = NO_LIBRARIES,
) -> list[Finding]:
    """Analyse one file.

    Args:
        source: the file's text.
        tree: its ``ast``, when the caller has parsed it already; it is only read.
        filename: the name that the caller knows the file by.
        libraries: what is known of other packages, with the consumers that the user has named.

    Returns:
        the findings, sorted by place. A file that names neither JAX nor Flax, nor a library built on
        them, has none, and costs nothing but the search.
    """
    if not any(word in source for word in IMPORTS_OF_INTEREST) and not libraries.named_in(source):
        return []
    source = source.removeprefix("\ufeff")
    if tree is None:
        try:
            tree = ast.parse(source, filename)
        except SyntaxError:
            return []
    if not _imports_of_interest(tree, libraries):
        return []
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        return _analysed(source, tree, libraries)
    finally:
        sys.setrecursionlimit(limit)


def _imports_of_interest(tree: ast.Module, libraries: Libraries) -> bool:
    for node in ast.walk(tree):
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


def _analysed(source: str, tree: ast.Module, libraries: Libraries) -> list[Finding]:
    # LibCST costs 0.2 s to import, so files that need no analysis never load it.
    from flake8_flax_rng.interpreter.analysis import Analysis
    from flake8_flax_rng.rules import findings, not_analysed
    from flake8_flax_rng.syntax.source import chunks

    index = build(tree, lambda path: interesting(path) or libraries.interesting(path))
    analysis = Analysis(chunks(source, tree), index, libraries)
    found = findings(analysis.run())
    found.extend(not_analysed(failure) for failure in analysis.failures[:1])
    return sorted(found)
