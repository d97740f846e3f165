"""What flake8 would report of a text that was never saved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_flax_rng.editor import checks


def codes(report: checks.Report) -> list[str]:
    return [finding.code for finding in report.findings]


def test_the_text_of_the_editor_counts(check, tmp_path: Path, reuse: str) -> None:
    (tmp_path / "train.py").write_text("import jax\n")
    (found,) = check(reuse).findings
    assert (found.line, found.column, found.code) == (4, 22, "RNG101")
    assert found.detail is not None and found.detail.range.end_column == 25


@pytest.mark.parametrize(
    "text", ["import jax\nkey = (\n", "import jax\n\0\n", "", "\n", "# flake8: noqa\nimport jax\n"]
)
def test_what_cannot_be_read_has_no_findings(check, text: str) -> None:
    assert codes(check(text)) == []


@pytest.mark.parametrize(
    ("settings", "path", "expected"),
    [
        ("", "train.py", ["RNG101"]),
        ("extend-ignore = RNG101", "train.py", []),
        ("select = E,F", "train.py", []),
        ("extend-select = RNG191", "train.py", ["RNG101"]),
        ("per-file-ignores = tests/*: RNG101", "tests/train.py", []),
        ("per-file-ignores = tests/*: RNG101", "train.py", ["RNG101"]),
        ("exclude = old", "old/train.py", []),
        ("rng-consumers = nonsense", "train.py", ["RNG001"]),
    ],
)
def test_the_settings_of_the_project_hold(
    check, tmp_path: Path, reuse: str, settings: str, path: str, expected: list[str]
) -> None:
    (tmp_path / "setup.cfg").write_text(f"[flake8]\n{settings}\n")
    assert codes(check(reuse, path=path)) == expected


def test_settings_may_change(check, tmp_path: Path, reuse: str) -> None:
    assert codes(check(reuse)) == ["RNG101"]
    (tmp_path / ".flake8").write_text("[flake8]\nignore = RNG\n")
    assert codes(check(reuse)) == []
    assert codes(check(reuse, "--ignore=E")) == ["RNG101"]


def test_noqa_of_the_text_holds(check, reuse: str) -> None:
    assert codes(check(reuse.replace("(key)\n", "(key)  # noqa: RNG101\n"))) == []


def test_what_is_shown_is_not_looked_for_again(check, tmp_path: Path, reuse: str, monkeypatch) -> None:
    found = check(reuse)
    monkeypatch.setattr(checks, "_checked", None)
    assert checks.shown(reuse, str(tmp_path / "train.py"), str(tmp_path)) is found


def test_other_files_of_the_project_are_followed(check, tmp_path: Path) -> None:
    (tmp_path / "noise.py").write_text("import jax\n\n\ndef draw(key):\n    return jax.random.normal(key)\n")
    text = "import jax\nimport noise\ndef f(key):\n    return noise.draw(key), noise.draw(key)\n"
    assert codes(check(text)) == ["RNG101"]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["import numpy\nprint(numpy.ones(3))\n", "x = 1\n"])
def test_nothing_is_imported_for_a_file_without_keys(tmp_path: Path, text: str) -> None:
    script = (
        "import sys; from flake8_flax_rng.editor import checks, protocol; "
        f"known = checks.report({text!r}, 'a.py', ''); document = protocol.Document('file:///a.py', {text!r}, known); "
        "place = {'line': 0, 'character': 0}; "
        "assert not document.diagnostics() and not document.hover(place); "
        "assert not document.actions({'start': place, 'end': place}, {}); "
        "print(sorted({'flake8', 'libcst', 'flake8_flax_rng.rules', 'flake8_flax_rng.lint'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
