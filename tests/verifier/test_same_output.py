"""Two outputs that claim to be the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.claims import confirms, refuses

pytestmark = pytest.mark.slow

TRACED_ONCE = """
    import time
    @jax.jit
    def noise():
        return random.normal(random.key(time.perf_counter_ns() % 2**31))  # expect: RNG113
    a, b = noise(), noise()
    if False:
        print()
"""


def test_same_output_of_a_program_that_is_traced_once(tmp_path: Path) -> None:
    confirms(tmp_path, "same-output a == b", TRACED_ONCE)


def test_different_output(tmp_path: Path) -> None:
    refuses(tmp_path, "same-output a == b", TRACED_ONCE.replace("@jax.jit", ""), "a == b is false")


def test_same_output_at_a_line_that_never_runs(tmp_path: Path) -> None:
    body = TRACED_ONCE.replace("  # expect: RNG113", "").replace("print()", "print()  # expect: RNG113")
    refuses(tmp_path, "same-output a == b", body, "not confirmed")


def test_same_output_compares_trees_and_keys_bit_by_bit(tmp_path: Path) -> None:
    body = "a, b = [(jnp.{}, random.key(0)), (jnp.{}, random.PRNGKey(0))]\nprint()  # expect: RNG113\n"
    confirms(tmp_path, "same-output a == b", body.format("nan", "nan"))
    refuses(tmp_path, "same-output a == b", body.format("array(0.0)", "array(-0.0)"), "is false")
    refuses(tmp_path, "same-output a == b[0]", body.format("nan", "nan"), "is false")


def test_same_output_of_unknown_names(tmp_path: Path) -> None:
    body = "a = 1\nprint()  # expect: RNG113\n"
    refuses(tmp_path, "same-output a == b", body, "cannot be evaluated: NameError")
    refuses(tmp_path, "same-output a", body, "two expressions")
