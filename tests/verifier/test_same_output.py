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


HASHED = """
    import zlib
    noise = random.normal(random.fold_in(random.key(0), hash("gate") % 2**31))  # expect: RNG112
    check = random.normal(random.fold_in(random.key(0), zlib.crc32(b"gate")))
    if False:
        print()
"""


def test_what_another_process_computes_is_another_value(tmp_path: Path) -> None:
    confirms(tmp_path, "other-process noise", HASHED)
    confirms(tmp_path, "other-process (check, noise)", HASHED)


def test_what_another_process_computes_is_the_same(tmp_path: Path) -> None:
    refuses(tmp_path, "other-process check", HASHED, "check is the same in another process")
    refuses(tmp_path, "other-process random.key(3)", HASHED, "is the same in another process")


def test_another_process_and_a_line_that_never_runs(tmp_path: Path) -> None:
    body = HASHED.replace("  # expect: RNG112", "").replace("print()", "print()  # expect: RNG112")
    refuses(tmp_path, "other-process noise", body, "not confirmed")


def test_another_process_that_fails(tmp_path: Path) -> None:
    body = HASHED.replace("if False:", "if __import__('os').environ.get('PYTHONHASHSEED'):").replace("print()", "1 / 0")
    refuses(tmp_path, "other-process noise", body, "ZeroDivisionError")
    refuses(tmp_path, "other-process nothing", HASHED, "cannot be evaluated: NameError")
