"""States that one function makes and another takes: ``init`` returns what ``update(self, state, batch)`` is given.

Nobody in sight may call both. But a parameter of which ``state["actor"].apply_fn`` is read is the dict that the one
other function of the class or file makes with the entries that are read from it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_flax_rng.records import field, record
from flake8_flax_rng.syntax.source import Chunk
from flake8_flax_rng.syntax.walk import walk

_RUN = "apply_fn"
_TOLD_BY = frozenset({ast.Call, ast.Attribute, ast.Subscript, ast.Dict})


@record(frozen=False)
class Text:
    """What a function's text says of states.

    Args:
        taken: by parameter, the entries and fields that are read from it, if the model in one of them is run.
        made: the entries and fields that it gives to what it makes.
        called: the plain names that it calls.
    """

    taken: dict[str, set[str]] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)

    def makes(self, wanted: set[str]) -> bool:
        """Return whether the function may make a state with these entries, and is not given one."""
        return wanted <= self.made and not any(wanted & names for names in self.taken.values())


class Texts:
    """The functions of a file and of its classes, as far as they are about states.

    Args:
        chunks: the file's text in pieces.
    """

    def __init__(self, chunks: list[Chunk]):
        self._units: dict[str, dict[str, Text]] | None = None
        self._chunks = chunks if any(_RUN in chunk.text for chunk in chunks) else []

    def taken(self, owner: str, name: str) -> dict[str, tuple[str, str]]:
        """Return for each parameter of a function that is a state which function of which class makes it.

        Args:
            owner: the function's class, empty for one of the file.
            name: the function.

        Returns:
            by parameter, the class and the name of the one function that makes such a state, the class empty for a
            function of the file.
        """
        found: dict[str, tuple[str, str]] = {}
        units = self._read() if self._chunks else {}
        text = units.get(owner, {}).get(name, Text())
        for parameter, wanted in text.taken.items():
            for place in dict.fromkeys((owner, "")):
                makers = [other for other, said in units.get(place, {}).items() if said.makes(wanted)]
                if makers:
                    found.update({parameter: (place, makers[0])} if len(makers) == 1 else {})
                    break
        return found

    def makers(self, place: str, cls: str) -> list[str]:
        """Return the functions of a class or of the file, whose place is empty, that call a class."""
        units = self._read() if self._chunks else {}
        wanted = ("cls", cls) if place else (cls,)
        return [name for name, text in units.get(place, {}).items() if not text.called.isdisjoint(wanted)]

    def _read(self) -> dict[str, dict[str, Text]]:
        if self._units is None:
            statements = [statement for chunk in self._chunks for statement in chunk.tree]
            classes = [statement for statement in statements if isinstance(statement, ast.ClassDef)]
            self._units = {
                "": dict(_functions(statements)),
                **{node.name: dict(_functions(node.body)) for node in classes},
            }
        return self._units


def makers_in(chunk: Chunk, cls: str) -> list[str]:
    """Return the methods of a class in a piece of any file that call their class, or the one that derives from it."""
    found = [
        node for node in chunk.tree if isinstance(node, ast.ClassDef) and node.name == cls and "cls(" in chunk.text
    ]
    return [name for node in found for name, text in _functions(node.body) if "cls" in text.called]


def _functions(body: Iterable[ast.stmt]) -> Iterator[tuple[str, Text]]:
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement.name, _read(statement)


def _read(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Text:
    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    entries: dict[str, set[str]] = {arg.arg: set() for arg in arguments if arg.arg not in ("self", "cls")}
    run: set[str] = set()
    called: set[ast.AST] = set()
    text = Text()
    for inner in walk(node):
        if type(inner) not in _TOLD_BY:
            continue
        if isinstance(inner, ast.Call):
            called.add(inner.func)
            text.called |= {inner.func.id} if isinstance(inner.func, ast.Name) else set()
        name, entry = _entry(inner)
        if name in entries and inner not in called:
            entries[name].add(entry)
        if isinstance(inner, ast.Attribute) and inner.attr == _RUN:
            run.add(_entry(inner.value)[0])
        text.made.update(_made(inner))
    text.taken = {name: found for name, found in entries.items() if name in run}
    return text


def _entry(node: ast.AST) -> tuple[str, str]:
    """Return the name and the entry of ``name["entry"]`` or ``name.entry``, empty for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
        return (node.value.id, node.slice.value) if isinstance(node.slice.value, str) else ("", "")
    return "", ""


def _made(node: ast.AST) -> Iterator[str]:
    keys: Iterable[ast.expr | None] = node.keys if isinstance(node, ast.Dict) else ()
    yield from (key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
    if isinstance(node, ast.Call):
        yield from (keyword.arg for keyword in node.keywords if keyword.arg)
