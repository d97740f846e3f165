"""The book of what was made, read, consumed and lost in one analysis, whatever the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import Const, Opaque, Ref, Symbol
from flake8_flax_rng.interpreter.evidence.escapes import Escapes
from flake8_flax_rng.interpreter.evidence.origins import Origins
from flake8_flax_rng.interpreter.evidence.uses import Uses
from flake8_flax_rng.interpreter.evidence.walks import Walks
from flake8_flax_rng.interpreter.intent.signs import Signs

if TYPE_CHECKING:
    import ast

    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import UnfedRun
    from flake8_flax_rng.interpreter.domain.kinds import Holder
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Value
    from flake8_flax_rng.interpreter.paths.naming import Naming
    from flake8_flax_rng.syntax.names_in_text import Function as Text

_WITHOUT_KEYS = frozenset({Const, Opaque, Ref, Symbol})
"""What most values are; what a reference leads to is not read with it."""


class Book:
    """All evidence of one analysis; each part of it has one owner.

    Attributes:
        origins: the calls that made keys, the names of these, and which were read.
        escapes: the keys that go to where nobody can see.
        uses: what was consumed, and what was consumed twice.
        walks: what was seen on the walk that starts at each function.
        signs: what the program does that says that a repeat is meant.
        unfed: the runs of models in training mode and without streams.
        fed: by the model, a run that is given streams and may train.
        ignored: the functions that never read a key which a call in sight gives them, its parameter, and the call.
        complete: whether all functions were followed to their ends, so that what was not seen is not there.
        imported: the names of imported modules and functions.
        text: the statements of the linted file.
        packaged: whether that is a module of a package.
        holders: for the attributes that hold a key, how the object can be given a new one, where that is known.

    Args:
        naming: gives terms to values.
    """

    def __init__(self, naming: Naming) -> None:
        self.origins = Origins()
        self.escapes = Escapes()
        self.signs = Signs(naming)
        self.uses = Uses(self.origins, self.signs)
        self.walks = Walks()
        self.unfed: dict[cst.CSTNode, UnfedRun] = {}
        self.fed: dict[Term, Site] = {}
        self.ignored: dict[Text, tuple[str, Site]] = {}
        self.complete = True
        self.imported: frozenset[str] = frozenset()
        self.text: list[ast.stmt] = []
        self.packaged = False
        self.holders: dict[cst.CSTNode, Holder | None] = {}

    def read(self, value: Value) -> None:
        """Note that whatever keys a value holds were read."""
        if type(value) not in _WITHOUT_KEYS:
            self.origins.read(value)
