"""The benchmark measures right programs, and all of the work; nothing here depends on how long that takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmark.environments import ALONE, Linter
from tests.benchmark.growth import CURVES
from tests.benchmark.phases import PHASES, phases
from tests.benchmark.processes import measure, rounds
from tests.programs import found

PROGRAM = "import jax\nk = jax.random.key(0)\njax.random.normal(k)\njax.random.normal(k)\n"


@pytest.mark.parametrize("name", CURVES)
def test_a_program_that_grows_is_a_right_one(name):
    make, sizes = CURVES[name]
    lengths = [len(make(size)) for size in sizes[:3]]
    assert lengths == sorted(set(lengths))
    assert {code for _, code in found(make(sizes[0]))} == ({"RNG101"} if name == "draws from one key" else set())


def test_the_time_of_an_analysis_is_given_to_its_phases(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    spent = phases([program])
    assert tuple(spent) == PHASES
    assert all(cost > 0 for cost in spent.values())


@pytest.mark.slow
def test_a_process_is_measured_with_what_it_did(tmp_path):
    busy = Linter("busy", (), ("-c", "sum(range(10**7)); b = bytearray(64 << 20)"))
    idle = Linter("idle", (), ("-c", "pass"))
    costs = rounds(dict.fromkeys((busy, idle), Path(sys.executable)), [], 1)
    assert costs[busy].cpu > costs[idle].cpu > 0
    assert costs[busy].memory > costs[idle].memory + 32


@pytest.mark.slow
def test_a_linter_that_cannot_run_is_named():
    with pytest.raises(RuntimeError, match=ALONE.name):
        measure(Path(sys.executable), Linter(ALONE.name, (), ("-c", "raise SystemExit(3)")), [])
