"""A text that is linted beside a file with a known bug."""

from __future__ import annotations

import pytest

from tests.plugin.beside import CAN_REUSE


@pytest.fixture
def beside(flake8, tmp_path, reuse):
    """Lint `bad.py` beside a file with a known bug, and return the reports on `bad.py`."""

    def run(content: str | bytes) -> list[str]:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / "bad.py").write_bytes(data)
        (tmp_path / "beside.py").write_text(reuse)
        places: list[str] = flake8("--select=RNG,E9", "bad.py", "beside.py").places
        assert places[-1] == CAN_REUSE
        alone = flake8("--select=RNG,E9", "--stdin-display-name=bad.py", "-", stdin=data).places
        assert alone == places[:-1]
        return [place.removeprefix("bad.py:") for place in places[:-1]]

    return run
