"""What the tests share: a small bug, and flake8 as a user runs it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

# Most programs take longer to compile than to run. What they draw, and from which keys, is the same.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "true")
# Each test leaves little behind, beside what is kept for all: a twelfth of the time went into looking for it.
gc.set_threshold(50_000, 20, 20)

REUSE = """\
import jax
key = jax.random.key(0)
a = jax.random.normal(key)
b = jax.random.normal(key)
"""
"""One bug: RNG101 on line 4, at the argument, which is column 23 as flake8 counts."""


@dataclass(frozen=True)
class Run:
    """A finished flake8 process."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def codes(self) -> list[str]:
        """The code of each report in the default format, in the order of the output."""
        return [line.split(": ", 1)[1].split(" ", 1)[0] for line in self.lines]

    @property
    def places(self) -> list[str]:
        """Each report as ``file:line:column code``, in the order of the output."""
        return [" ".join(line.split(" ")[:2]).replace(": ", " ") for line in self.lines]


Flake8 = Callable[..., Run]


@pytest.fixture
def reuse() -> str:
    return REUSE


@pytest.fixture
def flake8(tmp_path: Path) -> Flake8:
    """Run flake8 in the test's own directory, out of reach of this repository's settings."""

    def run(
        *arguments: str,
        stdin: str | bytes | None = None,
        env: dict[str, str] | None = None,
        timeout: float = 300,
        command: tuple[str, ...] = ("-m", "flake8"),
    ) -> Run:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, *command, *arguments],
            cwd=tmp_path,
            input=b"" if data is None else data,
            capture_output=True,
            env={**os.environ, "PYTHONUTF8": "1", **(env or {})},
            timeout=timeout,
            check=False,
        )
        result = Run(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "critical error" not in result.out + result.err, result.out + result.err
        assert "Traceback" not in result.err, result.err
        return result

    return run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs flake8 as a process is slow; the tests that start other ones, or run JAX, say so themselves."""
    for item in items:
        if "flake8" in getattr(item, "fixturenames", ()) or item.get_closest_marker("integration"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def only_slow_tests_start_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the quick tests quick."""
    if "slow" not in request.keywords:

        def start(*_: object, **__: object) -> None:
            pytest.fail("a test that starts a process is to be marked as slow")

        monkeypatch.setattr(subprocess.Popen, "__init__", start)
        monkeypatch.setattr(BaseProcess, "start", start)


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of the project, which lies in ``tmp_path``."""
    (tmp_path / "pyproject.toml").touch()

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return put
