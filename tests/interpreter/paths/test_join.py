"""Many branches: paths that are joined, and nothing is guessed of what is true on some of them only."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, found, marks


def flags(count: int, body: str = "x += 1") -> str:
    names = ", ".join(f"f{i}" for i in range(count))
    branches = "".join(f"    if f{i}:\n        {body}\n" for i in range(count))
    return f"{HEAD}def step(key, {names}):\n    x = 0\n{{before}}{branches}{{after}}\n    return x\n"


@pytest.mark.parametrize("count", [2, 8, 24, 60])
def test_uses_around_many_branches(count):
    program = flags(count).format(before="    random.normal(key)\n", after="    random.normal(key)  # ! RNG101")
    assert found(program) == marks(program)


@pytest.mark.parametrize("count", [2, 8, 24, 60])
def test_many_branches_are_joined_and_nothing_is_guessed(count):
    before = "    if f0:\n        random.normal(key)\n"
    after = "    if not f0:\n        random.normal(key)"
    assert found(flags(count).format(before=before, after=after)) == []


@pytest.mark.parametrize("count", [2, 8, 24])
def test_branches_that_each_leave(count):
    program = flags(count, "return random.normal(key)").format(before="", after="    x = random.normal(key)")
    assert found(program) == []


def test_many_branches_in_a_loop_end():
    body = "".join(f"        if f{i}:\n            x += {i}\n" for i in range(30))
    names = ", ".join(f"f{i}" for i in range(30))
    program = f"{HEAD}def step(key, {names}):\n    x = 0\n    for _ in range(9):\n{body}"
    bad = program + "        random.normal(key)  # ! RNG102\n"
    good = program + "        key, sub = random.split(key)\n        random.normal(sub)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


def test_of_many_branches_those_that_have_consumed_the_same_are_joined():
    values = ["None", "True", "False", "(None, True)", "(None, False)", "(True, True)", "(False, False)"]
    arms = [f"if kind == {i}:\n        x = {value}\n" for i, value in enumerate(values)]
    for drawing in (4, 6):
        arms[drawing] += "        random.normal(key)\n"
    program = f"{HEAD}def step(key, kind):\n    x = 0\n    " + "    el".join(arms)
    again = f"{program}    random.normal(key)  # ! RNG101\n    return x\n"
    assert found(again) == marks(again)
    renewed = f"{program}    key, sub = random.split(random.fold_in(key, 1))\n    return x, random.normal(sub)\n"
    assert found(renewed) == []


@pytest.mark.parametrize("drawing", [1, 4, 5])
def test_of_many_branches_those_are_joined_that_have_consumed_nearly_the_same(drawing):
    arms = [f"if kind == {i}:\n        random.normal(keys[{i}])\n" for i in range(6)]
    others = [f"        random.normal(keys[{i}])\n" for i in range(9, 20)]
    arms[drawing] = f"if kind == {drawing}:\n" + "".join(others) + "        random.normal(key)\n"
    program = f"{HEAD}def step(key, keys, kind):\n    keys = random.split(keys, 20)\n    " + "    el".join(arms)
    again = f"{program}    random.normal(key)  # ! RNG101\n"
    assert found(again) == marks(again)
    beside = f"{program}    random.normal(random.fold_in(key, 1))\n"
    assert found(beside) == []
