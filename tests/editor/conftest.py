"""A project of one file in an editor; what flake8 has set is put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flake8_flax_rng.editor import checks
from flake8_flax_rng.editor.checks import Report
from flake8_flax_rng.plugin import Plugin

KEPT = ("requested", "libraries", "follow", "project_root", "cache_dir", "settings", "docs_url")

Check = Callable[..., Report]


@pytest.fixture(autouse=True)
def _plugin_as_before() -> Iterator[None]:
    before = {name: getattr(Plugin, name) for name in KEPT}
    yield
    for name, value in before.items():
        setattr(Plugin, name, value)


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check a text as if it stood in `train.py` of a project; it is written nowhere."""

    def run(text: str, *arguments: str, path: str = "train.py") -> Report:
        return checks.report(text, str(tmp_path / path), str(tmp_path), arguments)

    return run
