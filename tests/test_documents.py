"""The paths and names in the documents are those of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1]
PACKAGE = HOME / "flake8_flax_rng"
DOCUMENTS = ["ARCHITECTURE.md", "CONTRIBUTING.md"]
PLACES = [HOME, PACKAGE, PACKAGE / "interpreter"]

NAMED = re.compile(r"`([a-z_]+(?:/[A-Za-z0-9_.-]+)*/?(?:\.[A-Za-z_.]+)*)`")
LIKE_A_PATH = re.compile(r"/|\.(py|md|tsv|toml)\b")


def texts(document: str) -> list[str]:
    """What a document names that looks like a path, or like a name in a file: ``lint.lint``, ``core/work.Work``."""
    text = (HOME / document).read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return sorted({found for found in NAMED.findall(prose) if LIKE_A_PATH.search(found)})


def exists(name: str) -> bool:
    """Whether a path is there, or what it names in a file."""
    if any((place / name).exists() for place in PLACES):
        return True
    path, names = name, list[str]()
    while "." in path:
        path, _, last = path.rpartition(".")
        names.insert(0, last)
        for file in (place / f"{path}.py" for place in PLACES):
            if file.is_file():
                return defines(file, names)
    return False


def defines(file: Path, names: list[str]) -> bool:
    """Whether a file defines a name, or a class of it a method."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    for name in names:
        found = next((node for node in body if getattr(node, "name", None) == name), None)
        if found is None:
            return False
        body = getattr(found, "body", [])
    return True


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_names_is_there(document):
    assert texts(document)
    assert [name for name in texts(document) if "NNN" not in name and not exists(name)] == []


def test_a_name_that_is_not_there_is_seen():
    assert exists("core/work.Work.begin")
    assert not exists("core/work.Work.nothing")
    assert not exists("core/nothing.py")
    assert not exists("core/nothing.Work")


def test_every_room_is_described():
    text = (HOME / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [folder.name for folder in (PACKAGE / "interpreter").iterdir() if (folder / "__init__.py").exists()]
    assert len(rooms) > 5
    assert [room for room in rooms if f"`{room}/`" not in text] == []
