"""What the classes of some sources declare their attributes to be: of a field, or of the constructor's parameter."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Declared:
    """A class as its text says.

    Args:
        bases: the last names of its bases.
        attributes: what its attributes are declared to be; empty where its constructor's parameter is not.
    """

    bases: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)


class Classes:
    """The classes of some sources, by name."""

    def __init__(self) -> None:
        self._known: dict[str, Declared] = {}

    def read(self, paths: Iterable[Path]) -> None:
        """Read files; of two classes with one name, the first counts."""
        for path in paths:
            try:
                tree = ast.parse(path.read_text(errors="replace").removeprefix("\ufeff"))
            except (SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    self._known.setdefault(node.name, _declared(node))

    def attribute(self, name: str, attribute: str) -> str | None:
        """Return what an attribute of a class is declared to be, there or in one of its bases; None for none."""
        pending, seen = [name], set[str]()
        for current in pending:
            known = self._known.get(current)
            if known is None or current in seen:
                continue
            seen.add(current)
            if attribute in known.attributes:
                return known.attributes[attribute]
            pending.extend(known.bases)
        return None


def _declared(node: ast.ClassDef) -> Declared:
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    found = Declared([ast.unparse(base).rpartition(".")[2] for base in bases])
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found.attributes[statement.target.id] = ast.unparse(statement.annotation)
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            for name, annotation in _given(statement):
                found.attributes.setdefault(name, annotation)
    return found


def _given(constructor: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Go through the attributes that a constructor sets to its parameters."""
    params = (*constructor.args.args, *constructor.args.kwonlyargs)
    said = {arg.arg: ast.unparse(arg.annotation) if arg.annotation is not None else "" for arg in params}
    for node in ast.walk(constructor):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in said:
            for target in node.targets:
                if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                    yield target.attr, said[node.value.id]
