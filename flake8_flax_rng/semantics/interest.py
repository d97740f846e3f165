"""What makes a definition one that has to be followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.semantics.libraries import Libraries, trusted
from flake8_flax_rng.semantics.names import gives_streams, handles_keys, interesting, works_with_keys
from flake8_flax_rng.syntax.index import Interest

if TYPE_CHECKING:
    from flake8_flax_rng.syntax.project import Project


def interest(libraries: Libraries, project: Project | None, home: str) -> Interest:
    """Return what makes a definition of a file matter.

    It names JAX's randomness or a library that consumes keys, or gives the streams of a model; or it names another
    file of the project, and beside it something that a key may be or that runs a module. The other file is only
    searched for words for this.

    Args:
        libraries: what is known of other packages.
        project: finds the project's files; None when they are not followed.
        home: the file's path.
    """

    def named(path: str) -> bool:
        return interesting(path) or libraries.interesting(path)

    if project is None:
        return Interest(named, keywords=gives_streams)

    def ours(path: str) -> bool:
        if not path.startswith(".") and trusted(path):
            return False
        return project.wanted(path, home, works_with_keys)

    return Interest(named, ours, handles_keys, gives_streams)
