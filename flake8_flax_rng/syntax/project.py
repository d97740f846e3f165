"""The other files of the project: found and read on disk, never imported. Knows nothing of JAX.

Nothing here raises: what cannot be found, read or parsed is None. A file is parsed once in a process, as long
as it stays as it is.
"""

from __future__ import annotations

import ast
import io
import os
import sys
import tokenize
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_flax_rng.records import field, record
from flake8_flax_rng.syntax.disk import SIZE_LIMIT, Asked, Disk, contents, digest
from flake8_flax_rng.syntax.index import Index, bound, member
from flake8_flax_rng.syntax.mentions import paths_in, question
from flake8_flax_rng.syntax.walk import statements, walk

if TYPE_CHECKING:
    from flake8_flax_rng.syntax.source import Chunk

FILES_FOLLOWED = 30
"""Other files that are read for one that is linted."""

TEXT_FOLLOWED = 2_000_000
"""Characters of all of them together."""

HANDED_ON = 4
"""Packages that hand one name on, as far as it is traced to find out whether it can matter."""

FILES_MENTIONING = 5
"""Files that mention a function whose callers are followed; of one that more of them mention nothing is known."""

FILES_KEPT = 40
"""Files that a process remembers."""

Wanted = Callable[[str], bool]
"""Tells by its text whether a module can matter."""

_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", ".flake8", ".git", ".hg")
_PACKAGE = "__init__.py"


@record(eq=False, frozen=False, slots=False)
class SourceFile:
    """Another file of the project.

    Args:
        path: where it is.
        text: what it holds.
        shown: what a reader finds it by: its path within the project.
    """

    path: str
    text: str
    shown: str = ""
    _indexes: dict[object, tuple[Index, Asked, list[object]]] = field(default_factory=dict)
    _wanted: dict[Wanted, bool] = field(default_factory=dict)

    @cached_property
    def tree(self) -> ast.Module:
        """Its ``ast``, empty if it cannot be parsed."""
        try:
            return ast.parse(self.text, self.path)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.Module([], [])

    @cached_property
    def chunks(self) -> list[Chunk]:
        """Its text in pieces."""
        from flake8_flax_rng.syntax.source import chunks  # LibCST is only loaded where a file is followed

        return chunks(self.text, self.tree, self.path, self.shown)

    @cached_property
    def bindings(self) -> dict[str, list[Chunk]]:
        """The pieces that bind or change each top-level name; under ``*`` those that import all names of a module."""
        found: dict[str, list[Chunk]] = {}
        for chunk in self.chunks:
            for name in {name for statement in chunk.tree for name in (*bound(statement), *_changed(statement))}:
                found.setdefault(name, []).append(chunk)
        return found

    @cached_property
    def rebound(self) -> frozenset[str]:
        """The names that functions declare ``global``: their values change while the program runs."""
        return frozenset(
            name for node in statements(self.tree.body) if isinstance(node, ast.Global) for name in node.names
        )

    @cached_property
    def imported(self) -> dict[str, str]:
        """What is imported at the top level, by the names that are bound to it."""
        return _imported(self.tree)

    @cached_property
    def stars(self) -> list[str]:
        """The modules all of whose names are imported."""
        return [
            "." * node.level + (node.module or "")
            for node in _top_level(self.tree.body)
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        ]

    @cached_property
    def _listed(self) -> frozenset[str] | None:
        for statement in self.tree.body:
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets
            ):
                try:
                    return frozenset(map(str, ast.literal_eval(statement.value)))
                except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
                    return None
        return None

    def wanted(self, wanted: Wanted) -> bool:
        """Return whether its text is wanted, asked once."""
        if wanted not in self._wanted:
            self._wanted[wanted] = wanted(self.text)
        return self._wanted[wanted]

    def exports(self, name: str) -> bool:
        """Return whether ``import *`` binds a name that the file binds."""
        return name in self._listed if self._listed is not None else not name.startswith("_")

    def index(self, settings: object, disk: Disk, build: Callable[[ast.Module], Index]) -> Index:
        """Return the index that was built under these settings, as long as the disk gives the same answers."""
        known = self._indexes.get(settings)
        if known is None or [disk.ask(*question) for question in known[1]] != known[2]:
            index, asked = disk.noted(lambda: build(self.tree))
            known = self._indexes[settings] = index, asked, [disk.ask(*question) for question in asked]
        return known[0]


_KEPT: OrderedDict[str, tuple[str, SourceFile]] = OrderedDict()


def _decoded(data: bytes) -> str | None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return io.TextIOWrapper(io.BytesIO(data), encoding).read()
    except (ValueError, SyntaxError, LookupError):
        return None


class Project:
    """The files around a linted one.

    Args:
        filename: the linted file; it need not exist, as in an editor.
        root: the directory outside of which nothing is followed; None to find it by the project's own signs.

    Attributes:
        home: the linted file's absolute path.
        disk: answers all that is asked of it.
    """

    def __init__(self, filename: str, root: str | None = None) -> None:
        self.home = os.path.abspath(filename)
        self.disk = Disk()
        self._given = None if root is None else os.path.abspath(root)
        self._children: dict[tuple[str, str], tuple[str | None, Asked]] = {}
        self._paths: dict[str, tuple[list[str], Asked]] = {}
        self._files: dict[str, SourceFile | None] = {}

    @cached_property
    def root(self) -> str:
        """The directory outside of which nothing is followed."""
        if self._given is not None:
            return self._given
        top = self._import_root(os.path.dirname(self.home))
        if self.marked is None:
            here = self.disk.text("here", "")
            return here if _within(top, here) else top
        return top if _within(self.marked, top) else self.marked

    @cached_property
    def marked(self) -> str | None:
        """The nearest directory above the file that a project's own signs say is its root; the one that is given."""
        if self._given is not None:
            return self._given
        folders = _upwards(os.path.dirname(self.home))
        return next((folder for folder in folders if self._has(folder, _MARKERS)), None)

    @property
    def packaged(self) -> bool:
        """Whether the linted file is a module of a package."""
        return self._has(os.path.dirname(self.home), (_PACKAGE,))

    def find(self, module: str, home: str) -> str | None:
        """Find a module.

        Args:
            module: its dotted name as it is imported, with the dots in front if that is relative.
            home: the file that imports it.

        Returns:
            the module's file, for a package its ``__init__.py``, or its directory if it has none.
        """
        name = module.lstrip(".")
        level = len(module) - len(name)
        if not level:
            return self._absolute(name.split("."), home)
        folder = os.path.dirname(home)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        if not _within(folder, self.root):
            return None
        package = os.path.join(folder, _PACKAGE)
        return self._down(package if self.disk.ask("file", package) else folder, name.split(".") if name else [])

    def child(self, module: str, name: str) -> str | None:
        """Return a module of a package, None if there is none."""
        folder = module
        if module.endswith(".py"):
            folder, file = os.path.split(module)
            if file != _PACKAGE:
                return None
        return self.disk.once(self._children, (folder, name), lambda: self._look(folder, name))

    def read(self, path: str) -> SourceFile | None:
        """Return a module's file, None if it cannot be read or too many were."""
        if not path.endswith(".py"):
            return None
        if path not in self._files:
            read = [file for home, file in self._files.items() if file is not None and home != self.home]
            if len(read) >= FILES_FOLLOWED or sum(len(file.text) for file in read) > TEXT_FOLLOWED - SIZE_LIMIT:
                return None
            self._files[path] = self._source(path)
        return self._files[path]

    def mentioning(self, name: str) -> list[SourceFile] | None:
        """Return the other files around the linted one that mention a name; None if there are too many."""
        answer = self.disk.ask("mentions", question(name, self.home))
        if not isinstance(answer, str) or answer.count("\n") >= FILES_MENTIONING:
            return None
        sources = [self._source(path) for path in paths_in(answer)]
        return [source for source in sources if source is not None] if None not in sources else None

    def beside(self, source: SourceFile) -> Project:
        """Return the project as another of its files sees it, which finds the linted one as it is here."""
        other = Project(source.path, self.root)
        other.disk = self.disk
        other._files = {source.path: source, self.home: self._files.get(self.home)}
        return other

    def _source(self, path: str) -> SourceFile | None:
        """Return a file as it is now; one that has not changed is not read again."""
        found = self.disk.ask("contents", path)
        known = _KEPT.get(path)
        shown = os.path.relpath(path, self.root).replace(os.sep, "/")
        if found is not None and known is not None and (known[0], known[1].shown) == (found, shown):
            _KEPT.move_to_end(path)
            return known[1]
        data = contents(path) if found is not None else None
        text = _decoded(data) if data is not None else None
        if data is None or text is None:
            self.disk.changed = self.disk.changed or (found is not None and data is None)
            return None
        self.disk.changed = self.disk.changed or digest(data) != found
        source = SourceFile(path, text, shown)
        _KEPT[path] = str(found), source
        while len(_KEPT) > FILES_KEPT:
            _KEPT.popitem(last=False)
        return source

    def open(self, text: str) -> None:
        """Take a text for that of the linted file, whatever the disk holds."""
        self._files[self.home] = SourceFile(self.home, text)

    def relies_on(self, tree: ast.Module, wanted: Wanted) -> bool:
        """Return whether a file imports something at its top level from a module of the project that is wanted."""
        # Most imports are those of Python itself, and to look for each in many places costs more than all the rest.
        paths = (path for path in _imported(tree).values() if path.partition(".")[0] not in sys.stdlib_module_names)
        return any(self.wanted(path, self.home, wanted) for path in paths)

    def wanted(self, path: str, home: str, wanted: Wanted) -> bool:
        """Return whether the text of the module is wanted that an imported path leads to.

        Nothing but the files that hand the name on is parsed for this.

        Args:
            path: the path as it is imported, with the dots in front if that is relative.
            home: the file that imports it.
            wanted: tells by its text whether a module is wanted.
        """
        return any(self._wanted_text(module, wanted) for module in self._origins(path, home, HANDED_ON))

    def _wanted_text(self, module: str, wanted: Wanted) -> bool:
        source = self._source(module) if module.endswith(".py") else None
        return source is not None and source.wanted(wanted)

    def _origins(self, path: str, home: str, hops: int) -> Iterator[str]:
        """Go through the modules that an imported path may lead to."""
        name = path.lstrip(".")
        dots = path[: len(path) - len(name)]
        names = name.split(".") if name else []
        module = self.find(dots or names[0], home) if dots or names[0].isidentifier() else None
        for part in names if dots else names[1:]:
            inner = self.child(module, part) if module is not None else None
            if module is not None and inner is None:
                yield from self._within(module, part, hops)
            module = inner
        if module is not None:
            yield from self._within(module, "*", hops)

    def _within(self, module: str, name: str, hops: int) -> Iterator[str]:
        """Go through the modules that a name of a module may come from; ``*`` is any name."""
        yield module
        source = self._source(module) if module.endswith(".py") else None
        if source is None or not hops or os.path.basename(module) != _PACKAGE:
            return
        for local, path in source.imported.items():
            if local == name or path.endswith(".*") or name == "*":
                yield from self._origins(path, module, 0 if name == "*" else hops - 1)

    def _absolute(self, names: list[str], home: str) -> str | None:
        """Find a module where Python would look first, or else in the one other place that has it."""
        first, *others = self._search_path(os.path.dirname(home))
        found = self._down(first, names)
        if found is not None:
            return found
        guesses = {path for folder in others if (path := self._down(folder, names)) is not None}
        return guesses.pop() if len(guesses) == 1 else None

    def _down(self, module: str, names: list[str]) -> str | None:
        current: str | None = module
        for name in names:
            current = self.child(current, name) if current is not None else None
        return current

    def _search_path(self, folder: str) -> list[str]:
        """Return where absolute imports are looked up: above the package, around a script, in the root and ``src``."""
        return self.disk.once(self._paths, folder, lambda: self._places(folder))

    def _places(self, folder: str) -> list[str]:
        top = self._import_root(folder)
        around = [above for above in _upwards(top) if _within(above, self.root)]
        return list(dict.fromkeys([top, *around, self.root, os.path.join(self.root, "src"), folder]))

    def _look(self, folder: str, name: str) -> str | None:
        if not name.isidentifier():
            return None
        inner = os.path.join(folder, name)
        package = os.path.join(inner, _PACKAGE)
        for path in (package, inner + ".py"):
            if self.disk.ask("file", path):
                return path if self._inside(path) else None
        return inner if self.disk.ask("folder", inner) and self._inside(inner) else None

    def _inside(self, path: str) -> bool:
        return _within(path, self.root) and _within(self._real(path), self.disk.text("real", self.root))

    def _real(self, path: str) -> str:
        """Return a path without symbolic links; to follow them is slow, and most files share a folder."""
        folder, name = os.path.split(path)
        if self.disk.ask("link", path):
            return self.disk.text("real", path)
        return os.path.join(self.disk.text("real", folder), name)

    def _has(self, folder: str, names: Sequence[str]) -> bool:
        return any(self.disk.ask("exists", os.path.join(folder, name)) for name in names)

    def _import_root(self, folder: str) -> str:
        """Return the directory that holds the outermost package of a directory: the directory itself for scripts."""
        while self._has(folder, (_PACKAGE,)) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        return folder


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _upwards(folder: str) -> Iterator[str]:
    """Go through a directory and all those above it, without the root of the file system."""
    while (above := os.path.dirname(folder)) != folder:
        yield folder
        folder = above


def _top_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Go through the statements that are executed at the top level, those under conditions too."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            for part in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _top_level(handler.body)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return the paths that are imported at the top level, by the names that are bound to them."""
    paths: dict[str, str] = {}
    for node in _top_level(tree.body):
        if isinstance(node, ast.Import):
            paths.update({alias.asname or alias.name: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                path = member(module, alias.name)
                paths[path if alias.name == "*" else alias.asname or alias.name] = path
    return paths


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Go through the names whose objects a top-level statement may change: ``a.b = …``, ``a[b] = …``, ``a.b(…)``."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return
    for node in walk(statement):
        place: ast.AST | None = None
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            place = node.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            place = node.value.func
        while isinstance(place, (ast.Attribute, ast.Subscript)):
            place = place.value
        if isinstance(place, ast.Name):
            yield place.id
