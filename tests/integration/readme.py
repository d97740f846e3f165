"""The README's blocks, so that they can be tried as they are written."""

from __future__ import annotations

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
LONGEST = 10


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    return next(part for part in re.split(r"\n#+ ", TEXT) if part.startswith(f"{heading}\n"))


def blocks(heading: str, language: str) -> list[str]:
    """The blocks below a heading in one language, without the margin of a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", section(heading), re.MULTILINE | re.DOTALL)
    texts = [re.sub(rf"^{margin}", "", body, flags=re.MULTILINE) for margin, body in found]
    for text in texts:
        assert len(text.splitlines()) <= LONGEST, f"more than {LONGEST} lines below {heading!r}:\n{text}"
    return texts


def block(heading: str, language: str) -> str:
    """The only block below a heading in one language."""
    (only,) = blocks(heading, language)
    return only
