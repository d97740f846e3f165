"""Random programs about streams of NNX: by line, the linter says what running them on JAX shows."""

from __future__ import annotations

import contextlib

import pytest

pytest.importorskip("jax")
pytest.importorskip("flax")

import jax
import jax.numpy as jnp

from flake8_flax_rng.lint import lint
from flake8_flax_rng.records import replaced
from flake8_flax_rng.verifier.compiled import CompiledLedger
from flake8_flax_rng.verifier.lines import traced
from tests.differential import oracle, trial
from tests.differential.compare import compare
from tests.differential.nnx.strategy import write
from tests.differential.nnx.world import NNX
from tests.differential.oracle import configure

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PROGRAMS, SEED = 100, 0

LOST = """\
import jax
import jax.numpy as jnp
from flax import nnx


def main(key, x):
    rngs = nnx.Rngs(key)

    @jax.jit
    def step(rngs, x):
        return x + jax.random.normal(rngs.noise(), x.shape)

    x = step(rngs, x)
    x = step(rngs, x)
    return x
"""
KEPT = LOST.replace("@jax.jit", "@nnx.jit")
LANES = """\
from flax import nnx
import jax
import jax.numpy as jnp


def main(key, x):
    drop = nnx.Dropout(0.5, rngs=nnx.Rngs(key))

    @nnx.vmap(in_axes=(None, 0))
    def run(drop, x):
        return drop(x)

    return run(drop, jnp.stack([x, x])).sum(0)
"""
IN_VAIN = """\
from flax import nnx


def main(key, x):
    drop = nnx.Dropout(0.5, rngs=nnx.Rngs(key))
    drop.eval
    nnx.reseed(drop, noise=3)
    return drop(x)
"""
IN_A_BRANCH = """\
from flax import nnx


def main(key, flag, n, x):
    drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
    if flag:
        nnx.view(drop, deterministic=True)
    x = drop(x)
    return x
"""

RAISES = """\
from flax import nnx


def main(key, x):
    drop = nnx.Dropout(0.5, rngs=nnx.Rngs(key))
    drop = drop.eval()
    return drop(x)
"""


@pytest.fixture(autouse=True, scope="module")
def _jax():
    configure()


def _silent(source):
    return []


def test_the_linter_says_what_jax_shows():
    tally = trial.check((PROGRAMS, SEED), "nnx")
    print(trial.report(tally))
    shown = []
    for case in tally.disagreements[:3]:
        source, what = trial.minimal(case, "nnx")
        shown += [*(f"{item.kind} line {item.line}: {item.text}" for item in what), source]
    assert not tally.disagreements, "\n".join(shown)
    assert PROGRAMS / 5 < tally.counts["faulty"] < PROGRAMS * 4 / 5


@pytest.mark.parametrize(
    ("source", "lines"),
    [(LOST, {14}), (LANES, {13}), (IN_VAIN, {6, 7}), (IN_A_BRANCH, {7}), (RAISES, {6, 7})],
    ids=["lost", "lanes", "in vain", "in a branch", "raises"],
)
def test_a_linter_that_says_nothing_is_noticed(source, lines):
    assert not compare(source, world=NNX).disagreements
    missed = compare(source, linter=_silent, world=NNX).disagreements
    assert missed and {item.kind for item in missed} == {"miss"}
    assert {item.line for item in missed} <= lines


def test_a_linter_that_says_too_much_is_noticed():
    assert not compare(KEPT, world=NNX).disagreements
    (found,) = [finding for finding in lint(LOST) if finding.code in NNX.codes]
    (false,) = compare(KEPT, linter=lambda source: [found], world=NNX).disagreements
    assert (false.kind, false.line) == ("false", 14)


BEHIND = """
import jax
from flax import nnx

class Twins(nnx.Module):
    def __init__(self, rngs):
        self.twins = nnx.List([nnx.Linear(2, 2, rngs=nnx.Rngs(4)) for _ in range(2)])

def main(key, flag, n, x):
{}    return Twins(nnx.Rngs(0)).twins[0](x)
"""


@pytest.mark.parametrize(("raising", "wrong"), [("    x = nnx.Dropout(0.5)(x)\n", False), ("", True)])
def test_a_class_behind_an_error_may_be_wrong(raising, wrong):
    source = BEHIND.format(raising)
    (found,) = [finding for finding in lint(source) if finding.code == "RNG303"]
    elsewhere = replaced(found, line=found.line - 1)
    false = [
        item for item in compare(source, linter=lambda _: [elsewhere], world=NNX).disagreements if item.kind == "false"
    ]
    assert bool(false) is wrong


SPLIT_IN_VAIN = """
import jax
import jax.numpy as jnp
from flax import nnx

class Net(nnx.Module):
    def __init__(self, rngs):
        self.drop = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, x):
        return {}

def main(key, flag, n, x):
    net = Net(nnx.Rngs(0))

    @nnx.split_rngs(splits=3, only='noise')
    @nnx.vmap(in_axes=(nnx.StateAxes({{'noise': 0, ...: None}}), 0))
    def run(net, x):
        return net(x)
    return run(net, jnp.stack([x, x, x]))
"""


@pytest.mark.parametrize(("output", "missed"), [("self.drop(x)", True), ("x", False)])
def test_lanes_that_draw_nothing_need_no_split(output, missed):
    lines = {item.line for item in compare(SPLIT_IN_VAIN.format(output), linter=_silent, world=NNX).disagreements}
    assert bool(lines & {16, 17}) is missed


def test_that_a_split_is_in_vain_may_be_said_where_nothing_is_drawn():
    assert not compare(SPLIT_IN_VAIN.format("x"), world=NNX).disagreements
    assert "RNG309" in {finding.code for finding in lint(SPLIT_IN_VAIN.format("x"))}


COUNTED = """
import jax
from flax import nnx

def main(key, flag, n, x):
    rngs = nnx.Rngs(0)
    lost = nnx.clone(rngs)
    x = x + jax.random.normal(lost.noise(), x.shape)
    x = x + jax.random.normal(lost.noise(), x.shape)
    for _ in range({}):
        x = x + jax.random.normal(rngs.noise(), x.shape)
    return x + jax.random.normal(rngs.noise(), x.shape)
"""


@pytest.mark.parametrize(("passes", "missed"), [("1", True), ("n", False)])
def test_what_the_number_of_passes_decides_need_not_be_said(passes, missed):
    lines = {item.line for item in compare(COUNTED.format(passes), linter=_silent, world=NNX).disagreements}
    assert (12 in lines) is missed and 11 in lines


def test_a_linter_that_points_elsewhere_is_noticed():
    def elsewhere(source):
        return [replaced(finding, line=finding.line + 1) for finding in lint(source)]

    assert {item.kind for item in compare(LOST, linter=elsewhere, world=NNX).disagreements} == {"miss", "false"}


@pytest.mark.parametrize("source", [LOST, KEPT, LANES, write(0).source, write(5).source])
def test_what_is_not_compiled_draws_from_the_same_keys(source):
    (run, *_) = oracle.runs(source, around=NNX.around)
    assert run.drawn and {words for _, words in run.drawn} == _drawn_when_compiled(source, run.inputs)


def _drawn_when_compiled(source, inputs):
    namespace = {"__name__": "program"}
    with traced(oracle.FILENAME) as trace:
        ledger = CompiledLedger(oracle.FILENAME, trace)
        with ledger.listening():
            exec(compile(source, oracle.FILENAME, "exec"), namespace)
            with contextlib.suppress(Exception):  # as the program may end itself
                namespace["main"](key=jax.random.key(3), x=jnp.ones(2), **inputs)
    return {event.key[1] for event in ledger.ledger.events}
