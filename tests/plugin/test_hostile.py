"""What surrounds a linted file is never trusted: other files, their names, the process and its threads."""

from __future__ import annotations

import ast
import json
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.plugin import Plugin
from flake8_flax_rng.syntax.project import Project
from tests.work import calls

FIXTURES = Path(__file__).parents[2] / "fixtures"

USER = """\
import jax
from {module} import helper
key = jax.random.key(int(jax.numpy.ones(())))
helper(key)
a = jax.random.normal(key)
b = jax.random.normal(key)
"""
FOUND = [(6, "RNG101")]

HELPER = "import jax\ndef helper(key):\n    return jax.random.normal(key)\n"
FOLLOWED = [(5, "RNG101"), (6, "RNG101")]


def reports(path: Path, text: str | None = None) -> list[tuple[int, str]]:
    text = path.read_text() if text is None else text
    found = Plugin(ast.parse(text), text.splitlines(keepends=True), str(path)).run()
    return [(line, message.split(" ")[0]) for line, _, message, _ in found]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "setup.cfg").write_text("")
    return tmp_path


def user(folder: Path, module: str = "other") -> Path:
    path = folder / "train.py"
    path.write_text(USER.format(module=module))
    return path


def test_the_helper_is_followed_at_all(project):
    (project / "other.py").write_text(HELPER)
    assert reports(user(project)) == FOLLOWED


# Files that are none


def test_links_that_lead_nowhere_or_in_circles(project):
    (project / "other.py").symlink_to("other.py")
    assert reports(user(project)) == FOUND
    (project / "a").symlink_to("b")
    (project / "b").symlink_to("a")
    assert reports(user(project, "a.b")) == FOUND
    (project / "gone.py").symlink_to("nowhere.py")
    assert reports(user(project, "gone")) == FOUND


def test_a_directory_that_holds_itself(project):
    (project / "pkg").mkdir()
    (project / "pkg" / "__init__.py").write_text("from .loop import helper\n")
    (project / "pkg" / "loop").symlink_to(project / "pkg")

    def both() -> None:
        assert reports(user(project, "pkg.loop.loop.loop.loop")) == FOUND
        assert reports(user(project, "pkg")) == FOUND

    both()  # loads what a process loads once
    assert calls(both) < 70_000


def test_modules_that_import_each_other(project):
    for number in range(40):
        (project / f"m{number}.py").write_text(
            f"import jax\nfrom m{(number + 1) % 40} import *\nfrom m{(number + 7) % 40} import helper\n"
        )
    path, found = user(project, "m0"), []
    assert calls(lambda: found.extend(reports(path))) < 400_000
    assert found == FOUND


def test_a_pipe_a_device_and_a_directory(project):
    os.mkfifo(project / "pipe.py")
    (project / "zero.py").symlink_to("/dev/zero")
    (project / "folder.py").mkdir()
    for module in ("pipe", "zero", "folder"):
        assert reports(user(project, module)) == FOUND


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_may_not_be_read(project):
    (project / "other.py").write_text(HELPER)
    (project / "other.py").chmod(0)
    assert reports(user(project)) == FOUND
    (project / "shut").mkdir()
    (project / "shut" / "other.py").write_text(HELPER)
    (project / "shut").chmod(0)
    assert reports(user(project, "shut.other")) == FOUND
    (project / "shut").chmod(0o700)


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02",
        b"# coding: nonsense\nimport jax\n",
        b"import jax\nname = '\xff'\n",
        b"import jax\ndef helper(key:\n",
        b"import jax\n" + b"x = " + b"(" * 1000,
        b"import jax\ndef helper(key):\n    return " + b"-" * 100_000 + b"1\n",
        b"import jax\nhelper = " + b"lambda key: " * 5000 + b"1\n",
        b"import jax\n(helper): object = 3\n",
        b"",
    ],
    ids=["bytes", "encoding", "not utf-8", "syntax", "brackets", "signs", "lambdas", "annotation", "empty"],
)
def test_files_that_are_no_python(project, content):
    (project / "other.py").write_bytes(content)
    assert reports(user(project)) == FOUND


def test_a_file_that_is_no_python_in_the_thread_of_a_server(project):
    """Python's own parser recurses too."""
    (project / "other.py").write_bytes(b"import jax\nhelper = " + b"lambda key: " * 2500 + b"1\n")
    path, found = user(project), []
    thread = threading.Thread(target=lambda: found.extend(reports(path)))
    before = threading.stack_size(512 * 1024)
    try:
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert found == FOUND


def test_a_gigantic_module(project):
    (project / "other.py").write_text(HELPER + "TABLE = [\n" + "    1.0,\n" * 1_000_000 + "]\n")
    path, found = user(project), []
    assert calls(lambda: found.extend(reports(path))) < 400_000
    assert found == FOUND


def test_many_large_modules(project):
    """Each is small enough; together they cost more than the linted file is worth."""
    table = "TABLE = [\n" + "    1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0,\n" * 18_000 + "]\n"
    imports = ""
    for number in range(25):
        (project / f"m{number}.py").write_text(HELPER.replace("helper", f"helper{number}") + table)
        imports += f"from m{number} import helper{number}\n"
    text = "import jax\n" + imports + "key = jax.random.key(0)\n"
    text += "".join(f"helper{number}(jax.random.fold_in(key, {number}))\n" for number in range(25))
    path = project / "train.py"
    path.write_text(text)
    assert calls(lambda: reports(path)) < 20_000_000


def test_a_file_that_changes_between_two_runs(project):
    path = user(project)
    for number in range(3):
        (project / "other.py").write_text(HELPER + "\n" * number)
        assert reports(path) == FOLLOWED
        (project / "other.py").write_text("def helper(key):\n    return 0\n" + "\n" * number)
        assert reports(path) == FOUND
    (project / "other.py").unlink()
    assert reports(path) == FOUND


# Names that mean something elsewhere


def test_a_project_with_a_jax_of_its_own(project):
    (project / "jax.py").write_text("def random(): ...\nraise SystemExit\n")
    (project / "flax").mkdir()
    (project / "flax" / "__init__.py").write_text("from . import linen\nraise SystemExit\n")
    (project / "flax" / "linen.py").write_text("import flax\nModule = flax\n")
    (project / "other.py").write_text("import flax.linen as nn\n" + HELPER)
    assert reports(user(project)) == FOLLOWED


@pytest.mark.parametrize("module", ["..other", "....other", "...", "...a.b.c.d.e.f"])
def test_imports_from_outside_of_the_root(tmp_path, module):
    (tmp_path / "other.py").write_text(HELPER)
    root = tmp_path / "root"
    root.mkdir()
    (root / "setup.cfg").write_text("")
    assert reports(user(root, module)) == FOUND


def test_links_that_lead_out_of_the_root(tmp_path):
    (tmp_path / "other.py").write_text(HELPER)
    root = tmp_path / "root"
    (root / "pkg").mkdir(parents=True)
    (root / "setup.cfg").write_text("")
    (root / "other.py").symlink_to(tmp_path / "other.py")
    (root / "up").symlink_to(tmp_path)
    for module in ("other", "up.other", "up.root.up.other"):
        assert reports(user(root, module)) == FOUND


@pytest.mark.parametrize(
    "name",
    ["", "-", "stdin", "\0", "a\0b.py", "/", "//", ".", "..", "~", "\ud800.py", "x" * 5000, "/proc/self/fd/0.py"],
)
def test_names_that_are_none(name):
    """What an editor calls a text; `--stdin-display-name` may be anything."""
    text = USER.format(module="other")
    found = Plugin(ast.parse(text), text.splitlines(keepends=True), name).run()
    assert [(line, message.split(" ")[0]) for line, _, message, _ in found] == FOUND


def test_a_working_directory_that_is_gone(flake8):
    """flake8 itself does not start in one, but a server may be left in one."""
    script = "import ast, os, sys; from flake8_flax_rng.plugin import Plugin\nos.mkdir('gone'); os.chdir('gone')\n"
    script += "os.rmdir('../gone'); text = sys.stdin.read()\n"
    script += (
        "for found in Plugin(ast.parse(text), text.splitlines(keepends=True), 'train.py').run(): print(*found[:3])"
    )
    run = flake8(stdin=USER.format(module="other"), command=("-c", script))
    assert [line.split(" ")[:3:2] for line in run.lines] == [["6", "RNG101"]]


# Lines that are not those of the tree


@pytest.mark.parametrize("lines", [[], ["import jax\n"], ["\n"] * 100, [USER * 3], ["import jax\n", "x = '''\n"]])
def test_lines_that_are_not_those_of_the_tree(lines):
    """Some tools give flake8's plugins a text that they have changed since."""
    reports = list(Plugin(ast.parse(USER.format(module="other")), lines, "train.py").run())
    assert all(line >= 1 and column >= 0 and message.startswith("RNG") for line, column, message, _ in reports)
    assert sum(message.startswith("RNG001") for _, _, message, _ in reports) <= 1


# Order, processes and threads


def found_in(paths: list[Path]) -> dict[str, list[tuple[int, int, str, str]]]:
    result = {}
    for path in paths:
        found = lint(path.read_text(), filename=str(path), project=Project(str(path)))
        result[str(path)] = [(f.line, f.column, f.code, f.message) for f in found]
    return result


def some_fixtures() -> list[Path]:
    """As many of each rule, however many there are."""
    folders = sorted(path for path in FIXTURES.iterdir() if path.is_dir())
    return [path for folder in folders for kind in ("bad", "good") for path in sorted(folder.glob(f"{kind}_*.py"))[:3]]


def test_the_order_of_files_does_not_matter():
    paths = some_fixtures()
    assert found_in(paths) == found_in(paths[::-1])


def test_threads_do_not_disturb_each_other():
    paths = some_fixtures()[::4]
    expected = found_in(paths)
    results: list[dict[str, list[tuple[int, int, str, str]]]] = []
    threads = [
        threading.Thread(target=lambda part=part: results.append(found_in(part)))
        for part in (paths, paths[::-1], paths[5:] + paths[:5])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 3


def test_processes_and_hash_seeds_do_not_matter(flake8, tmp_path):
    for path in some_fixtures()[::3]:
        folder = tmp_path / path.parent.name
        folder.mkdir(exist_ok=True)
        shutil.copy(path, folder)
    outputs = {
        flake8("--select=RNG,RNG09,RNG19,RNG29", f"--jobs={jobs}", env={"PYTHONHASHSEED": seed}).out
        for jobs, seed in (("1", "0"), ("2", "1"), ("1", "2"))
    }
    assert len(outputs) == 1
    assert outputs.pop().count(" RNG1") > 10


TWICE = """\
import contextlib, io, json, sys
from flake8.main.application import Application
outputs = []
for arguments in json.load(sys.stdin):
    out = io.StringIO()
    out.buffer = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(buffer := io.BytesIO())) as stream:
        Application().run(["--isolated", "--jobs=1", "--select=RNG", *arguments])
        stream.flush()
    outputs.append(buffer.getvalue().decode())
print(json.dumps(outputs))
"""


def test_two_runs_in_one_process_share_nothing(flake8, tmp_path):
    (tmp_path / "setup.cfg").write_text("")
    (tmp_path / "other.py").write_text(HELPER)
    (tmp_path / "train.py").write_text(USER.format(module="other").replace("import helper", "import helper, draw"))
    runs = [
        ["train.py"],
        ["--rng-no-follow", "train.py"],
        ["--extend-select=RNG190", "--rng-no-follow", "train.py"],
        ["--rng-no-follow", "--rng-consumers=other.helper:key", "train.py"],
        ["train.py"],
        ["--rng-project-root=/nowhere", "train.py"],
        ["train.py"],
    ]
    alone = [flake8("--isolated", "--select=RNG", *arguments).out for arguments in runs]
    together = json.loads(flake8(stdin=json.dumps(runs), command=("-c", TWICE)).out)
    assert together == alone
    assert len(set(alone)) > 1
    assert sys.getrecursionlimit() < 20_000
