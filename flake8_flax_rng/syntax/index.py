"""The index of a file, read from its ``ast``: which definitions can matter to the analysis at all.

A definition matters when it names something of interest, or another definition that matters. The
analysis parses and follows nothing else unless a name is asked for.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

from flake8_flax_rng.records import field, record
from flake8_flax_rng.syntax.mutators import FILLING
from flake8_flax_rng.syntax.walk import called_name, statements, walk

SMALL = 8
"""Functions of so few lines are followed in any case: they hand on what they are given."""

_NOTED = frozenset({ast.Subscript, ast.arg, ast.Import, ast.ImportFrom, ast.AnnAssign})
_OF_A_DICT = "keys"
_ORDERING = ("sorted", "min", "max", "sort", "groupby", "nlargest", "nsmallest")


@record(frozen=False)
class Unit:
    """A top-level function, a method, or a top-level statement.

    Args:
        name: ``f``, ``C.m``, or empty for other statements.
        lines: how many lines it has.
        identifiers: the names and attributes that stand in it.
        seeded: whether it names something of interest itself.
        defines: the names and attributes that it binds for others.
        fills: the names of the containers that it puts something into.
        imports: whether it binds imported names, may not be parsed, or is a statement of a script that uses
            another file, and so is followed in any case.
        foreign: whether it names another file of the project, or a definition of this file that does.
        words: whether a call in it is of interest beside such a name.
    """

    name: str
    lines: int
    identifiers: set[str] = field(default_factory=set)
    seeded: bool = False
    defines: set[str] = field(default_factory=set)
    fills: set[str] = field(default_factory=set)
    imports: bool = False
    foreign: bool = False
    words: bool = False


@record(frozen=False)
class Index:
    """What a file defines.

    Args:
        by_statement: the units of each top-level statement, in order.
        relevant: names of the functions and methods that matter.
        small: names of those that are short.
        foreign: names of those that name another file of the project, and are followed where they are called.
        changed: the attributes of imported things that the file sets.
        filled: the names of the containers that its functions put something into.
    """

    by_statement: list[list[Unit]]
    relevant: set[str]
    small: set[str]
    foreign: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)

    def matters(self, statement: int) -> bool:
        """Return whether a top-level statement has to be followed."""
        return any(unit.seeded or unit.imports for unit in self.by_statement[statement])

    def defined(self, statement: int) -> set[str]:
        """Return the names that a top-level statement binds."""
        return {name for unit in self.by_statement[statement] for name in unit.defines}

    def imported(self) -> set[str]:
        """Return the names that import statements bind at the top level."""
        return {name for statement in self.by_statement for unit in statement if unit.imports for name in unit.defines}

    def followed(self, name: str) -> bool:
        """Return whether calls of a function or method are followed into its body."""
        return name in self.relevant or name in self.small or name in self.foreign


@record()
class Interest:
    """What makes a definition one that matters.

    Args:
        paths: whether a dotted path, as imported or spelled, is of interest.
        ours: whether it is that of another file of the project.
        words: whether an identifier in a call is of interest beside a name of another file.
        keywords: whether a call that names an argument so is of interest wherever it stands.
    """

    paths: Callable[[str], bool]
    ours: Callable[[str], bool] = lambda _: False
    words: Callable[[str], bool] = lambda _: False
    keywords: Callable[[str], bool] = lambda _: False


def build(tree: ast.Module, interesting: Callable[[str], bool] | Interest) -> Index:
    """Read the index of a file.

    Args:
        tree: the file's ``ast``; it is only read.
        interesting: what makes a definition matter, or only which dotted paths are of interest.

    Returns:
        the index, with everything that matters found to its end.
    """
    interest = interesting if isinstance(interesting, Interest) else Interest(interesting)
    imported = _imported(tree, interest.paths)
    reader = _Reader(imported, interest)
    by_statement = [reader.units(statement) for statement in tree.body]
    units = [unit for statement in by_statement for unit in statement]
    if any(name.startswith("*") for name in imported):
        for unit in units:
            unit.seeded = True
    _spread_foreign(by_statement)
    for statement, parts in zip(tree.body, by_statement, strict=True):
        for unit in parts:
            unit.seeded = unit.seeded or (unit.foreign and unit.words)
            # What is done to an object of another file must be followed in order, and as a whole.
            script = not unit.name and not isinstance(statement, ast.ClassDef)
            unit.imports = unit.imports or (unit.foreign and script)
    _name_what_is_defined_again(tree, by_statement)
    _spread(units)
    return Index(
        by_statement,
        {unit.name for unit in units if unit.seeded and unit.name},
        {unit.name for unit in units if unit.name and unit.lines <= SMALL},
        {unit.name for unit in units if unit.name and unit.foreign},
        reader.changed,
        reader.filled,
    )


def _imported(tree: ast.Module, interesting: Callable[[str], bool]) -> dict[str, str]:
    """Return what each imported name stands for, wherever it is imported."""
    paths: dict[str, str] = {}
    for node in statements(tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                paths[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                path = member(module, alias.name)
                paths[path if alias.name == "*" else alias.asname or alias.name] = path
    return {
        ("*" + name if name.endswith(".*") and interesting(name.removesuffix(".*")) else name): path
        for name, path in paths.items()
    }


def member(module: str, name: str) -> str:
    """Return the path of a name in a module, whose own path may be nothing but the dots of a relative import."""
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


class _Reader:
    """Reads the units of one file.

    Args:
        imported: what each imported name stands for.
        interest: what makes a unit matter.
    """

    def __init__(self, imported: dict[str, str], interest: Interest):
        self._imported = imported
        self._interesting = cache(interest.paths)
        self._seeds = {name for name, path in imported.items() if interest.paths(path)}
        self._words = cache(interest.words)
        self._keywords = interest.keywords
        self._ours = {name for name, path in imported.items() if interest.ours(path)}
        self._star = any(imported[name].endswith(".*") for name in self._ours)
        self.changed: set[str] = set()
        self.filled: set[str] = set()

    def units(self, statement: ast.stmt) -> list[Unit]:
        """Return the units of a top-level statement."""
        if not isinstance(statement, ast.ClassDef):
            name = statement.name if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) else ""
            unit = self._read(name, [statement])
            unit.defines |= set(bound(statement))
            if not name:
                unit.fills.update(_filled(statement))
            return [unit]
        units: list[Unit] = []
        rest: list[ast.AST] = [*statement.bases, *statement.keywords, *statement.decorator_list]
        for part in statement.body:
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
                method = self._read(f"{statement.name}.{part.name}", [part])
                method.defines |= {statement.name, part.name}
                units.append(method)
            else:
                rest.append(part)
        body = self._read("", rest)
        said = [part.annotation for part in rest if isinstance(part, ast.AnnAssign)]
        for annotation in said:
            body.identifiers |= _quoted(annotation)
        body.defines |= {statement.name}
        body.defines |= {
            part.target.id for part in rest if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        }
        return [body, *units]

    def _read(self, name: str, nodes: list[ast.AST]) -> Unit:
        unit = Unit(name, _length(nodes))
        said: set[str] = set()
        named: set[str] = set()
        for node in nodes:
            for inner in walk(node):
                kind = type(inner)
                if kind is ast.Name:
                    named.add(inner.id)  # type: ignore[attr-defined]
                elif kind is ast.Attribute:
                    self._attribute(unit, inner)  # type: ignore[arg-type]
                elif kind is ast.Call:
                    self._call(unit, said, inner)  # type: ignore[arg-type]
                elif kind in _NOTED:
                    self._note(unit, inner)
        unit.identifiers |= named
        unit.seeded = unit.seeded or not self._seeds.isdisjoint(named)
        unit.foreign = self._star or not self._ours.isdisjoint(unit.identifiers)
        unit.words = any(map(self._words, said))
        return unit

    def _call(self, unit: Unit, said: set[str], node: ast.Call) -> None:
        said.update(_said(node))
        unit.seeded = unit.seeded or any(self._keywords(key.arg or "") for key in node.keywords)
        unit.defines.update(_set_by_name(node))

    def _note(self, unit: Unit, node: ast.AST) -> None:
        if isinstance(node, ast.Subscript):
            if unit.name and not isinstance(node.ctx, ast.Load):
                self.filled.add(_last_name(node.value))
        elif isinstance(node, ast.arg):
            unit.identifiers |= _quoted(node.annotation) if node.annotation is not None else set()
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            unit.imports = unit.imports or not unit.name
        elif isinstance(node, ast.AnnAssign) and not node.simple and isinstance(node.target, ast.Name):
            # LibCST rejects the annotation of a name in parentheses: only trying it tells the user so.
            unit.imports = True

    def _attribute(self, unit: Unit, node: ast.Attribute) -> None:
        unit.identifiers.add(node.attr)
        if unit.name and node.attr in FILLING:
            self.filled.add(_last_name(node.value))
        if isinstance(node.ctx, ast.Store):
            unit.defines.add(node.attr)
            self._store(node)
        if not unit.seeded:
            path = _dotted(node, self._imported)
            unit.seeded = bool(path) and self._interesting(path)

    def _store(self, target: ast.Attribute) -> None:
        inner: ast.expr = target
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id in self._imported:
            self.changed.add(target.attr)


def _filled(statement: ast.stmt) -> Iterator[str]:
    """Go through the names of the containers that a statement puts something into."""
    for node in walk(statement):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.value, ast.Name):
            fills = node.attr in FILLING if isinstance(node, ast.Attribute) else isinstance(node.ctx, ast.Store)
            if fills:
                yield node.value.id


def _quoted(annotation: ast.expr) -> set[str]:
    """Return the names in an annotation that is written as text."""
    return set(re.findall(r"\w+", str(annotation.value))) if isinstance(annotation, ast.Constant) else set()


def _said(call: ast.Call) -> Iterator[str]:
    """Go through the last names of what is called, and of what it is given; ``x.keys()`` are those of a dict."""
    called = _last_name(call.func)
    if called != _OF_A_DICT or call.args or call.keywords:
        yield called
    for arg in call.args:
        yield _last_name(arg)
    for keyword in call.keywords:
        yield _last_name(keyword.value)
        if keyword.arg and not (keyword.arg == "key" and called in _ORDERING):
            yield keyword.arg


def _set_by_name(call: ast.Call) -> Iterator[str]:
    """Go through the attributes that ``setattr(x, "name", value)`` or ``x.__setattr__("name", value)`` sets."""
    called = called_name(call)
    if called in ("setattr", "__setattr__"):
        yield from (arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def _last_name(node: ast.expr) -> str:
    while isinstance(node, (ast.Subscript, ast.Starred)):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _length(nodes: list[ast.AST]) -> int:
    first = nodes[0] if nodes else None
    if not isinstance(first, ast.stmt):
        return 0
    return (first.end_lineno or first.lineno) - first.lineno + 1


def _dotted(node: ast.Attribute, imported: dict[str, str]) -> str:
    parts = [node.attr]
    inner: ast.expr = node.value
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name) or inner.id not in imported:
        return ""
    return ".".join([imported[inner.id], *reversed(parts)])


def bound(statement: ast.stmt) -> Iterator[str]:
    """Go through the names that a statement binds at the top level."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
        return
    for node in walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0]


def _spread_foreign(by_statement: list[list[Unit]]) -> None:
    """Mark the units that name a top-level definition which names another file; a class counts as a whole."""
    waiting = [units for units in by_statement if not all(unit.foreign for unit in units)]
    names: set[str] = set()
    for units in by_statement:
        if units[0].foreign:
            names |= _top_names(units)
    while names:
        found: set[str] = set()
        for units in list(waiting):
            if units[0].foreign or not names.isdisjoint(units[0].identifiers):
                waiting.remove(units)
                found |= set() if units[0].foreign else _top_names(units)
                for unit in units:
                    unit.foreign = True
            else:
                for unit in units[1:]:
                    unit.foreign = unit.foreign or not names.isdisjoint(unit.identifiers)
        names = found


def _top_names(units: list[Unit]) -> set[str]:
    """Return the names that a top-level statement binds in the module, without those in a class."""
    return units[0].defines if len(units) == 1 else {unit.name.partition(".")[0] for unit in units[1:2]}


def _name_what_is_defined_again(tree: ast.Module, by_statement: list[list[Unit]]) -> None:
    """Let a definition count as one that names itself where another statement binds its name: one takes its place."""
    times = Counter(name for units in by_statement for name in _top_names(units))
    for statement, units in zip(tree.body, by_statement, strict=True):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and times[statement.name] > 1:
            units[0].identifiers.add(statement.name)


def _spread(units: list[Unit]) -> None:
    """Mark the units that name one that matters, until no more are found."""
    users: dict[str, list[Unit]] = {}
    for unit in units:
        for name in unit.identifiers:
            users.setdefault(name, []).append(unit)
    pending = [name for unit in units if unit.seeded for name in sorted(unit.defines | unit.fills)]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for unit in users.get(name, ()):
            if not unit.seeded:
                unit.seeded = True
                pending.extend(sorted(unit.defines | unit.fills))
