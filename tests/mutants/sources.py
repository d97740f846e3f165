"""The files that faults are planted in."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")


@dataclass(frozen=True, order=True)
class File:
    """A file of a source.

    Args:
        source: what the source is called.
        root: its directory.
        path: the file's path in it.
    """

    source: str
    root: str
    path: str

    @property
    def place(self) -> Path:
        """Where the file is."""
        return Path(self.root, self.path)

    def read(self) -> str:
        """Return what it holds, as Python decodes it.

        Raises:
            OSError, SyntaxError, UnicodeDecodeError: if that cannot be had.
        """
        with tokenize.open(self.place) as stream:
            return stream.read()


def files(roots: Sequence[Path], tests: bool) -> Iterator[File]:
    """Go through the files that name JAX; of several that hold the same only the first one.

    Args:
        roots: the directories, each a source of its own.
        tests: whether tests are taken too.
    """
    seen: set[str] = set()
    for root in sorted(roots):
        for path in sorted(root.rglob("*.py")):
            file = File(root.name, str(root), path.relative_to(root).as_posix())
            if not path.is_file() or (_TEST.search(file.path) and not tests):
                continue
            try:
                text = file.read()
            except (OSError, SyntaxError, UnicodeDecodeError):
                continue
            if "jax" in text and text not in seen:
                seen.add(text)
                yield file
