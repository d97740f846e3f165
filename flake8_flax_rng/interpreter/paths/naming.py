"""What conditions need of the engine: names for values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.terms import Term, Terms
    from flake8_flax_rng.interpreter.domain.values import Value
    from flake8_flax_rng.interpreter.paths.state import State


class Naming(Protocol):
    """Gives terms to values."""

    terms: Terms

    def term(self, value: Value, state: State) -> Term:
        """Return the term that names a value; containers are named by their contents."""
