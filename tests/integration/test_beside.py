"""Beside ruff, and with the settings in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import REUSE, Environment
from .readme import block, blocks

pytestmark = pytest.mark.integration

SILENCED = REUSE.replace("b = jax.random.normal(key)", "b = jax.random.normal(\n    key,  # noqa: RNG101\n)")


@pytest.mark.parametrize("rules", ["RUF100", "RUF102", "ALL"])
def test_ruff_leaves_our_comments_alone(tools: Environment, tmp_path: Path, rules: str) -> None:
    path = tmp_path / "train.py"
    path.write_text(SILENCED)
    command = ("ruff", "check", "--preview", "--select", rules, "--fix", "--unsafe-fixes", "train.py")
    (tmp_path / "pyproject.toml").write_text(block("Beside ruff", "toml"))
    tools.run(*command, cwd=tmp_path)
    assert "# noqa: RNG101" in path.read_text()
    if rules != "ALL":
        assert tools.run(*command, cwd=tmp_path).returncode == 0


def test_ruff_would_not_without_the_setting(tools: Environment, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SILENCED)
    command = ("ruff", "check", "--output-format=concise", "--select=RUF100,RUF102", "train.py")
    done = tools.run(*command, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("train.py:5:11: RUF102")


def test_a_finding_is_silenced_on_the_line_that_is_shown(tools: Environment, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(SILENCED)
    shown = tools.run("flake8", "--select=RNG", "--disable-noqa", "train.py", cwd=tmp_path)
    assert shown.stdout.startswith("train.py:5:5: RNG101")
    assert tools.run("flake8", "--select=RNG", "train.py", cwd=tmp_path).returncode == 0


def test_settings_in_pyproject(tools: Environment, tmp_path: Path) -> None:
    (settings,) = [text for text in blocks("Use", "toml") if "[tool.flake8]" in text]
    (tmp_path / "pyproject.toml").write_text(settings)
    (tmp_path / "tests").mkdir()
    (tmp_path / "train.py").write_text(REUSE)
    (tmp_path / "tests" / "test_train.py").write_text(REUSE)
    done = tools.run("flake8", cwd=tmp_path)
    assert [line.split(" ")[:2] for line in done.stdout.splitlines()] == [["./train.py:4:23:", "RNG101"]]


def test_our_own_settings_in_pyproject(tools: Environment, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "keys.py").write_text("import jax\n\n\ndef draw(key):\n    return jax.random.normal(key)\n")
    (tmp_path / "train.py").write_text(
        "import jax\nimport other\nfrom lib.keys import draw\n\n"
        "key = jax.random.key(0)\na = draw(key)\nb = draw(key)\nk = jax.random.key(1)\nother.noise(k)\nother.noise(k)\n"
    )

    def lines(settings: str) -> list[str]:
        (tmp_path / "pyproject.toml").write_text(f"[tool.flake8]\nselect = ['RNG']\n{settings}")
        done = tools.run("flake8", "train.py", cwd=tmp_path)
        assert not done.stderr
        return [line.split(":")[1] for line in done.stdout.splitlines()]

    assert lines("") == ["7"]
    assert lines("rng-no-follow = true\n") == []
    assert lines("rng-consumers = ['other.noise:key']\n") == ["7", "10"]
    assert lines("rng-project-root = '.'\n") == ["7"]
