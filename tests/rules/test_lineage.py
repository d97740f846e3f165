"""Where the key of a finding comes from and where it goes, as a graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_flax_rng.finding import Lineage
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import lineage as lineage_module
from tests.linted import linted

FIXTURES = Path(__file__).parents[2] / "fixtures"
ABOUT_ONE_KEY = ("RNG101", "RNG102", "RNG103", "RNG105", "RNG106", "RNG109", "RNG190", "RNG192", "RNG194", "RNG195")


def drawn(text: str, code: str = "RNG101") -> Lineage:
    """The lineage of the only finding of a rule in a program."""
    text = f"import jax\nfrom flax import nnx\n\n{text}"
    (found,) = (each for each in lint(text, detailed=True) if each.code == code)
    assert found.detail is not None and found.detail.lineage is not None
    return found.detail.lineage


def told(lineage: Lineage) -> set[str]:
    """Each arrow as the labels at its ends, on one line."""
    labels = {node.id: node.label.replace("\n", ", ") for node in lineage.nodes}
    return {f"{labels[a.start]} {'=' if a.equal else '->'} {labels[a.end]}" for a in lineage.arrows}


def frames(lineage: Lineage, node_id: str) -> list[str]:
    """The frames around a node, the outermost first."""
    groups = {group.id: group for group in lineage.groups}
    found, inside = [], next(node.group for node in lineage.nodes if node.id == node_id)
    while inside:
        found.append(f"{groups[inside].kind}: {groups[inside].label}")
        inside = groups[inside].inside
    return found[::-1]


def collisions(lineage: Lineage) -> list[list[str]]:
    """The frames around each of the uses that meet."""
    return [frames(lineage, node.id) for node in lineage.nodes if node.collides]


def test_two_draws_from_a_seed():
    lineage = drawn("key = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.uniform(key)\n")
    assert told(lineage) == {
        "jax.random.key(0), line 4 -> jax.random.normal, line 5",
        "jax.random.key(0), line 4 -> jax.random.uniform, line 6",
    }
    assert [(node.kind, node.collides) for node in lineage.nodes] == [("seed", False), ("draw", True), ("draw", True)]


def test_the_way_from_the_seed_and_the_names_of_the_keys():
    lineage = drawn(
        "def f(key):\n"
        "    one, two = jax.random.split(key)\n"
        "    three = jax.random.fold_in(two, 3)\n"
        "    return jax.random.normal(three), jax.random.split(three), one\n"
    )
    fold = "three, jax.random.fold_in(two, 3), line 6"
    assert told(lineage) == {
        "key, parameter of f -> jax.random.split, line 5",
        "jax.random.split, line 5 -> two, key [1]",
        f"two, key [1] -> {fold}",
        f"{fold} -> jax.random.normal, line 7",
        f"{fold} -> jax.random.split, line 7",
    }
    assert {node.kind for node in lineage.nodes} == {"parameter", "split", "key", "fold", "draw"}


def test_a_node_stands_where_the_source_has_it():
    lineage = drawn("key = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.uniform(key)\n")
    assert [(n.range.line, n.range.column, n.range.end_column) for n in lineage.nodes if n.range] == [
        (4, 6, 23),
        (5, 4, 26),
        (6, 4, 27),
    ]


def test_the_passes_of_a_loop():
    lineage = drawn("def f(key):\n    for _ in range(9):\n        print(jax.random.normal(key))\n", "RNG102")
    assert collisions(lineage) == [
        ["loop: loop, line 5", "pass: pass 1"],
        ["loop: loop, line 5", "pass: pass 2, like all that follow"],
    ]


def test_a_loop_of_jax_has_its_name():
    text = "def f(key, xs):\n    return jax.lax.scan(lambda c, x: (c, x + jax.random.normal(key)), 0, xs)\n"
    outer, inner, *_ = collisions(drawn(text, "RNG102"))[0]
    assert outer.startswith("loop: jax.lax.scan, line 5") and inner == "pass: pass 1"


def test_the_lanes_of_a_vmap():
    text = "def f(key, xs):\n    return jax.vmap(lambda x: x + jax.random.normal(key))(xs)\n"
    lineage = drawn(text, "RNG109")
    ways = collisions(lineage)
    assert [way[:2] for way in ways] == [["lanes: vmap, line 5", f"lane: lane {number}"] for number in (1, 2)]
    assert told(lineage) == {"key, parameter of f -> jax.random.normal, line 5"}
    assert len(lineage.arrows) == 2


def test_calls_on_the_way_are_frames():
    lineage = drawn(
        "def noise(rng):\n    return jax.random.normal(rng)\n\n\n"
        "def f(key):\n    return noise(key), jax.random.uniform(key)\n"
    )
    assert collisions(lineage) == [["call: in noise, called on line 9"], []]


def test_equal_keys_of_two_calls_are_joined():
    text = "a = jax.random.normal(jax.random.key(7))\nb = jax.random.uniform(jax.random.key(7))\n"
    lineage = drawn(text + "print(a + b)\n", "RNG105")
    assert told(lineage) == {
        "jax.random.key(7), line 4 -> jax.random.normal, line 4",
        "jax.random.key(7), line 5 -> jax.random.uniform, line 5",
        "jax.random.key(7), line 4 = jax.random.key(7), line 5",
    }


def test_keys_that_nothing_uses():
    lineage = drawn("def f(key):\n    new, sub = jax.random.split(key)\n    return jax.random.normal(key)\n", "RNG106")
    assert told(lineage) == {
        "key, parameter of f -> jax.random.split, line 5",
        "jax.random.split, line 5 -> new, never used",
        "jax.random.split, line 5 -> sub, never used",
    }
    assert {node.label.partition("\n")[0] for node in lineage.nodes if node.unused} == {"new", "sub"}


def test_a_split_that_is_thrown_away_is_marked_itself():
    lineage = drawn("def f(key):\n    jax.random.split(key)\n    return jax.random.normal(key)\n", "RNG106")
    assert [node.kind for node in lineage.nodes if node.unused] == ["split"]


def test_a_stream_of_nnx():
    text = (
        "def f():\n    one, two = nnx.Rngs(0), nnx.Rngs(0)\n"
        "    return jax.random.normal(one.params()), jax.random.uniform(two.params())\n"
    )
    lineage = drawn(text, "RNG307")
    assert sum(node.kind == "stream" for node in lineage.nodes) == 2
    assert [arrow.label for arrow in lineage.arrows if arrow.equal] == ["equal"]
    assert {node.label for node in lineage.nodes if node.kind == "stream"} == {"stream 'default'\nline 6"}


def test_a_long_way_has_an_end():
    steps = "".join(f"    k{n + 1}, s{n} = jax.random.split(k{n})\n" for n in range(60))
    lineage = drawn(f"def f(k0):\n{steps}    return jax.random.normal(k60), jax.random.uniform(k60)\n")
    assert 24 <= len(lineage.nodes) <= 60


def test_a_finding_without_a_key_has_none():
    (found,) = (
        each
        for each in lint("import jax\nkey = jax.random.split(jax.random.key(0), 2)[5]\n", detailed=True)
        if each.code == "RNG110"
    )
    assert found.detail is not None and found.detail.lineage is None


def test_a_mistake_in_it_costs_the_picture_alone(monkeypatch):
    text = "import jax\nkey = jax.random.key(0)\nprint(jax.random.normal(key), jax.random.normal(key))\n"
    monkeypatch.setattr(lineage_module, "lineage_of", lambda *_: 1 / 0)
    found = next(each for each in lint(text, detailed=True) if each.code == "RNG101")
    assert found.detail is not None and found.detail.lineage is None and found.detail.related


@pytest.mark.slow
@pytest.mark.parametrize("code", ABOUT_ONE_KEY)
def test_every_finding_about_a_key_has_a_graph_that_holds(code: str):
    for path in sorted((FIXTURES / code).glob("bad_*.py")):
        for found in linted(path):
            if found.code == code:
                assert found.detail is not None
                check(found.detail.lineage, f"{path.name}:{found.line}")


def check(lineage: Lineage | None, where: str) -> None:
    """The ends of arrows and the groups are there, something is marked, and nothing comes of itself."""
    assert lineage is not None, where
    nodes, groups = {node.id: node for node in lineage.nodes}, {group.id: group for group in lineage.groups}
    assert len(nodes) == len(lineage.nodes) and len(groups) == len(lineage.groups), where
    assert {end for arrow in lineage.arrows for end in (arrow.start, arrow.end)} <= set(nodes), where
    assert {node.group for node in lineage.nodes} | {group.inside for group in lineage.groups} <= {"", *groups}, where
    assert sum(node.collides for node in lineage.nodes) >= 2 or any(node.unused for node in lineage.nodes), where
    above: dict[str, set[str]] = {name: set() for name in nodes}
    for arrow in lineage.arrows:
        if not arrow.equal:
            above[arrow.end].add(arrow.start)
    done: set[str] = set()
    while ready := {name for name in above if name not in done and above[name] <= done}:
        done |= ready
    assert done == set(nodes), f"{where}: a circle"
    assert all(above[node.id] for node in lineage.nodes if node.kind in ("draw", "use")), where
