"""What a program raises, and at which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.claims import MODEL, confirms, refuses

pytestmark = pytest.mark.slow

RAISES = MODEL + "v = Net().init(k1, x)\nNet().apply(v, x)  # expect: RNG203\n"


def test_exception(tmp_path: Path) -> None:
    confirms(tmp_path, "raises flax.errors.InvalidRngError", RAISES)
    confirms(tmp_path, "raises flax.errors.FlaxError", RAISES)


def test_builtin_exception(tmp_path: Path) -> None:
    confirms(tmp_path, "raises ValueError", "a, b, c = random.split(random.key(0))  # expect: RNG110\n")


def test_another_exception(tmp_path: Path) -> None:
    refuses(
        tmp_path,
        "raises ValueError",
        RAISES.replace("Net().apply(v, x)", "1 / 0"),
        "ZeroDivisionError at line",
    )
    refuses(tmp_path, "raises flax.errors.ScopeParamShapeError", RAISES, "not flax.errors.ScopeParamShapeError")


def test_exception_at_another_line(tmp_path: Path) -> None:
    body = MODEL + "v = Net().init(k1, x)  # expect: RNG203\nNet().apply(v, x)\n"
    refuses(tmp_path, "raises flax.errors.InvalidRngError", body, "not confirmed")


def test_no_exception(tmp_path: Path) -> None:
    body = MODEL + "v = Net().init(k1, x)  # expect: RNG203\n"
    refuses(tmp_path, "raises flax.errors.InvalidRngError", body, "did not leave the program")
