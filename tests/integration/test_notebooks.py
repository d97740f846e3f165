"""Notebooks through nbQA: a finding carries the cell and the line in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Environment
from .readme import block

pytestmark = pytest.mark.integration

CELLS = [
    "%matplotlib inline\nimport asyncio\nimport jax\n!nvidia-smi\n",
    "%%bash\necho not Python at all\n",
    "key = jax.random.key(0)\nfiles = !ls\nx = jax.random.normal(key, (2,))\n",
    "%%time\ny = jax.random.normal(key, (2,))\n",
    "key = jax.random.key(1)  # from here on another key\nz = jax.random.normal(key)\n",
    "await asyncio.sleep(0)\nx?\n%timeit -n 1 x + 1\nw = jax.random.uniform(\n    key,\n)\n",
    "k = jax.random.key(2)\na = jax.random.normal(k)\nb = jax.random.normal(k)\n",
]


def notebook(path: Path, cells: list[str]) -> None:
    code = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# Keys\n", "jax.random.normal(key)\n"]}
    listed = [text, *({**code, "source": cell.splitlines(True)} for cell in cells)]
    path.write_text(json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def test_nbqa(tools: Environment, tmp_path: Path) -> None:
    notebook(tmp_path / "train.ipynb", CELLS)
    command = block("Notebooks", "sh").splitlines()[-1]
    assert command.split()[:2] == ["nbqa", "flake8"]
    done = tools.run(command.partition("#")[0], cwd=tmp_path, shell=True)
    reports = [line.split(": ", 1) for line in done.stdout.splitlines()]
    assert [(place, text[:6]) for place, text in reports] == [
        ("train.ipynb:cell_4:2:23", "RNG101"),
        ("train.ipynb:cell_6:5:5", "RNG101"),
        ("train.ipynb:cell_7:3:23", "RNG101"),
    ]
    texts = [text for _, text in reports]
    assert "on line 3 of an earlier cell (`x = jax.random.normal(key, (2,))`)" in texts[0]
    assert "on line 2 of an earlier cell (`z = jax.random.normal(key)`)" in texts[1]
    assert "on line 2 of this cell" in texts[2]
    assert done.returncode == 1


def test_a_good_notebook(tools: Environment, tmp_path: Path) -> None:
    notebook(tmp_path / "train.ipynb", [CELLS[0], CELLS[2], "x + 1\n", CELLS[4]])
    done = tools.run("nbqa", "flake8", "--select=RNG,E9", "train.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_cell_is_silenced_on_the_line_that_is_shown(tools: Environment, tmp_path: Path) -> None:
    silenced = CELLS[5].replace("    key,", "    key,  # noqa: RNG101")
    notebook(tmp_path / "train.ipynb", [CELLS[0], *CELLS[4:5], silenced])
    assert tools.run("nbqa", "flake8", "--select=RNG", "train.ipynb", cwd=tmp_path).returncode == 0
