"""The plugin under the real flake8: how it is called, configured and silenced."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Container
from importlib.metadata import version

import pytest

import flake8_flax_rng.lint
from flake8_flax_rng import __version__
from flake8_flax_rng.finding import Finding
from flake8_flax_rng.plugin import Plugin
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES, Libraries, read_consumers
from flake8_flax_rng.syntax.project import Project
from tests import ROOT

# The plugin as flake8 meets it


def test_flake8_lists_the_plugin_with_its_version(flake8):
    assert f"flake8-flax-rng: {__version__}" in " ".join(flake8("--version").out.split())
    assert version("flake8-flax-rng") == __version__


def test_a_file(flake8, tmp_path, reuse):
    (tmp_path / "train.py").write_text(reuse)
    run = flake8("--select=RNG", "train.py")
    assert run.places == ["train.py:4:23 RNG101"]
    assert run.status == 1


def test_the_rules_are_on_without_select(flake8, tmp_path, reuse):
    (tmp_path / "train.py").write_text(reuse)
    assert flake8("train.py").places == ["train.py:4:23 RNG101"]


def test_a_directory(flake8, tmp_path, reuse):
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "src" / "deep" / "b.py").write_text(reuse)
    (tmp_path / "src" / "a.py").write_text(reuse)
    (tmp_path / "src" / "notes.txt").write_text(reuse)
    assert flake8("--select=RNG", "src").places == ["src/a.py:4:23 RNG101", "src/deep/b.py:4:23 RNG101"]


def test_a_clean_file(flake8, tmp_path):
    (tmp_path / "train.py").write_text("import jax\na = jax.random.normal(jax.random.key(0))\n")
    run = flake8("--select=RNG", "train.py")
    assert (run.status, run.out) == (0, "")


def test_standard_input(flake8, reuse):
    assert flake8("--select=RNG", "-", stdin=reuse).places == ["stdin:4:23 RNG101"]


def test_standard_input_under_another_name(flake8, reuse):
    run = flake8("--select=RNG", "--stdin-display-name=src/train.py", "-", stdin=reuse)
    assert run.places == ["src/train.py:4:23 RNG101"]


def test_the_message_names_the_first_use(flake8, reuse):
    (line,) = flake8("--select=RNG101", "-", stdin=reuse).lines
    assert "`key`" in line
    assert "line 3" in line


def test_columns_are_characters_not_bytes(flake8):
    text = "import jax\nkey = jax.random.key(0)\na = jax.random.normal(key)\n"
    text += 'b = ("grüße – 🎲", jax.random.normal(key))\n'
    column = text.splitlines()[3].index("(key)") + 2
    assert flake8("--select=RNG", "-", stdin=text).places == [f"stdin:4:{column} RNG101"]


# Silencing and formatting


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# noqa: RNG101", True),
        ("# noqa: RNG1", True),
        ("# noqa:E501,RNG101", True),
        ("# noqa: RNG101  the same noise is wanted here", True),
        ("# noqa", True),
        ("# noqa: RNG102", False),
        ("# noqa: E501", False),
    ],
)
def test_noqa(flake8, reuse, comment, silent):
    text = reuse.rstrip("\n") + f"  {comment}\n"
    assert flake8("--select=RNG", "-", stdin=text).codes == ([] if silent else ["RNG101"])
    assert flake8("--select=RNG", "--disable-noqa", "-", stdin=text).codes == ["RNG101"]


def test_noqa_stands_on_the_line_of_the_argument(flake8):
    for line in (4, 5, 6):
        lines = ["import jax", "key = jax.random.key(0)", "a = jax.random.normal(key)"]
        lines += ["b = jax.random.normal(", "    key,", ")"]
        lines[line - 1] += "  # noqa: RNG101"
        text = "\n".join(lines) + "\n"
        assert flake8("--select=RNG", "-", stdin=text).places == ([] if line == 5 else ["stdin:5:5 RNG101"])


def test_noqa_for_a_whole_file(flake8, reuse):
    assert flake8("--select=RNG", "-", stdin="# flake8: noqa\n" + reuse).codes == []
    assert flake8("--select=RNG", "--disable-noqa", "-", stdin="# flake8: noqa\n" + reuse).codes == ["RNG101"]


def test_ignore(flake8, reuse):
    assert flake8("--select=RNG", "--ignore=RNG101", "-", stdin=reuse).codes == []
    assert flake8("--select=RNG", "--extend-ignore=RNG1", "-", stdin=reuse).codes == []
    assert flake8("--ignore=RNG", "-", stdin=reuse).codes == []
    assert flake8("--select=E,W", "-", stdin=reuse).codes == []


def test_per_file_ignores(flake8, tmp_path, reuse):
    (tmp_path / "tests").mkdir()
    for name in ("train.py", "tests/test_train.py"):
        (tmp_path / name).write_text(reuse)
    run = flake8("--select=RNG", "--per-file-ignores=tests/*:RNG101", "train.py", "tests")
    assert run.places == ["train.py:4:23 RNG101"]


def test_format(flake8, reuse):
    run = flake8("--select=RNG", "--format=%(code)s|%(row)d|%(col)d|%(path)s", "-", stdin=reuse)
    assert run.out == "RNG101|4|23|stdin\n"
    pylint = flake8("--select=RNG", "--format=pylint", "-", stdin=reuse)
    assert pylint.out.startswith("stdin:4: [RNG101] ")


def test_show_source(flake8, reuse):
    run = flake8("--select=RNG", "--show-source", "-", stdin=reuse)
    assert run.lines[1:] == ["b = jax.random.normal(key)", " " * 22 + "^"]


# Settings in files


SETTINGS = """\
[flake8]
select = RNG
per-file-ignores =
    quiet.py: RNG101
"""


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
def test_settings_in(flake8, tmp_path, reuse, name):
    (tmp_path / name).write_text(SETTINGS)
    (tmp_path / "quiet.py").write_text(reuse)
    (tmp_path / "train.py").write_text("import os\n" + reuse)  # F401 is not selected
    assert flake8().places == ["./train.py:5:23 RNG101"]


def test_extend_ignore_in_a_file(flake8, tmp_path, reuse):
    (tmp_path / ".flake8").write_text("[flake8]\nextend-ignore = RNG101\n")
    assert flake8("-", stdin=reuse).codes == []


# The same output each time


def test_many_files_in_two_processes_in_one_order(flake8, tmp_path, reuse):
    for number in range(12):
        (tmp_path / f"train_{number:02}.py").write_text("\n" * number + reuse + "c = jax.random.normal(key)\n")
    expected = [f"./train_{number:02}.py:{line + number}:23 RNG101" for number in range(12) for line in (4, 5)]
    outputs = set()
    for jobs, seed in (("1", "0"), ("1", "1"), ("2", "0"), ("2", "4242")):
        run = flake8("--select=RNG", f"--jobs={jobs}", env={"PYTHONHASHSEED": seed})
        assert run.places == expected
        outputs.add(run.out)
    assert len(outputs) == 1


# Opt-in rules: a program that breaks one of each kind

OPT_IN = """\
import jax

key = jax.random.key(0)
a, b = jax.random.normal(key), jax.random.normal(key)
c = jax.random.PRNGKey(1)
"""

ON, BOTH, OPTED, NONE = ["RNG101"], ["RNG101", "RNG191"], ["RNG191"], []


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ((), ON),
        (("--select=RNG",), ON),
        (("--select=RNG1",), ON),
        (("--select=E,F,W,C90,RNG",), ON),
        (("--ignore=E203",), ON),  # replaces flake8's default ignore list
        (("--extend-ignore=E203",), ON),
        (("--extend-select=RNG",), ON),
        (("--extend-select=B950",), ON),
        (("--extend-select=RNG191",), BOTH),
        (("--extend-select=RNG19",), BOTH),
        (("--select=RNG", "--extend-select=RNG191"), BOTH),
        (("--select=RNG,RNG191",), BOTH),
        (("--select=RNG", "--extend-select=RNG191", "--ignore=E203"), BOTH),
        (("--select=RNG191",), OPTED),
        (("--extend-select=RNG191", "--ignore=RNG101"), OPTED),
        (("--extend-select=RNG191", "--ignore=RNG"), OPTED),  # flake8: the longer prefix wins
        (("--extend-select=RNG191", "--ignore=RNG191"), ON),
        (("--extend-select=RNG191", "--per-file-ignores=stdin:RNG191"), ON),
        (("--select=E",), NONE),
    ],
)
def test_opt_in_rules(flake8, tmp_path, arguments, codes):
    run = flake8(*arguments, "-", stdin=OPT_IN)
    assert run.codes == codes
    # … and the same settings in a file
    settings = "".join(f"{argument.removeprefix('--').replace('=', ' = ', 1)}\n" for argument in arguments)
    (tmp_path / "tox.ini").write_text(f"[flake8]\n{settings}")
    assert flake8("-", stdin=OPT_IN).codes == codes


def test_no_opt_in_rule_shares_its_family_with_a_default_one():
    """`--extend-select=RNG19` has to mean opt-in rules alone."""
    for rule in RULES:
        assert rule.default != (rule.code[4] in "89"), rule.code


# The class itself


def run_plugin(text: str, filename: str = "train.py") -> list[tuple[int, int, str, type]]:
    return list(Plugin(ast.parse(text), text.splitlines(keepends=True), filename).run())


def test_what_lint_is_given(monkeypatch):
    seen = []

    def lint(
        source: str,
        tree: ast.Module | None,
        filename: str,
        libraries: Libraries,
        project: Project,
        off: Callable[[], Container[str]],
        _: object,
        detailed: bool,
    ) -> list[Finding]:
        assert not detailed
        assert "RNG191" in off()
        assert "RNG101" not in off()
        seen.append((source, type(tree), filename, libraries, project.home))
        return [Finding(2, 4, "RNG101", "message")]

    monkeypatch.setattr(flake8_flax_rng.lint, "lint", lint)
    text = "import jax\ny = 2\n"
    assert run_plugin(text, "dir/train.py") == [(2, 4, "RNG101 message", Plugin)]
    assert seen == [(text, ast.Module, "dir/train.py", NO_LIBRARIES, os.path.abspath("dir/train.py"))]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("x = 1\n", False),
        ("import haiku\n", True),
        ("noise.draw(key)\n", True),
        ("noise.draw(keyboard)\n", False),
        ("noise.mine(3)\n", True),
    ],
)
def test_which_texts_lint_is_given(monkeypatch, text, given):
    seen = []
    monkeypatch.setattr(flake8_flax_rng.lint, "lint", lambda source, *_: seen.append(source) or [])
    monkeypatch.setattr(Plugin, "libraries", read_consumers(["noise.mine:2"]))
    assert run_plugin(text) == []
    assert seen == ([text] if given else [])


@pytest.mark.slow
def test_what_is_loaded_for_a_file_without_keys():
    script = (
        "import ast, sys; from flake8_flax_rng.plugin import Plugin; "
        "list(Plugin(ast.parse('x = 1'), ['x = 1'], 'a.py').run()); "
        "print(*sorted(name for name in sys.modules if name.startswith(('flake8_flax_rng', 'libcst', 'dataclasses'))))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    parts = ["", ".plugin", ".semantics", ".semantics.gate"]
    assert done.stdout.split() == [f"flake8_flax_rng{part}" for part in parts]


class Panic(BaseException):
    """What a panic in native code is: no `Exception`."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("two\nlines"), "ValueError: two lines"),
        (
            RecursionError("maximum recursion depth exceeded"),
            "RecursionError: maximum recursion depth exceeded",
        ),
        (SyntaxError("not for flake8"), "SyntaxError: not for flake8"),
        (MemoryError(), "MemoryError:"),
        (Panic("index out of bounds"), "Panic: index out of bounds"),
    ],
)
def test_nothing_escapes(monkeypatch, error, reason):
    def lint(*_: object) -> list[Finding]:
        raise error

    monkeypatch.setattr(flake8_flax_rng.lint, "lint", lint)
    assert run_plugin("import jax\n") == [(1, 0, f"RNG001 not analysed: {reason}", Plugin)]


def test_an_interrupt_does_escape(monkeypatch):
    def lint(*_: object) -> list[Finding]:
        raise KeyboardInterrupt

    monkeypatch.setattr(flake8_flax_rng.lint, "lint", lint)
    with pytest.raises(KeyboardInterrupt):
        run_plugin("import jax\n")


def test_the_tree_is_left_as_it_was(reuse):
    """Other plugins read the same tree."""
    tree = ast.parse(reuse)
    before = ast.dump(tree, include_attributes=True)
    fields = [sorted(vars(node)) for node in ast.walk(tree)]
    list(Plugin(tree, reuse.splitlines(keepends=True), "train.py").run())
    assert ast.dump(tree, include_attributes=True) == before
    assert [sorted(vars(node)) for node in ast.walk(tree)] == fields


def test_the_hook_for_pre_commit_runs_a_command_that_exists(flake8, reuse):
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "  entry: flake8 --select=RNG,E9\n" in hook
    assert flake8("--select=RNG,E9", "-", stdin=reuse).codes == ["RNG101"]


def test_rng091_names_the_excuse_when_it_is_asked_for(flake8, tmp_path):
    text = "import jax\n\nkey = jax.random.key(0)\nnoise = jax.random.normal(key), -jax.random.normal(key)\n"
    (tmp_path / "pair.py").write_text(text)
    assert flake8("--select=RNG", "pair.py").lines == []
    (line,) = flake8("--extend-select=RNG091", "pair.py").lines
    assert line.startswith("pair.py:4:52: RNG091 ")
    assert "excuse `antithetic`" in line


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_statistics_name_the_rule_and_the_findings_do_not(flake8, tmp_path, reuse, jobs):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(reuse)
    out = flake8("--select=RNG", "--statistics", jobs, ".").lines
    text = "`key` was already consumed by `jax.random.normal` on line 3; "
    assert [line.partition("split")[0] for line in out] == [
        f"./a.py:4:23: RNG101 {text}",
        f"./b.py:4:23: RNG101 {text}",
        f"2     RNG101 key-reuse: {text}",
    ]
    # What was found by an earlier run is said alike.
    (tmp_path / ".flake8").touch()
    again = [flake8("--select=RNG", "--statistics", jobs, ".").lines for _ in range(2)]
    assert again == [out, out]
