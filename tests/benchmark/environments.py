"""Virtual environments, one for each linter, so that flake8 loads no other plugin."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLAKE8 = "flake8==7.5.0"
_RUN = ("-m", "flake8", "--isolated", "-j1", "--exit-zero")


@dataclass(frozen=True)
class Linter:
    """One way to lint.

    Args:
        name: what the table calls it.
        requirements: what pip installs for it.
        command: the arguments that Python gets before the files.
    """

    name: str
    requirements: tuple[str, ...]
    command: tuple[str, ...] = _RUN


ALONE = Linter("flake8 alone", (FLAKE8,))
OURS = Linter("flake8-flax-rng", (FLAKE8, str(ROOT)), (*_RUN, "--rng-no-cache"))
AGAIN = Linter("flake8-flax-rng, nothing changed", OURS.requirements, (*_RUN, "--rng-cache-dir=build/benchmark-cache"))
"""What a second run costs, in the environment of the first."""

OTHERS = (
    Linter("flake8-bugbear", (FLAKE8, "flake8-bugbear==26.10.27")),
    Linter("flake8-async", (FLAKE8, "flake8-async==26.8.1")),
    Linter("TorchFix", (FLAKE8, "torchfix==0.7.0")),
    Linter("pylint", ("pylint==4.1.4",), ("-m", "pylint", "--exit-zero", "-j1", "--score=n")),
)


def interpreter(linter: Linter, cache: Path) -> Path:
    """Return the Python of a linter's environment; it is made when the cache lacks it, and this plugin always anew.

    Raises:
        subprocess.CalledProcessError: pip could not install it.
    """
    folder = cache / "environments" / linter.name.replace(" ", "-")
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if ready.exists() and linter is not OURS:
        return python
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *linter.requirements], check=True)
    if linter is OURS:
        subprocess.run([*install, "--force-reinstall", "--no-deps", str(ROOT)], check=True)
    ready.touch()
    return python
