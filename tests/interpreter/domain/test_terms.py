"""What the parts of a term are called."""

from __future__ import annotations

import pytest

from flake8_flax_rng.interpreter.domain import term_kinds
from flake8_flax_rng.interpreter.domain.term_kinds import PARTS, Kind
from flake8_flax_rng.interpreter.domain.terms import Term, Terms
from flake8_flax_rng.lint import lint
from tests import FIXTURES

NAMES = {name.lstrip("*") for names in PARTS.values() for name in names}
ACCESSORS = [name for name, part in vars(Term).items() if type(part).__name__.endswith(("Part", "Parts"))]


def test_each_kind_has_its_parts():
    assert PARTS.keys() == set(Kind)
    for names in PARTS.values():
        assert len(set(names)) == len(names)
        assert not any(name.startswith("*") for name in names[:-1])


def test_what_is_asked_for_is_in_the_table():
    assert ACCESSORS
    assert set(ACCESSORS) <= NAMES


def test_a_part_is_found_by_its_name():
    terms = Terms()
    key = terms.make(Kind.SEED, terms.const(0))
    child = terms.child(key, terms.const(1))
    assert (child.parent, child.data) == (key, terms.const(1))
    shape = terms.make(Kind.ATTRIBUTE, child, "shape")
    assert (shape.owner, shape.name, shape.version) == (child, "shape", None)
    assert terms.make(Kind.ATTRIBUTE, child, "shape", 2).version == 2
    call = terms.make(Kind.PURE, "jax.numpy.add", key, child)
    assert (call.function, call.argument, call.arguments) == ("jax.numpy.add", key, (key, child))
    assert terms.make(Kind.ITEM, 7, None, 1).turn == 1


@pytest.mark.parametrize("name", ACCESSORS)
def test_a_term_of_another_kind_has_no_such_part(name):
    known = term_kinds.places_of(name) or term_kinds.places_of(f"*{name}")
    other = next(kind for kind in Kind if kind not in known)
    assert getattr(Terms().make(other, "x", "y"), name) in (None, ())


def test_the_terms_of_programs_are_those_of_the_table(monkeypatch):
    made: set[tuple[Kind, int]] = set()
    make = Terms.make

    def noted(self, kind, *args):
        made.add((kind, len(args)))
        return make(self, kind, *args)

    monkeypatch.setattr(Terms, "make", noted)
    for path in sorted(FIXTURES.rglob("*.py"))[::60]:
        lint(path.read_text())
    assert len({kind for kind, _ in made}) > len(Kind) / 3
    assert all(type(kind) is Kind for kind, _ in made)
    wrong = [(kind, count) for kind, count in made if count > len(PARTS[kind]) and not PARTS[kind][-1].startswith("*")]
    assert wrong == []
