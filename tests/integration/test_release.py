"""The wheel and the sdist, each in an environment that has nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from .conftest import REUSE, ROOT, fresh

pytestmark = pytest.mark.integration


def version() -> str:
    (found,) = re.findall(r'^__version__ = "(.+)"$', (ROOT / "flake8_flax_rng" / "__init__.py").read_text(), re.M)
    return str(found)


def test_what_is_built(distributions: Path) -> None:
    assert {path.name for path in distributions.iterdir()} == {
        f"flake8_flax_rng-{version()}-py3-none-any.whl",
        f"flake8_flax_rng-{version()}.tar.gz",
    }


def test_the_wheel(wheel: Path, tmp_path: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "flake8_flax_rng/py.typed" in names
    assert not [name for name in names if not re.match(r"flake8_flax_rng(-[\d.]+\.dist-info)?/", name)]
    metadata = zipfile.ZipFile(wheel).read(f"flake8_flax_rng-{version()}.dist-info/METADATA").decode()
    for line in ("Classifier: Framework :: Flake8", "Classifier: Typing :: Typed", f"Version: {version()}"):
        assert line in metadata.splitlines()

    environment = fresh(tmp_path / "environment")
    environment.install(wheel)
    (tmp_path / "train.py").write_text(REUSE)
    done = environment.run("flake8", "--select=RNG", "train.py", cwd=tmp_path)
    assert done.stdout.startswith("train.py:4:23: RNG101")
    assert "RNG101 key-reuse" in environment.run("flake8-flax-rng", "explain", "RNG101", check=True).stdout
    assert environment.run("flake8-flax-rng", "--version", check=True).stdout.strip() == version()
    without = environment.run("flake8-flax-rng", "verify", "train.py", cwd=tmp_path)
    assert without.returncode == 2
    assert "pip install 'flake8-flax-rng[verify]'" in without.stderr
    # The typed marker: mypy reads the annotations of the installed package.
    (tmp_path / "typed.py").write_text("from flake8_flax_rng.lint import lint\nreveal_type(lint(''))\n")
    command = [sys.executable, "-m", "mypy", "--python-executable", str(environment.python), "typed.py"]
    typed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "list[flake8_flax_rng.finding.Finding]" in typed.stdout


def test_the_sdist(distributions: Path, tmp_path: Path) -> None:
    """It installs, and tests that it brings pass, in an environment without JAX; the others run from the sources."""
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    source = tmp_path / sdist.name.removesuffix(".tar.gz")
    assert {"fixtures", "tests", "README.md", "LICENSE", "CHANGELOG.md", "flake8_flax_rng"} <= {
        path.name for path in source.iterdir()
    }
    environment = fresh(tmp_path / "environment")
    environment.install(sdist, "pytest")
    done = environment.run(
        *("python", "-I", "-m", "pytest", "-p", "no:cacheprovider", "tests/plugin/test_plugin.py"),
        *("-k", "not slow or lists_the_plugin or a_file or settings_in"),
        cwd=source,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed|\[100%\]", done.stdout)


def test_the_changelog_speaks_of_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(rf"^## {re.escape(version())}\b", text, re.MULTILINE)
