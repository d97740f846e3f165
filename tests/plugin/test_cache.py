"""The cache across runs: never a stale finding, whatever changes around a file, and none where it cannot be used."""

from __future__ import annotations

import ast
import random
from argparse import Namespace
from pathlib import Path

import pytest

from flake8_flax_rng import cache, lint
from flake8_flax_rng.plugin import FOLDER, Plugin
from flake8_flax_rng.syntax import disk, project

OPTIONS = {
    "select": None,
    "extend_select": None,
    "rng_no_follow": False,
    "rng_project_root": "",
    "rng_consumers": [],
    "rng_cache_dir": "",
    "rng_no_cache": False,
    "rng_docs_url": "",
}

REUSE = "import jax\n\n\ndef f(key):\n    return jax.random.normal(key) + jax.random.uniform(key)\n"


@pytest.fixture(autouse=True)
def options(monkeypatch):
    """Set the plugin's options for one test."""
    for name in ("requested", "follow", "project_root", "libraries", "cache_dir", "settings", "docs_url"):
        monkeypatch.setattr(Plugin, name, getattr(Plugin, name))

    def set_options(**given: object) -> None:
        Plugin.parse_options(Namespace(**{**OPTIONS, **given}))

    set_options()
    return set_options


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def new_process() -> None:
    """Forget what a process remembers."""
    disk._DIGESTS.clear()
    project._KEPT.clear()
    cache._prepare.cache_clear()


def linted(path: Path) -> list[tuple[int, int, str]]:
    text = path.read_text()
    return [found[:3] for found in Plugin(ast.parse(text), text.splitlines(keepends=True), str(path)).run()]


@pytest.fixture
def never_analysed(monkeypatch):
    def forbid() -> None:
        new_process()
        monkeypatch.setattr(lint, "_analysed", lambda *_: pytest.fail("analysed a second time"))

    return forbid


# When an entry is used


def test_what_has_not_changed_is_not_analysed_again(folder, never_analysed):
    path = folder / "a.py"
    path.write_text(REUSE)
    found = linted(path)
    assert len(found) == 1
    never_analysed()
    assert linted(path) == found


def test_a_file_without_a_finding_is_remembered_too(folder, never_analysed):
    path = folder / "a.py"
    path.write_text("import jax\nkey = jax.random.key(0)\n")
    assert linted(path) == []
    never_analysed()
    assert linted(path) == []


@pytest.mark.parametrize(
    "change",
    [
        {"extend_select": ["RNG191"]},
        {"rng_no_follow": True},
        {"rng_consumers": ["a.b:key"]},
        {"rng_no_cache": True},
        {"rng_cache_dir": "elsewhere"},
    ],
)
def test_other_options_have_other_entries(folder, options, never_analysed, monkeypatch, change):
    monkeypatch.chdir(folder)
    path = folder / "a.py"
    path.write_text(REUSE)
    linted(path)
    never_analysed()
    options(**change)
    assert linted(path)[0][2].endswith("analysed a second time")


def test_another_version_has_other_entries(folder, never_analysed, monkeypatch):
    path = folder / "a.py"
    path.write_text(REUSE)
    linted(path)
    never_analysed()
    monkeypatch.setattr(cache, "_versions", lambda: ("another",))
    assert linted(path)[0][2].endswith("analysed a second time")


def test_what_could_not_be_analysed_is_tried_again(folder, monkeypatch):
    path = folder / "a.py"
    path.write_text(REUSE)
    monkeypatch.setattr(lint, "_analysed", lambda *_: [lint.Finding(1, 0, lint.NOT_ANALYSED, "no memory")])
    assert [found[2][:6] for found in linted(path)] == ["RNG001"]
    monkeypatch.undo()
    assert [found[2][:6] for found in linted(path)] == ["RNG101"]


# The folder


def test_the_folder_is_in_the_root_and_ignored_by_git(folder):
    path = folder / "package" / "a.py"
    path.parent.mkdir()
    path.write_text(REUSE)
    linted(path)
    assert (folder / FOLDER / ".gitignore").read_text().endswith("*\n")
    assert not (path.parent / FOLDER).exists()


def test_a_file_without_jax_makes_no_folder(folder):
    path = folder / "a.py"
    path.write_text("import os\n")
    linted(path)
    assert not (folder / FOLDER).exists()


def test_no_folder_is_made_where_no_sign_says_that_it_is_a_project(tmp_path, options):
    path = tmp_path / "a.py"
    path.write_text(REUSE)
    if project.Project(str(path)).marked is None:
        linted(path)
        assert not (tmp_path / FOLDER).exists()
    options(rng_cache_dir=str(tmp_path / "kept"))
    linted(path)
    assert (tmp_path / "kept").is_dir()


@pytest.mark.parametrize("obstacle", ["file", "read-only"])
def test_a_folder_that_cannot_be_written_is_no_cache(folder, obstacle):
    path = folder / "a.py"
    path.write_text(REUSE)
    place = folder / FOLDER
    if obstacle == "file":
        place.write_text("")
    else:
        place.mkdir(mode=0o500)
    assert len(linted(path)) == 1
    assert len(linted(path)) == 1


@pytest.mark.parametrize("damage", [b"", b"\n", b"{}", b"\xff\xfe", b"[" * 100_000, None])
def test_an_entry_that_is_damaged_is_ignored(folder, damage):
    path = folder / "a.py"
    path.write_text(REUSE)
    found = linted(path)
    (entry,) = (folder / FOLDER).glob("*.json")
    data = entry.read_bytes()
    entry.write_bytes(data[:-2] if damage is None else damage)
    assert linted(path) == found
    assert entry.read_bytes() == data
    entry.write_bytes(data.replace(b"RNG101", b"RNG102"))
    assert linted(path) == found


def test_it_is_bounded(folder, monkeypatch):
    monkeypatch.setattr(cache, "ENTRIES_KEPT", 3)
    for number in range(9):
        new_process()
        path = folder / f"a{number}.py"
        path.write_text(REUSE)
        linted(path)
    assert len(list((folder / FOLDER).glob("*.json"))) <= 4
    assert (folder / FOLDER / ".gitignore").exists()


# Never a stale finding

HELPERS = (
    "import jax\ndef draw(key):\n    return jax.random.normal(key)\n",
    "import jax\ndef draw(key):\n    return jax.random.split(key)[0]\n",
    "import jax\ndef draw(key):\n    return 0\n",
    "import jax\nfrom inner import draw\n",
    "from .inner import draw\n",
    "import jax\nfrom helpers import draw as draw\n",
    "draw = 1\n",
    "def draw(:\n",
    "",
)
USERS = (
    "import jax\nfrom helpers import draw\ndef f(key):\n    return draw(key), jax.random.normal(key)\n",
    "import jax\nfrom package import draw\ndef f(key):\n    return draw(key), jax.random.normal(key)\n",
    "from package.inner import draw\ndef f(key):\n    return draw(key), draw(key)\n",
    "from helpers import draw\ndef f(key):\n    draw(key)\n    draw(key)\n",
    "from package import inner\ndef f(key):\n    inner.draw(key)\n    inner.draw(key)\n",
)
PLACES = (
    "helpers.py",
    "inner.py",
    "helpers/__init__.py",
    "package/__init__.py",
    "package/inner.py",
    "package/helpers.py",
    "src/helpers.py",
    "src/package/__init__.py",
    "package/pyproject.toml",
    "src/setup.cfg",
)
LINTED = ("train.py", "package/train.py", "src/train.py")


class Edits:
    """Changes a project at random."""

    def __init__(self, root: Path, seed: int):
        self._root = root
        self._random = random.Random(seed)

    def step(self) -> None:
        choose = self._random.choice
        kind = choose(["helper", "helper", "helper", "user", "remove", "rename", "lines", "link"])
        path = self._root / choose(PLACES)
        existing = [self._root / place for place in PLACES if (self._root / place).is_file()]
        if kind == "user":
            self._write(self._root / choose(LINTED), choose(USERS))
        elif kind == "helper" or not existing:
            self._write(path, choose(HELPERS))
        elif kind == "remove":
            choose(existing).unlink()
        elif kind == "rename":
            path.parent.mkdir(exist_ok=True)
            choose(existing).replace(path)
        elif kind == "lines":
            changed = choose(existing)
            changed.write_text("# a comment\n" + changed.read_text())
        else:
            path.unlink(missing_ok=True)
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(choose(existing))

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)


def _all(root: Path) -> list[list[tuple[int, int, str]]]:
    new_process()
    return [linted(root / name) for name in LINTED]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_after_each_of_many_changes_the_findings_are_those_of_a_run_without_cache(folder, options, monkeypatch, seed):
    edits = Edits(folder, seed)
    for number, name in enumerate(LINTED):
        edits._write(folder / name, USERS[number])
    read = cache.Entry.read
    hits = 0

    def counted(entry: cache.Entry) -> object:
        nonlocal hits
        found = read(entry)
        hits += found is not None
        return found

    monkeypatch.setattr(cache.Entry, "read", counted)
    seen: set[str] = set()
    for _ in range(250):
        edits.step()
        options()
        with_cache = _all(folder)
        options(rng_no_cache=True)
        assert with_cache == _all(folder)
        seen.add(str(with_cache))
    assert hits > 100
    assert len(seen) > 10
