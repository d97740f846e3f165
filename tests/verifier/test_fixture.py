"""What a fixture says about itself is read exactly, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_flax_rng.verifier.fixture import Claim, FixtureError, find, read, rule_of


def fixture(directory: Path, text: str) -> Path:
    path = directory / "bad_program.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_claims_and_marks(tmp_path: Path) -> None:
    text = (
        "# LN20: words\n# claim: raises ValueError\n\n"
        "f(  # noqa: E501  # expect: RNG203, RNG101\n)\ng()  # expect:RNG102\n"
    )
    read_fixture = read(fixture(tmp_path, text))
    assert read_fixture.claims == (Claim("raises", "ValueError"),)
    assert read_fixture.expected == {(4, "RNG203"), (4, "RNG101"), (6, "RNG102")}
    assert read_fixture.marked == {4: {"RNG203", "RNG101"}, 6: {"RNG102"}}


def test_intended(tmp_path: Path) -> None:
    assert read(fixture(tmp_path, "# claim: clean\nf()  # intended: a copy\n")).intended == {2: "a copy"}


def test_a_marker_in_a_string_is_none(tmp_path: Path) -> None:
    assert not read(fixture(tmp_path, "# claim: clean\ntext = '# expect: RNG101'\n")).expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("f()\n", "no '# claim:' comment"),
        ("# claim: key-reused\nf()\n", "needs a line with '# expect:'"),
        ("# claim: clean\nf()  # expect: RNG101\n", "a clean program has no other claim"),
        ("# claim: clean\n# claim: key-reused\n", "a clean program has no other claim"),
        ("# claim: reused\nf()  # expect: RNG101\n", "unknown claim 'reused'"),
        ("# claim: raises\nf()  # expect: RNG101\n", "'raises' needs argument"),
        ("# claim: key-reused key\nf()  # expect: RNG101\n", "'key-reused' takes no argument"),
        ("# claim: key-reused\nf()  # expect: 101\n", "line 2: cannot understand the marker"),
        ("# claim: clean\nf()  # intended:\n", "line 2: cannot understand the marker"),
        ("# claim: clean\nf(\n", "cannot be read"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(FixtureError, match=why):
        read(fixture(tmp_path, text))


def test_find(tmp_path: Path) -> None:
    (tmp_path / "RNG101").mkdir()
    names = ["RNG101/bad_b.py", "RNG101/good_a.py", "RNG101/helper.py", "odd.py"]
    for name in names:
        (tmp_path / name).touch()
    assert find([tmp_path, tmp_path / "odd.py"]) == [tmp_path / name for name in (names[0], names[1], names[3])]
    assert rule_of(tmp_path / names[0]) == "RNG101"
    assert rule_of(tmp_path / "odd.py") == ""
    with pytest.raises(FixtureError, match="no such file"):
        find([tmp_path / "missing"])
