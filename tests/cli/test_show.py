"""`show`: what it is asked for, what it prints and where, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_flax_rng.cli import main

PROGRAM = """\
import jax


def f(key):
    a = jax.random.normal(key)
    b = jax.random.normal(key)
    return a + b


def g(key):
    return jax.random.normal(key) * jax.random.normal(key)
"""
TWO = ["a.py:6:27 RNG101", "a.py:11:55 RNG101"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two findings in one file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.cfg").write_text("[flake8]\njobs = 1\nrng-no-cache = true\n")
    (tmp_path / "a.py").write_text(PROGRAM)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """The exit status, and each finding that is printed."""
    status = main(["show", *arguments])
    heads = [line for line in capsys.readouterr().out.splitlines() if line[:1].strip()]
    return status, [" ".join(head.split()[:2]).replace(": ", " ") for head in heads]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], TWO),
        (["."], TWO),
        (["a.py"], TWO),
        (["a.py:6"], TWO[:1]),
        (["./a.py:11"], TWO[1:]),
        (["a.py:5"], TWO[:1]),  # where the key is consumed first
        (["a.py:4"], []),
        (["a.py:6", "a.py:11"], TWO),
        (["a.py:6", "a.py"], TWO),
        ([".", "a.py:6"], TWO[:1]),
    ],
)
def test_a_path_and_a_line(arguments: list[str], expected: list[str], capsys) -> None:
    assert shown(capsys, *arguments) == (1 if expected else 0, expected)


def test_a_line_of_an_absolute_path(project: Path, capsys) -> None:
    assert shown(capsys, f"{project / 'a.py'}:6") == (1, TWO[:1])


def test_a_file_whose_name_looks_like_a_line(project: Path, capsys) -> None:
    (project / "b.py:6").write_text(PROGRAM)
    assert shown(capsys, "b.py:6") == (1, [place.replace("a.py", "b.py:6") for place in TWO])


def test_nothing_found(project: Path, capsys) -> None:
    (project / "a.py").write_text("import jax\n")
    assert main(["show"]) == 0
    assert capsys.readouterr().out == ""
    (project / "empty").mkdir()
    assert main(["show", "empty"]) == 0


def test_what_cannot_be_read_is_a_finding_as_for_flake8(project: Path, capsys) -> None:
    assert shown(capsys, "gone.py") == (1, ["gone.py:0:1 E902"])
    (project / "b.py").write_text("def f(:\n")
    assert shown(capsys, "b.py") == (1, ["b.py:1:8 E999"])


@pytest.mark.parametrize(
    ("settings", "arguments", "expected"),
    [
        ("select = RNG2", [], []),
        ("extend-ignore = RNG101", [], []),
        ("per-file-ignores = a.py: RNG101", [], []),
        ("per-file-ignores = b.py: RNG101", [], TWO),
        ("exclude = a.py", [], []),
        ("select = RNG2", ["--select", "RNG101"], TWO),
        ("", ["--select=RNG2,RNG3"], []),
        ("", ["--ignore", "RNG1"], []),
        ("", ["--extend-ignore", "RNG1"], []),
        ("", ["--exclude", "a.py"], []),
        ("", ["--jobs", "2"], TWO),
        ("", ["--config", "other.cfg"], []),
    ],
)
def test_the_settings_of_flake8_apply(settings, arguments, expected, project: Path, capsys) -> None:
    (project / "setup.cfg").write_text(f"[flake8]\njobs = 1\nrng-no-cache = true\n{settings}\n")
    (project / "other.cfg").write_text("[flake8]\nselect = RNG2\nrng-no-cache = true\n")
    assert shown(capsys, *arguments) == (1 if expected else 0, expected)


def test_opt_in_rules(project: Path, capsys) -> None:
    (project / "a.py").write_text("import jax\nkey = jax.random.PRNGKey(0)\n")
    assert shown(capsys) == (0, [])
    assert shown(capsys, "--extend-select", "RNG191") == (1, ["a.py:2:7 RNG191"])


def test_noqa(project: Path, capsys) -> None:
    (project / "a.py").write_text(PROGRAM.replace("b = jax.random.normal(key)", "b = jax.random.normal(key)  # noqa"))
    assert shown(capsys) == (1, TWO[1:])


def test_text_holds_the_source(capsys) -> None:
    assert main(["show", "a.py:6"]) == 1
    out, err = capsys.readouterr()
    assert "5 │     a = jax.random.normal(key)" in out and "first consumed here" in out
    assert err == "" and "\x1b" not in out


@pytest.mark.parametrize("form", ["json", "sarif", "html"])
def test_the_other_formats(form: str, project: Path, capfdbinary) -> None:
    def once(*arguments: str) -> bytes:
        assert main(["show", "--format", form, "a.py", *arguments]) == 1
        out: bytes = capfdbinary.readouterr().out
        return out

    printed = once()
    assert once() == printed, "the order is stable"
    assert once("-o", "out.txt") == b""
    assert (project / "out.txt").read_bytes() == printed
    if form == "html":
        assert b"2 findings" in printed
        return
    log = json.loads(printed)
    found = log["findings"] if form == "json" else log["runs"][0]["results"]
    assert [entry["code" if form == "json" else "ruleId"] for entry in found] == ["RNG101", "RNG101"]


def test_pages_of_the_rules_are_linked(project: Path, capfdbinary) -> None:
    assert main(["show", "--format", "html", "--docs-url", "https://example.org/"]) == 1
    assert b"https://example.org/RNG101.html" in capfdbinary.readouterr().out
    (project / "setup.cfg").write_text("[flake8]\nrng-docs-url = https://example.com\njobs = 1\nrng-no-cache = true\n")
    assert main(["show", "--format", "sarif"]) == 1
    assert b"https://example.com/RNG101.html" in capfdbinary.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "out.txt"], "--output is for json, sarif and html"),
        (["train.ipynb"], "nbqa flake8 --select=RNG train.ipynb"),
        (["--config", "gone.cfg"], "gone.cfg"),
        (["--format", "json", "-o", "gone/out.json"], "gone/out.json"),
    ],
)
def test_what_is_refused(arguments: list[str], words: str, capsys) -> None:
    assert main(["show", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, words in err, err.count("\n")) == ("", True, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "missing"), [("text", "rich"), ("html", "jinja2"), ("html", "pygments")])
def test_a_missing_package_is_named_before_anything_is_read(form: str, missing: str) -> None:
    script = (
        f"import sys; sys.modules.update({missing}=None); from flake8_flax_rng.commands import show; "
        "show.Flake8 = None; from flake8_flax_rng.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "show", "--format", form], check=False, capture_output=True, text=True
    )
    told = f"flake8-flax-rng: {missing} is not installed: pip install 'flake8-flax-rng[show]'\n"
    assert (done.returncode, done.stderr) == (2, told)


@pytest.mark.slow
@pytest.mark.parametrize("command", [["show", "a.py"], ["show", "--format", "json", "a.py"], ["explain"]])
def test_whoever_reads_may_have_seen_enough(command: list[str]) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "flake8_flax_rng", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() != 0
