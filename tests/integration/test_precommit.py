"""pre-commit: the hooks of this repository, and the plugin beside a flake8 hook."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from .conftest import Environment, commit
from .readme import blocks

pytestmark = pytest.mark.integration

HEADING = "Under pre-commit"


@pytest.fixture(scope="session")
def home(together: Path) -> dict[str, str]:
    """Where pre-commit keeps its environments, shared by these tests: it locks what it writes there."""
    return {"PRE_COMMIT_HOME": str(together / "pre-commit"), "PRE_COMMIT_COLOR": "never"}


def notebook(path: Path, *cells: str) -> None:
    path.write_text(
        json.dumps(
            {
                "cells": [
                    {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": [cell]}
                    for cell in cells
                ],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        )
    )


def configure(project: Path, text: str, repository: Path) -> None:
    """Write a block of the README down, with the address and the version of this repository."""
    text = text.replace("git+<address>", f"git+file://{repository}").replace("<address>", str(repository))
    text = text.replace("<version>", "v0")
    assert "<" not in text
    (project / ".pre-commit-config.yaml").write_text(text)
    commit(project)


def test_try_repo(tools: Environment, repository: Path, project: Path, home: dict[str, str]) -> None:
    commit(project)
    command = ("pre-commit", "try-repo", repository, "flake8-flax-rng", "--files")
    bad = tools.run(*command, "src/bad.py", "src/good.py", cwd=project, env=home)
    assert bad.returncode == 1
    assert "src/bad.py:4:23: RNG101 `key` was already consumed" in bad.stdout
    assert "good.py" not in bad.stdout


def test_the_configuration(tools: Environment, repository: Path, project: Path, home: dict[str, str]) -> None:
    notebook(project / "good.ipynb", "import jax\n", "key = jax.random.key(0)\nx = jax.random.normal(key)\n")
    configure(project, blocks(HEADING, "yaml")[0], repository)
    bad = tools.run("pre-commit", "run", "--all-files", cwd=project, env=home)
    assert bad.returncode == 1
    assert "src/bad.py:4:23: RNG101" in bad.stdout
    (project / "src" / "bad.py").unlink()
    commit(project)
    good = tools.run("pre-commit", "run", "--all-files", cwd=project, env=home)
    assert good.returncode == 0, good.stdout
    assert good.stdout.count("Passed") == 2

    (project / "src" / "broken.py").write_text("import jax\nx = (\n")
    notebook(project / "bad.ipynb", "import jax\nkey = jax.random.key(0)\n", *["x = jax.random.normal(key)\n"] * 2)
    commit(project)
    bad = tools.run("pre-commit", "run", "--all-files", cwd=project, env=home)
    assert bad.returncode == 1
    assert "src/broken.py:2:" in bad.stdout and "E999" in bad.stdout  # a file that cannot be read does not pass
    assert "bad.ipynb:cell_3:1:23: RNG101" in bad.stdout


def test_beside_a_flake8_hook(
    tools: Environment, repository: Path, project: Path, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The hook that flake8's own repository has, in a repository on this machine."""
    flake8 = tmp_path_factory.mktemp("flake8")
    (flake8 / "setup.py").write_text("from setuptools import setup\nsetup(name='f', install_requires=['flake8'])\n")
    hook = "- id: flake8\n  name: flake8\n  entry: flake8\n  language: python\n  types: [python]\n"
    (flake8 / ".pre-commit-hooks.yaml").write_text(hook)
    commit(flake8)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=flake8, capture_output=True, text=True, check=True)
    text = blocks(HEADING, "yaml")[1]
    assert "https://github.com/PyCQA/flake8" in text
    text = text.replace("https://github.com/PyCQA/flake8", str(flake8)).replace("7.3.0", head.stdout.strip())
    (project / "src" / "style.py").write_text("import os\n")
    configure(project, text, repository)
    done = tools.run("pre-commit", "run", "--all-files", cwd=project, env=home)
    assert done.returncode == 1
    assert "src/bad.py:4:23: RNG101" in done.stdout
    assert "src/style.py:1:1: F401" in done.stdout
