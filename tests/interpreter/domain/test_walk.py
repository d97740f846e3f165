"""The way through values: each once, whatever holds it, and with an end where something holds itself."""

from __future__ import annotations

from itertools import count

from flake8_flax_rng.interpreter.domain.budget import NESTING_VISITED, VALUES_VISITED
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.terms import Terms
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    TRUE,
    Bound,
    Const,
    Descriptor,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import (
    CONTAINERS,
    KeysWithin,
    Rebuilding,
    any_inside,
    any_key,
    children,
    kind_of,
    pairs,
    reachable,
)

TERMS = Terms()
KEY = Key(TERMS.make("seed", TERMS.const(0)), 1)
ARRAY = Keys(KEY.term, count=3, origin=2)
ONE, TWO = Const(1), Const(2)


def doubled(times: int, inner: Value = KEY) -> Tuple:
    value = Tuple((inner, inner))
    for _ in range(times):
        value = Tuple((value, value))
    return value


def test_what_stands_directly_inside():
    heap: dict[int, HeapObject] = {
        1: ListObject((ONE, TWO)),
        2: DictObject(((ONE, TWO),)),
        3: Instance(Symbol("C"), {"field": KEY}),
    }
    inside: list[tuple[Value, tuple[Value, ...]]] = [
        (Tuple((ONE, TWO)), (ONE, TWO)),
        (Rows((KEY,)), (KEY,)),
        (Stacked(KEY), (KEY,)),
        (Ref(1), (ONE, TWO)),
        (Ref(2), (TWO,)),
        (Ref(3), (KEY,)),
        (Bound(ONE, TWO), (ONE, TWO)),
        (Native("list.append", ONE), (ONE,)),
        (Partial(ONE, (TWO,), (("key", KEY),)), (ONE, TWO, KEY)),
        (Wrapped("jit", ONE, (("static", TWO),)), (ONE, TWO)),
        (Descriptor("property", ONE), (ONE,)),
    ]
    for value, expected in inside:
        assert children(value, heap) == expected
    for leaf in (ONE, KEY, ARRAY, Opaque(KEY.term), Symbol("a"), Ref(4)):
        assert children(leaf, heap) == ()


def test_only_some_kinds_are_looked_into():
    heap: dict[int, HeapObject] = {1: ListObject((KEY,)), 2: Instance(Symbol("C"), {"field": KEY})}
    assert any_key(Ref(1), heap, CONTAINERS)
    assert not any_key(Ref(2), heap, CONTAINERS)
    assert any_key(Tuple((ONE, Bound(ONE, Ref(2)))), heap)
    assert any_key(Tuple((ARRAY,)), {}, {Tuple})
    assert [kind_of(value, heap) for value in (Ref(1), Ref(2), Ref(3), ONE)] == [
        ListObject,
        Instance,
        type(None),
        Const,
    ]


def test_the_nearest_first_and_each_once():
    inner = Tuple((TWO,))
    assert list(reachable(Tuple((inner, ONE, inner)), {})) == [Tuple((inner, ONE, inner)), inner, ONE, TWO]
    assert len(list(reachable(doubled(50), {}))) == 52


def test_what_holds_itself_comes_to_an_end():
    heap: dict[int, HeapObject] = {1: ListObject((Ref(1), Ref(2))), 2: DictObject(((ONE, Ref(1)),))}
    assert list(reachable(Ref(1), heap)) == [Ref(1), Ref(2)]
    assert not any_key(Ref(1), heap)


def test_what_is_too_large_is_answered_for():
    large = Tuple(tuple(Const(number) for number in range(VALUES_VISITED)))
    for unsure in (True, False):
        assert any_inside(large, {}, lambda value: value == NONE, unsure=unsure) is unsure
        assert not any_inside(doubled(3), {}, lambda value: value == NONE, unsure=unsure)


def test_some_objects_are_left_out():
    inner = Tuple((KEY,))
    assert list(reachable(Tuple((inner, ONE)), {}, but={id(inner)}))[1:] == [ONE]


def test_the_keys_of_a_tuple_are_found_once():
    keys = KeysWithin()
    inner = Tuple((Rows((KEY,)), Stacked(ARRAY)))
    assert keys.new(inner) == [KEY, ARRAY]
    assert keys.new(Tuple((inner, KEY))) == [KEY]
    assert keys.new(inner) == ()
    assert keys.new(KEY) == (KEY,)
    assert keys.new(Ref(1)) == ()


def test_two_values_are_gone_through_together():
    heap: dict[int, HeapObject] = {1: ListObject((ONE, KEY)), 2: ListObject((TWO, ARRAY)), 3: ListObject((ONE,))}
    assert list(pairs(Tuple((Ref(1), NONE)), Tuple((Ref(2), TRUE)), heap)) == [(NONE, TRUE), (ONE, TWO), (KEY, ARRAY)]
    assert list(pairs(Ref(1), Ref(3), heap)) == [(Ref(1), Ref(3))]
    assert list(pairs(doubled(50, ONE), doubled(50, TWO), {})) == [(ONE, TWO)]


def rebuild(value: Value, heap: dict[int, HeapObject]) -> Value:
    addresses = count(100)
    return Rebuilding(heap, lambda leaf: TWO if leaf == ONE else leaf, CONTAINERS, lambda: next(addresses)).of(value)


def test_containers_are_made_anew():
    heap: dict[int, HeapObject] = {1: ListObject((ONE, KEY), complete=False), 2: DictObject(((ONE, Ref(1)),))}
    assert rebuild(Tuple((Ref(2), Ref(1))), heap) == Tuple((Ref(100), Ref(101)))
    assert heap[100] == DictObject(((ONE, Ref(101)),))
    assert heap[101] == ListObject((TWO, KEY), complete=False)
    assert heap[1] == ListObject((ONE, KEY), complete=False)


def test_what_is_shared_is_shared_in_the_new_one():
    new = rebuild(doubled(50, ONE), {})
    assert new == doubled(50, TWO)
    assert isinstance(new, Tuple)
    assert new.items[0] is new.items[1]


def test_what_holds_itself_does_so_in_the_new_one():
    heap: dict[int, HeapObject] = {1: ListObject((Ref(1), ONE))}
    assert rebuild(Ref(1), heap) == Ref(100)
    assert heap[100] == ListObject((Ref(100), TWO))


def test_what_is_nested_too_deeply_is_a_leaf():
    value: Value = ONE
    for _ in range(10 * NESTING_VISITED):
        value = Tuple((value,))
    assert rebuild(value, {}) == value


def test_equal_structures_are_compared_once():
    assert doubled(50, ONE) == doubled(50, Const(1))
    assert doubled(50, ONE) != doubled(50, TWO)
    assert doubled(50, ONE) != doubled(49, ONE)
    assert Tuple((ONE,)) != Rows((ONE,))
    assert Tuple((ONE,)) != Tuple((TRUE,))
    assert Partial(ONE, (TWO,), (("a", KEY),)) == Partial(Const(1), (Const(2),), (("a", KEY),))
    assert Partial(ONE, (TWO,), (("a", KEY),)) != Partial(ONE, (TWO,), (("b", KEY),))
