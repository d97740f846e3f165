"""The versions that are supported, tried one after the other: `python -m tests.versions`.

Each combination gets a virtual environment of its own. The linter's tests run with the lowest and the newest flake8 and
LibCST on each Python, and some of the fixtures are proven with the lowest and the newest Flax. At the end stands
which combinations ran, with the versions that were installed, and which could not, and why.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

LINTERS = (
    ("flake8==6.0.0", "libcst==1.4.0"),
    ("flake8==6.*", "libcst"),
    ("flake8==7.0.0", "libcst"),
    ("flake8", "libcst"),
)
"""On each Python; what has no wheel for it is not built, and is said to be missing."""

LAYERS = (
    ("flax==0.10.4", "jax==0.5.1"),
    ("flax==0.10.*", "jax==0.6.*"),
    ("flax==0.11.*", "jax==0.7.*"),
    ("flax",),
)
"""On the oldest Python that is there; the newest Flax on each. An older Flax uses what a newer JAX has removed."""

LINT_TESTS = ("tests/plugin/test_plugin.py", "tests/plugin/test_projects.py", "tests/rules/test_fixtures.py")
SHOWN = ("flake8", "libcst", "jax", "flax")


@dataclass(frozen=True)
class Combination:
    """Versions that are tried together.

    Args:
        python: the version of Python, of which the interpreter is looked for.
        requirements: what is installed beside this package.
        proves: whether fixtures are proven on JAX, rather than the linter tested.
    """

    python: str
    requirements: tuple[str, ...]
    proves: bool


def combinations(pythons: list[str]) -> Iterator[Combination]:
    """List what is tried."""
    for python in pythons:
        for requirements in LINTERS:
            yield Combination(python, requirements, proves=False)
    present = [python for python in pythons if interpreter(python)] or pythons[:1]
    for requirements in LAYERS:
        yield Combination(present[0], requirements, proves=True)
    for python in present[1:]:
        yield Combination(python, LAYERS[-1], proves=True)


@functools.cache
def interpreter(version: str) -> str | None:
    """Find an interpreter: on the path, among those of pyenv, or as uv knows it (also one that uv can fetch)."""
    places = [shutil.which(f"python{version}")]
    places += map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
    if shutil.which("uv"):
        subprocess.run(["uv", "python", "install", "--quiet", version], check=False, capture_output=True)
        found = subprocess.run(["uv", "python", "find", version], check=False, capture_output=True, text=True)
        places.append(found.stdout.strip())
    wanted = f"import sys, venv, ensurepip; assert '%d.%d' % sys.version_info[:2] == {version!r}"
    for place in filter(None, places):
        if subprocess.run([place, "-c", wanted], check=False, capture_output=True).returncode == 0:
            return str(place)
    return None


def attempt(combination: Combination, thorough: bool) -> tuple[bool | None, str]:
    """Try a combination.

    Returns:
        whether it works, None when it could not be tried; and the installed versions, or the reason.
    """
    python = interpreter(combination.python)
    if python is None:
        return None, "no such Python here"
    with tempfile.TemporaryDirectory(prefix="versions-") as directory:
        subprocess.run([python, "-m", "venv", directory], check=True)
        inside = str(Path(directory, "bin", "python"))
        wanted = [f"{ROOT}[verify]", "pytest"] if combination.proves else [str(ROOT), "pytest"]
        install = [inside, "-m", "pip", "install", "-q", "--only-binary=libcst,jaxlib,numpy,scipy", *wanted]
        done = subprocess.run([*install, *combination.requirements], check=False, capture_output=True, text=True)
        if done.returncode:
            return None, f"cannot be installed: {last_line(done.stderr)}"
        command = proof(thorough) if combination.proves else ["pytest", "-p", "no:cacheprovider", *LINT_TESTS]
        environment = {**os.environ, "JAX_PLATFORMS": "cpu", "XDG_CACHE_HOME": directory}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            # -I: the installed package is tried, not the one in this directory.
            [inside, "-I", "-m", *command],
            cwd=ROOT,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        said = f"{versions(inside)}: {last_line(done.stdout) or last_line(done.stderr)}"
        if done.returncode:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        return done.returncode == 0, said


def proof(thorough: bool) -> list[str]:
    """The command that proves the first bad and the first good program of each rule, or all of them."""
    fixtures = ROOT / "fixtures"
    if thorough:
        return ["flake8_flax_rng", "verify", str(fixtures)]
    rules = sorted(path for path in fixtures.iterdir() if path.name.startswith("RNG"))
    firsts = [min(rule.glob(f"{kind}_*.py")) for rule in rules for kind in ("bad", "good")]
    return ["flake8_flax_rng", "verify", *map(str, firsts)]


def versions(python: str) -> str:
    """The versions that were installed, as far as they matter."""
    script = (
        "import importlib.metadata as m, sys; print(', '.join(n + ' ' + m.version(n) for n in sys.argv[1:] "
        "if any(d.name == n for d in m.distributions())))"
    )
    return subprocess.run([python, "-c", script, *SHOWN], check=True, capture_output=True, text=True).stdout.strip()


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line for line in text.splitlines() if line.strip() and "notice" not in line]
    return lines[-1].strip() if lines else ""


def main() -> int:
    """Try all; 1 when one fails or none could be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.versions", description=__doc__)
    parser.add_argument("--python", action="append", choices=PYTHONS, help="only this version; may be repeated")
    parser.add_argument("--only", choices=("linter", "proofs"), help="leave the other half out")
    parser.add_argument("--thorough", action="store_true", help="prove all fixtures, not two of each rule")
    options = parser.parse_args()
    results: list[tuple[bool | None, str]] = []
    for combination in combinations(options.python or list(PYTHONS)):
        if options.only == ("linter" if combination.proves else "proofs"):
            continue
        worked, said = attempt(combination, options.thorough)
        what = {True: "ok", False: "FAILED", None: "not run"}[worked]
        line = f"{what:8}Python {combination.python}, {', '.join(combination.requirements)}: {said}"
        results.append((worked, line))
        print(line, flush=True)
    ran = [worked for worked, _ in results if worked is not None]
    print(f"{len(ran)} of {len(results)} combinations ran, {ran.count(False)} failed")
    return 0 if ran and all(ran) else 1


if __name__ == "__main__":
    sys.exit(main())
