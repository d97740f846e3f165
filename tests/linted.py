"""What the linter says of the fixtures: asked once in each process, whoever wants to know it."""

from __future__ import annotations

import functools
from pathlib import Path

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.verifier.fixture import read

OPT_IN = {rule.code for rule in RULES if not rule.default}


@functools.cache
def linted(path: Path) -> tuple[Finding, ...]:
    """Return what all rules say of a fixture, with details."""
    text = path.read_text(encoding="utf-8")
    return tuple(lint(text, filename=str(path), project=Project(str(path)), detailed=True))


def concerned(path: Path) -> list[Finding]:
    """Return what is said of a fixture as its author means it: opt-in rules speak where it is about them."""
    fixture = read(path)
    return [finding for finding in linted(path) if finding.code not in OPT_IN or fixture.concerns(finding.code)]
