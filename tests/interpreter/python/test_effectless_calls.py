"""Calls that are not followed again: what they could do, they still do."""

from __future__ import annotations

import itertools

import pytest

from flake8_flax_rng.interpreter.python import effectless_calls
from tests import FIXTURES
from tests.programs import cases, found, marks
from tests.snapshot import findings

WORK = "    y = x * 2 + 1\n    y = y / 3 - x * 5 + y * y\n    y = y - 7 * x + x / 9"
"""Enough for a call to be remembered, if it does nothing else."""

TEXT = """
== a flag makes the same helper draw from a key of the file
SEED = jax.random.key(0)
def helper(x, noisy):
WORK
    return y + jax.random.normal(SEED) if noisy else y
def f(x):
    a = helper(x, False), helper(x, False), helper(x, True)
    return a, jax.random.normal(SEED)  # ! RNG101
--
SEED = jax.random.key(0)
def helper(x, noisy):
WORK
    return y + jax.random.normal(SEED) if noisy else y
def f(x):
    a = helper(x, False), helper(x, False), helper(x, False)
    return a, jax.random.normal(SEED)
== the same helper is given a key in a container
def helper(x, pair):
WORK
    return y + jax.random.normal(pair[0])
def f(x, key):
    k, s = jax.random.split(key)
    return helper(x, (1, 2)), helper(x, (1, 2)), helper(x, (k, 2)), helper(x, (k, 2))  # ! RNG101
--
def helper(x, pair):
WORK
    return y + jax.random.normal(pair[0])
def f(x, key):
    k, s = jax.random.split(key)
    return helper(x, (1, 2)), helper(x, (1, 2)), helper(x, (k, 2)), helper(x, (s, 2))
== what a helper says of a value is the same each time
def helper(x):
WORK
    return y
def f(x, z, key):
    helper(1 + x)
    a = 0.0
    if helper(x):
        a = jax.random.normal(key)
    if helper(z):
        a = a + jax.random.normal(key)  # ! RNG101
    return a
--
def helper(x):
WORK
    return y
def f(x, key):
    helper(1 + x)
    if helper(x):
        a = jax.random.normal(key)
    if not helper(x):
        a = jax.random.normal(key)
    return a
== numbers that a helper makes of what it is given
def helper(x):
WORK
    return y
def f(x, key):
    helper(x + 1)
    a = jax.random.normal(jax.random.fold_in(key, helper(x)))
    return a + jax.random.normal(jax.random.fold_in(key, helper(x)))  # ! RNG103
--
def helper(x):
WORK
    return y + unknown(x)
def f(x, key):
    helper(x + 1)
    a = jax.random.normal(jax.random.fold_in(key, helper(x)))
    return a + jax.random.normal(jax.random.fold_in(key, helper(x)))
== a helper may change an object: its key is another one then
def helper(x, box):
WORK
    return y
def f(x, box):
    helper(x, box)
    a = jax.random.normal(box.key)
    helper(x, box)
    return a + jax.random.normal(box.key)  # ! RNG101
--
def helper(x, box):
WORK
    unknown(box)
    return y
def f(x, box):
    helper(x, box)
    a = jax.random.normal(box.key)
    helper(x, box)
    return a + jax.random.normal(box.key)
"""

PROGRAMS = cases(TEXT.replace("WORK", WORK))


@pytest.mark.parametrize("program", PROGRAMS)
def test_calls_without_an_effect(program):
    assert found(program) == marks(program)


def test_such_a_call_is_followed_once(monkeypatch):
    steps = []
    begin = effectless_calls.begin

    def counted(engine, function, names, state):
        steps.append(engine.work.steps)
        return begin(engine, function, names, state)

    monkeypatch.setattr(effectless_calls, "begin", counted)
    text = f"import jax\ndef helper(x):\n{WORK}\n    return y\ndef f(x, key):\n" + "    helper(x)\n" * 8
    found(text + "    jax.random.normal(key)\n")
    costs = [after - before for before, after in itertools.pairwise(steps)]
    assert len(costs) > 4
    assert max(costs[2:]) < max(costs) / 2


def test_a_call_that_was_not_followed_to_its_end_is_followed_again():
    chain = "".join(f"def f{n}(key):\n    return f{n - 1}(key)\n" for n in range(1, 30))
    text = f"import jax\ndef f0(key):\n    return jax.random.normal(key)\n{chain}"
    text += "def f(key):\n    return f18(key), f18(key)  # ! RNG101\n"
    assert found(text) == marks(text)


@pytest.mark.slow
@pytest.mark.parametrize("rule", sorted(path.name for path in FIXTURES.iterdir() if path.is_dir()))
def test_no_finding_rests_on_what_is_remembered(rule, monkeypatch):
    files = sorted((FIXTURES / rule).rglob("*.py"))
    remembered = [findings(file, None) for file in files]
    monkeypatch.setattr(effectless_calls, "begin", lambda *_: None)
    assert [findings(file, None) for file in files] == remembered
