"""Each rule is proven: JAX runs every fixture and does what the file and the linter say.

One test for each program, so that pytest-xdist shares them out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_flax_rng.commands.verify import lint_fixture
from flake8_flax_rng.finding import Finding
from flake8_flax_rng.records import replaced
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier import runner
from flake8_flax_rng.verifier.judge import Verdict
from flake8_flax_rng.verifier.runner import Lint, Row, select, verify
from tests.linted import concerned

pytest.importorskip("jax")
pytest.importorskip("flax")

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2] / "fixtures"
PROGRAMS = select([ROOT])
CODES = [rule.code for rule in RULES if not rule.code.startswith("RNG0")]  # RNG0xx: about the tool


def known(source: str, name: str) -> list[Finding]:
    """Return what the linter says of a fixture."""
    return concerned(Path(name))


def row_of(path: Path, linter: Lint = known, shared: bool = True) -> Row:
    (row,) = verify([path], linter, jobs=1, shared=shared)
    if row.skipped and row.ok:
        pytest.skip(row.skipped)
    return row


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_file_the_linter_and_jax_agree(path):
    row = row_of(path)
    assert row.ok, f"{row.verdict}; linter: {row.linter}; JAX: {row.jax}"


def bad(code: str) -> Path:
    return min((ROOT / code).glob("bad_*.py"))


def good(code: str) -> Path:
    return min((ROOT / code).glob("good_*.py"))


Linter = Callable[[str, str], list[Finding]]


def silent(code: str) -> Linter:
    return lambda source, name: [finding for finding in lint_fixture(source, name) if finding.code != code]


def loud(code: str) -> Linter:
    return lambda source, name: [*lint_fixture(source, name), Finding(1, 0, code, "too much")]


def inaccurate(source: str, name: str) -> list[Finding]:
    return [replaced(finding, line=finding.line + 1) for finding in lint_fixture(source, name)]


@pytest.fixture
def jax_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX confirms every fixture, as is shown above, whatever the linter says of it; once is enough."""
    monkeypatch.setattr(runner, "_run", lambda *_: Verdict())


@pytest.mark.usefixtures("jax_agrees")
@pytest.mark.parametrize("code", CODES)
def test_a_linter_that_is_wrong_is_noticed(code):
    mute = row_of(bad(code), silent(code))
    assert mute.verdict == "linter disagrees"
    assert f"missed {code} at line" in mute.linter
    for path in (bad(code), good(code)):
        row = row_of(path, loud(code))
        assert row.verdict == "linter disagrees"
        assert row.linter == f"unexpected {code} at line 1"
    row = row_of(bad(code), inaccurate)
    assert row.verdict == "linter disagrees"
    assert "missed" in row.linter
    assert "unexpected" in row.linter


def claims(path: Path) -> str:
    return " ".join(re.findall(r"# claim: ([\w-]+)", path.read_text(encoding="utf-8")))


UNSEEN = {"same-output", "unused-key", "line-without-effect", "shared-default", "drawn", "stops-drawing"}
"""Claims about what harms nobody by itself: two outputs have to be named, and a key that nobody uses shows nowhere.

So it is with what is drawn or not: which of the two is wanted, only the claim says.
"""


def seen_by_itself(code: str) -> list[Path]:
    """The bad programs whose symptom shows in a run without being told; two outputs have to be named."""
    return [path for path in sorted((ROOT / code).glob("bad_*.py")) if not set(claims(path).split()) & UNSEEN]


@pytest.mark.parametrize("code", [code for code in CODES if seen_by_itself(code)])
def test_jax_refuses_a_bad_program_that_calls_itself_clean(code, tmp_path):
    text = seen_by_itself(code)[0].read_text(encoding="utf-8")
    text = re.sub(r"\s*# expect: .*", "", text)
    text = re.sub(r"# claim: .*", "# claim: clean", text)
    text = re.sub(r"(# claim: clean\n)(# claim: clean\n)+", r"\1", text)
    path = tmp_path / code / "good_program.py"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    row = row_of(path, lambda source, filename: [], shared=False)
    assert row.verdict == "JAX disagrees"


@pytest.mark.parametrize(
    "code", [code for code in CODES if "same-output" in claims(bad(code)) and not seen_by_itself(code)]
)
def test_jax_refuses_outputs_that_are_not_the_same(code, tmp_path):
    source = bad(code)
    text = re.sub(r"# claim: same-output (.*) == .*", r"# claim: same-output \1 == None", source.read_text("utf-8"))
    path = tmp_path / code / source.name
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert row_of(path, shared=False).verdict == "JAX disagrees"


def test_jax_refuses_an_unused_key_that_is_used(tmp_path):
    text = (
        "# claim: unused-key\nimport jax\n\nkey = jax.random.key(0)\na, b = jax.random.split(key)  # expect: RNG195\n"
    )
    path = tmp_path / "RNG195" / "bad_program.py"
    path.parent.mkdir()
    path.write_text(text + "print(jax.random.normal(a), jax.random.normal(b))\n", encoding="utf-8")
    row = row_of(path, lambda source, filename: [Finding(5, 5, "RNG195", "never used")])
    assert row.verdict == "JAX disagrees"
    path.write_text(text + "print(jax.random.normal(a))\n", encoding="utf-8")
    row = row_of(path, lambda source, filename: [Finding(5, 5, "RNG195", "never used")])
    assert row.ok
