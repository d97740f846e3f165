"""What a message says: the key, where it was used first, what repeats it, and what to write."""

from __future__ import annotations

import textwrap

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.syntax import notebook
from tests.programs import HEAD


def message(text: str, code: str = "") -> str:
    """The only message about a program, or of one rule about it."""
    (finding,) = (f for f in lint(textwrap.dedent(text).lstrip("\n")) if f.code.startswith(code))
    return f"{finding.code} {finding.message}"


def test_a_helper_that_hides_the_split_is_told_from_it() -> None:
    text = message("""
        import jax

        def start(key):
            first, second = jax.random.split(key)
            return jax.random.normal(first) + jax.random.normal(second)

        def twice(key):
            a = start(key)
            return a + jax.random.normal(key)
    """)
    assert text == (
        "RNG101 `key` was already consumed by `start` on line 8 (inside: `jax.random.split`, line 4); "
        "split it before the first use: `key, subkey = jax.random.split(key)`"
    )


def test_a_key_that_a_pass_has_made_for_its_draw_is_named() -> None:
    text = message(
        """
        import jax
        def walk(key, x):
            for _ in range(3):
                key, step_key = jax.random.split(key)
                x = x + jax.random.normal(key)
            return x
    """,
        "RNG101",
    )
    assert text == (
        "RNG101 `key` was already consumed by `jax.random.normal` on line 5 in the previous pass of the loop on "
        "line 3; use `step_key` there, which is never used"
    )


def test_a_key_that_two_streams_of_one_call_get_is_given_twice() -> None:
    text = message(
        """
        import jax
        def predict(state, x):
            key = jax.random.key(x)
            return state.apply_fn(state.params, x, training=True, rngs={"dropout": key, "noise": key})
    """,
        "RNG101",
    )
    assert text.startswith("RNG101 `key` is given to `apply_fn` on line 4 twice; split it before the first use")


def test_a_split_that_the_reader_sees_is_not_explained() -> None:
    text = message("""
        import jax
        key = jax.random.key(0)
        a, c = jax.random.split(key)
        b = jax.random.normal(key) + jax.random.normal(a) + jax.random.normal(c)
    """)
    assert "by `jax.random.split` on line 3; after a split use only the keys that it returned" in text


LOOPS = [
    ("for _ in range(3):\n    jax.random.normal(key)", "in every pass of the loop on line 3", "split it in each pass"),
    ("while True:\n    jax.random.normal(key)", "in every pass of the loop on line 3", "split it in each pass"),
    (
        "x = [jax.random.normal(key) for _ in range(3)]",
        "in every pass of the comprehension",
        "`for k in jax.random.split(key, n)`",
    ),
    (
        "jax.tree.map(lambda leaf: leaf + jax.random.normal(key, leaf.shape), {'a': x, 'b': y})",
        "for every leaf of the `jax.tree.map` on line 3",
        "one key for each leaf",
    ),
    (
        "jax.lax.scan(lambda c, _: (c, jax.random.normal(key)), 0, None, 3)",
        "in every step of the `jax.lax.scan` on line 3",
        "carry the key and split it in the body",
    ),
    (
        "list(map(lambda n: n + jax.random.normal(key), [1, 2]))",
        "in every call of the `map` on line 3",
        "one key for each call",
    ),
]


@pytest.mark.parametrize(("text", "passes", "advice"), LOOPS)
def test_a_loop_is_called_what_it_is(text: str, passes: str, advice: str) -> None:
    said = message(f"import jax\nkey, x, y = jax.random.key(0), jax.numpy.ones(2), jax.numpy.ones(3)\n{text}\n")
    assert said.startswith("RNG102 `key` is the same " + passes)
    assert advice in said


def test_an_array_of_keys_cannot_be_split_like_one() -> None:
    text = message("""
        import jax
        keys = jax.random.split(jax.random.key(0), 8)
        for _ in range(3):
            jax.vmap(lambda k: jax.random.normal(k))(keys)
    """)
    assert "make new keys in each pass" in text
    assert "split(keys)" not in text


def test_a_key_that_comes_back_used_is_not_called_the_same_in_every_pass() -> None:
    text = message("""
        import jax

        def step(key, x):
            key, sub = jax.random.split(key)
            return key, x + jax.random.normal(key) + jax.random.normal(sub)

        key, x = jax.random.key(0), 0.0
        for _ in range(3):
            key, x = step(key, x)
    """)
    assert text == (
        "RNG102 `key` was already consumed in an earlier pass, by `jax.random.normal` on line 5 in `step`, which "
        "consumes it again by `jax.random.split` on line 4; hand on a key that nothing has consumed"
    )


def test_a_key_that_each_pass_uses_in_its_own_way() -> None:
    text = message("""
        import jax

        def start(key, i):
            if i == 0:
                return jax.random.normal(key)
            return jax.random.uniform(key)

        key = jax.random.key(0)
        for i in range(2):
            start(key, i)
    """)
    assert text == (
        "RNG102 `key` is the same in every pass of the loop on line 9, and `start` consumes it by `jax.random.normal` "
        "on line 5 as well as by `jax.random.uniform` on line 6; use a new one"
    )


SCRIPT = """\
# %%NBQA-CELL-SEPabc123
import jax
# %%NBQA-CELL-SEPabc123
x = jax.random.normal(key)
y = jax.random.normal(key)
# %%NBQA-CELL-SEPabc123
z = 1
""".splitlines(keepends=True)


def test_lines_of_a_notebook() -> None:
    assert notebook.is_notebook(SCRIPT)
    assert notebook.by_cell("used on line 4; split", 5, SCRIPT) == "used on line 1 of this cell; split"
    assert notebook.by_cell("used on line 4; split", 7, SCRIPT) == (
        "used on line 1 of an earlier cell (`x = jax.random.normal(key)`); split"
    )
    assert notebook.by_cell("(line 7)", 5, SCRIPT) == "(line 1 of a later cell (`z = 1`))"
    assert notebook.by_cell("on line 4 of models/net.py", 7, SCRIPT) == "on line 4 of models/net.py"
    assert notebook.by_cell("on line 40", 7, SCRIPT) == "on line 40"


def test_no_notebook() -> None:
    assert not notebook.is_notebook(["import jax\n", "# %%NBQA-CELL-SEPabc123\n"])
    assert not notebook.is_notebook([])


def test_a_key_of_the_same_name_that_was_split_off_is_told_from_the_used_one() -> None:
    text = message("""
        import jax

        def step(carry, x):
            key, total = carry
            key, sub = jax.random.split(key)
            noise = jax.random.normal(sub)
            return (sub, total + noise), noise

        jax.lax.scan(step, (jax.random.key(0), 0.0), None, length=3)
    """)
    assert "the `key` that was split off beside it is never used: use that one" in text


def test_one_key_for_two_parameters_is_traced_to_the_call():
    program = HEAD + "def f(a, b):\n    return random.normal(a) + random.normal(b)\n\n\nf(key, key)\n"
    (finding,) = lint(program)
    assert finding.message.startswith("`b` was already consumed")
    assert "it is `a` there" in finding.message
    assert f"the call on line {program.splitlines().index('f(key, key)') + 1} " in finding.message


def test_a_captured_key_is_not_called_by_the_name_of_its_children():
    program = (
        HEAD + "def f(key, n):\n"
        "    def one(sub):\n        return random.normal(sub) + random.normal(key)\n\n"
        "    subs = random.split(key, n)\n    return lax.map(one, subs)\n"
    )
    messages = [finding.message for finding in lint(program)]
    assert messages
    assert not any(message.startswith("`subs`") for message in messages)


SIBLINGS = """\
def f(key, flag):
    first, second = random.split(key)
    a = random.normal(first)
    {}
    return a + random.uniform(first)


f(key, some)
"""


@pytest.mark.parametrize(
    ("between", "named"),
    [
        ("pass", True),
        ("second = None", False),
        ("second, third = random.split(random.key(1))", False),
        ("if flag:\n        return random.normal(second)", False),
        ("if flag:\n        return jax.jit(lambda: random.normal(second))()", False),
        ("use = lambda second: second", True),
    ],
)
def test_only_a_key_that_is_free_on_every_path_is_named(between: str, named: bool) -> None:
    messages = [finding.message for finding in lint(HEAD + SIBLINGS.format(between)) if finding.code == "RNG101"]
    assert len(messages) == 1
    assert ("use `second`, which is never used" in messages[0]) is named


def test_a_key_of_one_branch_is_not_named_behind_it() -> None:
    program = "if some:\n    key, spare = random.split(key)\n    random.normal(key)\nrandom.uniform(key)\n"
    (message,) = [finding.message for finding in lint(HEAD + program) if finding.code == "RNG101"]
    assert "spare" not in message


def test_a_new_key_gets_a_name_that_nothing_else_has() -> None:
    program = "def f(key, subkey):\n    return random.normal(key) + random.uniform(key) + random.normal(subkey)\n"
    (finding,) = lint(HEAD + program)
    assert "`key, other_key = jax.random.split(key)`" in finding.message


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("f = lambda k: random.normal(k) + random.uniform(k)\nf(key)\n", "use each key once"),
        ("[random.normal(k) + random.uniform(k) for k in random.split(key, 3)]\n", "use each key once"),
        (
            "def f():\n    return random.normal(key) + random.uniform(key)\n\n\nf()\n",
            "give one to each: `subkey, subkey_2 = jax.random.split(key)`",
        ),
    ],
)
def test_no_statement_is_proposed_that_cannot_bind_the_key(text: str, advice: str) -> None:
    (finding,) = lint(HEAD + text)
    assert finding.message.endswith(f"; split it before the first use, and {advice}")


HOLDERS = """\
import jax
import chex
import equinox as eqx
from dataclasses import dataclass
from typing import NamedTuple
from flax import linen as nn, struct


{}
    key: jax.Array

    {}def draw(self):
        return jax.random.normal(self.key, (3,))


holder = Holder(key=jax.random.key(1))
for _ in range(3):
    holder.{}
"""


@pytest.mark.parametrize(
    ("head", "advice"),
    [
        ("class Holder(NamedTuple):", "pass a new key into each call"),
        ("@dataclass(frozen=True)\nclass Holder:", "pass a new key into each call"),
        ("class Holder(eqx.Module):", "pass a new key into each call"),
        ("@struct.dataclass\nclass Holder:", "pass a key in, or return `self.replace(key=…)` with a new key as well"),
        ("@chex.dataclass\nclass Holder:", "pass a key in, or return `self.replace(key=…)` with a new key as well"),
        (
            "class Holder:\n    def __init__(self, key):\n        self.key = key\n",
            "renew it in each call, `self.key, subkey = jax.random.split(self.key)`, or pass a key in",
        ),
    ],
)
def test_only_what_takes_assignments_is_assigned_to(head: str, advice: str) -> None:
    (finding,) = (found for found in lint(HOLDERS.format(head, "", "draw()")) if found.code == "RNG108")
    assert finding.message.endswith(f"; {advice}")


def test_a_linen_module_is_not_assigned_to() -> None:
    program = HOLDERS.format("class Holder(nn.Module):", "", "apply({}, method='draw')")
    (finding,) = (found for found in lint(program) if found.code == "RNG108")
    assert "=" not in finding.message


@pytest.mark.parametrize(("second", "said"), [("normal", True), ("uniform", False)])
def test_the_way_out_is_named_where_both_calls_are_alike(second: str, said: bool) -> None:
    (finding,) = lint(HEAD + f"a = random.normal(key)\nprint(random.{second}(key))\n")
    assert ("or use `jax.random.clone` if the same numbers are meant" in finding.message) is said


def test_an_object_that_holds_the_key_is_not_called_the_key() -> None:
    text = message("""
        import jax
        from typing import NamedTuple

        class State(NamedTuple):
            key: jax.Array

        def draw(state: State):
            key, sub = jax.random.split(state.key)
            return jax.random.normal(sub), State(key)

        def shake(state: State, x):
            return x + jax.random.uniform(state.key, x.shape)

        def both(state: State, x):
            return draw(state)[0] * shake(state, x)
    """)
    assert text.startswith("RNG101 a key in `state` was already consumed by `draw`")
    assert "split(state)" not in text


@pytest.mark.parametrize("called", ["models[0]", "get(3)"])
def test_a_model_without_a_name_is_called_what_the_text_calls_it(called: str) -> None:
    found = lint(
        textwrap.dedent(f"""
        import jax

        def step(models, get, params, key, batch):
            key, dropout_key = jax.random.split(key)
            return {called}({{"params": params}}, batch, train=True)
    """)
    )
    (said,) = [finding.message for finding in found if finding.code == "RNG203"]
    assert said.startswith(f"`{called}` runs with `train=True` and without `rngs`")


@pytest.mark.parametrize(
    ("calls", "advice"),
    [("make(child, x)", "pass that key"), ("make(child, make(child, x))", "split that key: 2 calls")],
)
def test_a_key_that_is_left_over_is_not_passed_to_several_calls(calls: str, advice: str) -> None:
    text = "def f(key, make, x):\n    child, idle = random.split(key)\n    w = random.normal(child)\n    return w + "
    found = [finding.message for finding in lint(HEAD + text + calls + "\n") if finding.code == "RNG106"]
    assert len(found) == calls.count("make")
    line = HEAD.count("\n") + 2
    assert all(f"; {advice}" in one and f"`idle` of the split on line {line} is never used" in one for one in found)


def test_each_call_is_offered_a_key_of_its_own() -> None:
    found = lint(
        HEAD
        + "def f(key):\n    key1, key2 = random.split(key)\n    x = random.normal(key)\n"
        + "    x += random.uniform(key)\n    return x + random.gumbel(key)\n"
    )
    assert [finding.message.rpartition("; ")[2] for finding in found if finding.code == "RNG101"] == [
        "use `key1`, which is never used",
        "use `key2`, which is never used",
        "after a split use only the keys that it returned",
    ]


@pytest.mark.parametrize(
    ("call", "does"), [("random.uniform", "both draw the same numbers"), ("random.split", "both use this one key")]
)
def test_a_default_key_that_is_split_repeats_no_numbers(call: str, does: str) -> None:
    text = f"def f(x, key=random.key(3)):\n    return x + random.normal(key), {call}(key)\nf(1)\n"
    (message,) = (finding.message for finding in lint(HEAD + text) if finding.code == "RNG107")
    assert does in message


def test_a_call_without_a_name_is_spelled() -> None:
    text = "def f(key, layers, x):\n    child, idle = random.split(key)\n    x = layers[0](child, x)\n"
    (one,) = (f for f in lint(HEAD + text + "    return layers[1](child, x)\n") if f.code in ("RNG106", "RNG190"))
    assert "to `layers[0]` on line" in one.message


def test_an_index_past_the_end_of_a_list_is_not_said_to_be_silent() -> None:
    found = lint(HEAD + "first, *others = random.split(key, 4)\nprint(random.normal(others[3]))\n")
    (one,) = (finding for finding in found if finding.code == "RNG110")
    assert "past the end of 3 keys: of an array JAX takes the nearest one in silence" in one.message
