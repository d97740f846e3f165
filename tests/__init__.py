"""The tests, laid out like the package, and the commands that are run by hand (`python -m tests.fuzz`)."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
PROJECTS = FIXTURES / "project", FIXTURES / "layout"
"""Fixtures of several files each."""
