"""The direction of the imports, and what each part may need from outside."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "flake8_flax_rng"
ROOT = Path(__file__).parents[1] / PACKAGE

# A part imports only what stands below it; `finding` and the package's version stand below all.
LAYERS = ["plugin", "cli", "lint", "rules", "interpreter", "semantics", "syntax"]
ALLOWED = {part: {part, "finding", "", *LAYERS[number + 1 :]} for number, part in enumerate(LAYERS)}
ALLOWED["plugin"] -= {"cli"}
ALLOWED["cli"] |= {"verifier"}
ALLOWED["__main__"] = {"cli"}
ALLOWED["verifier"] = {"verifier", "finding", ""}
ALLOWED["finding"] = set()
ALLOWED[""] = set()  # __init__.py of the package

OUTSIDE = {
    **dict.fromkeys(ALLOWED, frozenset[str]()),
    **dict.fromkeys(("lint", "rules", "interpreter", "semantics", "syntax"), frozenset({"libcst"})),
    "plugin": frozenset({"flake8"}),
    "cli": frozenset({"rich"}),
    "verifier": frozenset({"jax", "jaxlib", "flax", "optax", "numpy", "rich"}),
}

FILES = sorted(ROOT.rglob("*.py"))


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
            # `from package import module` names the module only in the list
            yield from (f"{module}.{alias.name}" if module == PACKAGE else module for alias in node.names)


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
