"""Records are dataclasses that cost less."""

from __future__ import annotations

import pickle

import pytest

from flake8_flax_rng.records import field, record, replaced


@record(order=True)
class Place:
    """A place."""

    line: int
    column: int = 0
    note: str = field(default="", compare=False)


@record(eq=False)
class Box:
    """A box, which is equal to no other."""

    items: list[int] = field(default_factory=list)


@record(frozen=False)
class Count:
    """A number that changes."""

    number: int


@record()
class Named:
    """What has an equality of its own."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name.lower() == other.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())


class Large(Box):
    """A class that has a constructor of its own."""

    def __init__(self, count: int):
        super().__init__([count])
        self.count = count


def test_fields_are_given_by_position_and_by_name():
    assert (Place(1).line, Place(1).column, Place(column=3, line=2).column) == (1, 0, 3)
    assert repr(Place(1)) == "Place(line=1, column=0, note='')"
    with pytest.raises(TypeError):
        Place()
    with pytest.raises(TypeError):
        Place(1, 2, "", 4)
    with pytest.raises(AttributeError):
        Place(1).other = 2


def test_a_default_is_made_for_each():
    one, other = Box(), Box()
    one.items.append(1)
    assert other.items == []


def test_what_is_compared():
    assert Place(1, 2, "a") == Place(1, 2, "b") != Place(1, 3)
    assert hash(Place(1, 2, "a")) == hash(Place(1, 2, "b"))
    assert sorted([Place(2), Place(1, 5), Place(1)]) == [Place(1), Place(1, 5), Place(2)]
    assert Place(1) <= Place(1) >= Place(1)
    assert Place(1) != (1, 0)
    assert Box() != Box()
    assert Count(1) == Count(1) != Count(2)
    assert Named("a") == Named("A")
    assert hash(Named("a")) == hash(Named("A"))
    with pytest.raises(TypeError):
        hash(Count(1))
    with pytest.raises(TypeError):
        assert Place(1) < 2


def test_another_record_with_other_values():
    assert replaced(Place(1, 2, "a"), column=3).note == "a"
    assert replaced(Place(1, 2), column=3) == Place(1, 3)


def test_records_match_patterns_and_are_sent_to_other_processes():
    match Place(1, 2):
        case Place(line, 2):
            assert line == 1
        case _:
            raise AssertionError
    assert pickle.loads(pickle.dumps(Place(1, 2, "a"))).note == "a"


def test_a_class_that_derives_has_its_own_constructor():
    assert [Large(3).items, Large(4).items] == [[3], [4]]
    assert Large(5).count == 5


def test_no_fields_are_inherited():
    with pytest.raises(AssertionError):

        @record()
        class Further(Place):
            """A place with one field more."""

            more: int
