"""How many calls that run a Linen model are resolved: how often the analysis knows which module it is.

``python -m tests.callsites ROOT...`` reads what the analysis tells the rules, and no rule. A call site is a call of
``x.init``, ``x.init_with_output``, ``x.lazy_init``, ``x.apply`` or ``x.apply_fn``, or of a plain name ``apply_fn``, in
a file that is no test. It is resolved when on some path to it the module is known. Counted are the sites that may
be Linen's; :func:`not_linen` says how the others are told. Of those that are not resolved, the ones are told apart
whose module is a field or parameter that is declared as any ``nn.Module``, or an attribute that a constructor sets to
such a parameter, so that the file's users supply it.

``--keys`` counts all calls that are given a key instead: of how many the effect is known, and why of the others not.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from flake8_flax_rng.interpreter.core.context import Outcomes
from flake8_flax_rng.interpreter.core.engine import Engine
from flake8_flax_rng.interpreter.domain.events import ModuleRun
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.values import Args, Bound, Function, Native, Partial, Value
from flake8_flax_rng.interpreter.paths.state import State
from flake8_flax_rng.interpreter.roots.analysis import Analysis
from flake8_flax_rng.semantics.interest import interest
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES
from flake8_flax_rng.syntax.index import build
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.syntax.source import chunks
from tests.key_calls import KeyCall, key_calls, table
from tests.supplied import Classes

INITIALISING = ("init", "init_with_output", "lazy_init")
APPLYING = ("apply", "apply_fn")

_NAMES = frozenset({*INITIALISING, *APPLYING})
_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_LINEN = re.compile(r"^\s*(?:import|from)\s+(?:jax|flax)\b", re.MULTILINE)
_OTHERS = re.compile(
    r"\b(optax|hk|haiku|pd|numpyro|tf|torch|stax|wandb|_wandb|core|partial_eval)\b|transform\("
    r"|GradientTransformation|optimi[sz]er|\btx\b|\bopt\b"
)
_PARAMETERS = re.compile(r"param|variables|\btheta\b|state\b")
_ANY_MODULE = re.compile(r"(?:Optional\[)?(?:\w+\.)*Module(?:\]| \| None)?")
_RECURSION = 20_000


@dataclass(frozen=True)
class Call:
    """A call that may run a Linen model.

    Args:
        path: the file.
        line: where the call begins.
        kind: ``init`` or ``apply``.
        receiver: what stands before the dot.
        text: the call's first line.
        reason: where the receiver comes from, as the file's syntax tells.
        resolved: whether the module is known; None where the analysis does not come by.
    """

    path: str
    line: int
    kind: str
    receiver: str
    text: str
    reason: str
    resolved: bool | None

    @property
    def supplied(self) -> bool:
        """Whether the file declares that its user supplies the module: any that there is."""
        declared = self.reason.partition(": ")[2]
        return self.resolved is not True and _ANY_MODULE.fullmatch(declared) is not None


def called(node: ast.Call) -> tuple[str, str] | None:
    """Return whether a call initialises or applies, and what: kind and receiver; None for other calls."""
    if isinstance(node.func, ast.Name) and node.func.id == "apply_fn":
        return "apply", ""
    if not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr in INITIALISING:
        return "init", ast.unparse(node.func.value)
    return ("apply", ast.unparse(node.func.value)) if node.func.attr in APPLYING else None


def not_linen(node: ast.Call, kind: str, receiver: str, constructor: str) -> bool:
    """Return whether a call is certain not to be Linen's.

    The receiver, or what it was made by, names another library or an optimizer; or the call is an ``init`` of nothing,
    or of nothing but parameters, as optimizers have it, while Linen's takes a key. A call of which the analysis knows
    that it leads to a function of the program is not counted either; see :class:`_Watched`.
    """
    if _OTHERS.search(f"{receiver} {constructor}"):
        return True
    given = [ast.unparse(arg) for arg in (*node.args, *(keyword.value for keyword in node.keywords))]
    return kind == "init" and (not given or (len(given) == 1 and _PARAMETERS.search(given[0]) is not None))


class _Scopes(ast.NodeVisitor):
    """Gathers the calls of a file, with where their receivers come from."""

    def __init__(self, declared: Classes) -> None:
        self.calls: list[tuple[ast.Call, str, str, str, str]] = []
        self._declared = declared
        self._functions: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda] = []
        self._classes: list[ast.ClassDef] = []
        self._module: ast.Module | None = None

    def visit_Module(self, node: ast.Module) -> None:
        self._module = node
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node)
        outer, self._functions = self._functions, []
        self.generic_visit(node)
        self._functions = outer
        self._classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        found = called(node)
        if found is not None:
            reason, constructor = self._origin(node.func)
            self.calls.append((node, *found, reason, constructor))
        self.generic_visit(node)

    def _origin(self, node: ast.expr) -> tuple[str, str]:
        if isinstance(node, ast.Attribute) and node.attr == "apply_fn":
            return "state.apply_fn", ""
        value = node.value if isinstance(node, ast.Attribute) else node
        if isinstance(value, ast.Name):
            return self._named(value.id)
        if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id == "self":
            return self._attribute(value.attr)
        if isinstance(value, ast.Call):
            return "call", ast.unparse(value.func)
        return f"other {type(value).__name__}", ""

    def _named(self, name: str) -> tuple[str, str]:
        for function in reversed(self._functions):
            arguments = function.args
            for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                if arg.arg == name:
                    if arg.annotation is not None:
                        return "annotated parameter", ast.unparse(arg.annotation)
                    return ("self" if name == "self" else "parameter"), ""
            body = function.body if isinstance(function.body, list) else [function.body]
            bound = _assigned(body, name)
            if bound is not None:
                own = re.fullmatch(r"self\.(\w+)", bound[1])
                return self._attribute(own[1]) if own else bound
        assert self._module is not None
        return _assigned(self._module.body, name) or ("unknown name", "")

    def _attribute(self, name: str) -> tuple[str, str]:
        if not self._classes:
            return "self attribute", ""
        for statement in self._classes[-1].body:
            if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == name:
                return "self field", ast.unparse(statement.annotation)
        for node in ast.walk(self._classes[-1]):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if any(isinstance(t, ast.Attribute) and t.attr == name for t in ast.walk(target)):
                        declared = self._declared.attribute(self._classes[-1].name, name)
                        return "self attribute", declared or ast.unparse(node.value)
        return "self attribute of another class", self._declared.attribute(self._classes[-1].name, name) or ""


def _assigned(body: list[ast.stmt] | list[ast.expr], name: str) -> tuple[str, str] | None:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign):
                if any(isinstance(t, ast.Name) and t.id == name for x in node.targets for t in ast.walk(x)):
                    return f"local {type(node.value).__name__}", ast.unparse(node.value)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return "import", f"{'.' * node.level}{node.module}.{alias.name}"
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return "import", alias.name
    return None


class _Watched(Analysis):
    """An analysis that also tells what the calls in question lead to."""

    def watch(self) -> dict[Site, bool]:
        """Return the calls that lead to a function or to a method of a known module, as they are found.

        They are false for functions, which are nothing of Linen's.
        """
        found: dict[Site, bool] = {}
        call = self._engine._call

        def watched(engine: Engine, function: Value, args: Args, state: State, site: Site) -> Outcomes:
            inner = function.function if isinstance(function, Bound | Partial) else function
            name = site.node.func if isinstance(site.node, cst.Call) else None
            if isinstance(name, cst.Attribute) and name.attr.value in _NAMES and not site.chunk.file:
                if isinstance(inner, Native) and inner.name.startswith("linen."):
                    found[site] = state.instance(inner.receiver) is not None
                elif isinstance(inner, Function):
                    found.setdefault(site, False)
            return call(engine, function, args, state, site)

        self._engine._call = watched
        return found


def runs(path: Path, text: str, tree: ast.Module) -> dict[tuple[int, int], bool | None]:
    """Return for the place of each call that runs a module whether the module is known; None for other functions."""
    project = Project(str(path))
    project.open(text)
    index = build(tree, interest(NO_LIBRARIES, project, project.home))
    analysis = _Watched(chunks(text, tree), index, NO_LIBRARIES, project)
    watched = analysis.watch()
    found: dict[tuple[int, int], bool | None] = {}
    for event in analysis.run():
        if isinstance(event, ModuleRun) and not event.call.chunk.file:
            place = event.call.chunk.position(event.call.node)
            found[place] = found.get(place, False) or event.resolved
    for site, known in watched.items():
        place = site.chunk.position(site.node)
        found[place] = True if known or found.get(place) else found.get(place)
    return found


def calls(root: Path, path: Path, declared: Classes) -> Iterator[Call]:
    """Go through the calls of a file that may run a Linen model."""
    text = path.read_text(errors="replace").removeprefix("\ufeff")
    if not _LINEN.search(text):
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    scopes = _Scopes(declared)
    scopes.visit(tree)
    kept = [call for call in scopes.calls if not not_linen(call[0], call[1], call[2], call[4])]
    if not kept:
        return
    known = runs(path, text, tree)
    lines = text.splitlines()
    for node, kind, receiver, reason, constructor in kept:
        place = node.lineno, node.col_offset
        if known.get(place, False) is None:
            continue
        shown = f"{reason}: {constructor}" if constructor else reason
        text_of = lines[node.lineno - 1].strip()
        yield Call(str(path.relative_to(root.parent)), node.lineno, kind, receiver, text_of, shown, known.get(place))


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.callsites", description=__doc__)
    parser.add_argument("roots", nargs="+", type=Path, metavar="ROOT")
    parser.add_argument("--list", action="store_true", help="print each call")
    parser.add_argument("--keys", action="store_true", help="count the calls that are given a key, by cause")
    options = parser.parse_args(arguments)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(_RECURSION)
    try:
        return _keys(options.roots, options.list) if options.keys else _models(options.roots, options.list)
    finally:
        sys.setrecursionlimit(before)


def _models(roots: list[Path], listed: bool) -> int:
    """Count the calls of `init` and `apply` whose model is known."""
    total: Counter[tuple[str, str]] = Counter()
    for root in roots:
        here: Counter[tuple[str, str]] = Counter()
        declared = Classes()
        declared.read(_files(root))
        for path in _files(root):
            for call in calls(root, path, declared):
                here[call.kind, "known" if call.resolved else "supplied" if call.supplied else "unknown"] += 1
                if listed:
                    mark = {True: "+", False: "-", None: "?"}[call.resolved]
                    print(f"{mark} {call.kind:5} {call.path}:{call.line}: {call.text[:90]}  [{call.reason[:100]}]")
        total += here
        print(_row(root.name, here), flush=True)
    print(_row("all", total))
    return 0


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*.py")) if not _TEST.search(str(path.relative_to(root))))


def _keys(roots: Iterable[Path], listed: bool) -> int:
    found: list[KeyCall] = []
    for root in roots:
        for path in _files(root):
            found += key_calls(path, str(path.relative_to(root.parent)))
    for call in found if listed else ():
        print(f"{'-' if call.cause else '+'} {call.path}:{call.line}: {call.text[:90]}  [{call.cause}]")
    print(table(found))
    return 0


def _row(name: str, found: Counter[tuple[str, str]]) -> str:
    cells = []
    for kind in ("init", "apply"):
        known, supplied = found[kind, "known"], found[kind, "supplied"]
        all_ = known + supplied + found[kind, "unknown"]
        share = f" ({known / all_:4.0%})" if all_ else " " * 7
        cells.append(f"{kind} {known:4} of {all_:4}{share}, supplied by users {supplied:3}")
    return f"{name:16} " + "   ".join(cells)


if __name__ == "__main__":
    sys.exit(main())
