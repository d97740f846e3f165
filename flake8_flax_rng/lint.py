"""The whole way from text to findings."""

from __future__ import annotations

import ast
import sys

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.semantics.names import IMPORTS_OF_INTEREST, interesting
from flake8_flax_rng.syntax.index import build

_RECURSION = 20_000


def lint(source: str, tree: ast.Module | None = None, filename: str = "<unknown>") -> list[Finding]:
    """Analyse one file.

    Args:
        source: the file's text.
        tree: its ``ast``, when the caller has parsed it already; it is only read.
        filename: the name that the caller knows the file by.

    Returns:
        the findings, sorted by place. A file that names neither JAX nor Flax has none, and costs
        nothing but the search.
    """
    if not any(word in source for word in IMPORTS_OF_INTEREST):
        return []
    source = source.removeprefix("\ufeff")
    if tree is None:
        try:
            tree = ast.parse(source, filename)
        except SyntaxError:
            return []
    if not _imports_of_interest(tree):
        return []
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        return _analysed(source, tree)
    finally:
        sys.setrecursionlimit(limit)


def _imports_of_interest(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        if any(name.partition(".")[0] in IMPORTS_OF_INTEREST for name in names):
            return True
    return False


def _analysed(source: str, tree: ast.Module) -> list[Finding]:
    # LibCST costs 0.2 s to import, so files that need no analysis never load it.
    from flake8_flax_rng.interpreter.analysis import Analysis
    from flake8_flax_rng.rules import findings, not_analysed
    from flake8_flax_rng.syntax.source import chunks

    analysis = Analysis(chunks(source, tree), build(tree, interesting))
    found = findings(analysis.run())
    found.extend(not_analysed(failure) for failure in analysis.failures[:1])
    return sorted(found)
