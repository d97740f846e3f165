"""A program run again with a fix: what changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flake8_flax_rng import cli
from flake8_flax_rng.finding import Detail, Edit, Finding, Fix, Range
from flake8_flax_rng.fixes.edits import applied
from flake8_flax_rng.lint import lint
from flake8_flax_rng.verifier import mend
from flake8_flax_rng.verifier.mend import MENDED, NOT_MENDED, UNDECIDED, Mended, Tools
from flake8_flax_rng.verifier.program import Program

pytestmark = pytest.mark.slow

pytest.importorskip("jax")

TEXT = """\
import jax
key = jax.random.key(0)
print("head")
a = jax.random.normal(key)
print(a)
b = jax.random.normal(key)
print(b)
"""
KEY = Range(6, 22, 6, 25)


def inserted(line: int, text: str) -> Edit:
    return Edit(Range(line, 0, line, 0), text)


def mended(tmp_path: Path, *edits: Edit, text: str = TEXT, line: int = 6) -> Mended:
    """Try a fix of what the linter says of a line."""
    path = tmp_path / "program.py"
    path.write_text(text)
    its = Program(path, printed=True)
    fix = Fix("mend it", edits, safe=True)
    findings = [
        Finding(found.line, found.column, found.code, found.message, Detail(KEY, (), fix))
        for found in lint(text)
        if found.line == line
    ]
    before = its.run(text, findings)
    tools = Tools(lint, lambda source, fix: applied(source, fix.edits), its.run)
    (told,) = mend.check_fixes(text, findings, before, tools)
    return told


def test_a_fix_that_helps(tmp_path: Path) -> None:
    told = mended(tmp_path, inserted(4, "key, other = jax.random.split(key)\n"), Edit(KEY, "other"))
    assert (told.line, told.code, told.title, told.verdict) == (6, "RNG101", "mend it", MENDED)
    assert told.evidence == (
        "before: key [0 0] is used at line 4 and again at line 6; "
        "after: the lines were reached, and no key was used at both of them"
    )
    assert told.output.startswith("2 of 3 printed lines differ, first `1.6226422` → `")


def test_only_what_is_wrong_changes(tmp_path: Path) -> None:
    told = mended(tmp_path, Edit(KEY, "jax.random.key(1)"))
    assert told.verdict == MENDED
    assert told.output.startswith("1 of 3 printed lines differs, first `")


def test_a_fix_that_does_not_help(tmp_path: Path) -> None:
    told = mended(tmp_path, inserted(6, "\n"))
    assert told.verdict == NOT_MENDED
    assert "after: it is still so: key [0 0] is used at line 4 and again at line 7" in told.evidence
    assert "the linter still reports RNG101" in told.evidence
    assert told.output == "prints the same"


def test_a_fix_that_only_hides_the_fault(tmp_path: Path) -> None:
    told = mended(tmp_path, inserted(6, "key = getattr(jax.random, 'key')(0)\n"))
    assert told.verdict == NOT_MENDED
    assert told.evidence.count("it is still so") == 1


def test_a_fix_that_breaks_the_program(tmp_path: Path) -> None:
    told = mended(tmp_path, Edit(KEY, "no_key"))
    assert told.verdict == NOT_MENDED
    assert "ended early: NameError at line 6" in told.evidence
    assert told.output == "1 of 3 printed lines differs"


def test_a_fault_that_was_not_seen(tmp_path: Path) -> None:
    text = TEXT.replace("b = jax.random.normal(key)", "if a > 9: jax.random.normal(key)").replace("print(b)\n", "")
    column = text.splitlines()[5].index("key")
    edit = Edit(Range(6, column, 6, column + 3), "jax.random.key(1)")
    told = mended(tmp_path, edit, text=text)
    assert told.verdict == UNDECIDED


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("program.py").write_text(TEXT)
    assert cli.main(["verify", "program.py", "--with-fix", "--json", "told.json"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-1] == "1 fix: 1 mended, 0 not mended, 0 undecided"
    assert out[-3] == "place | rule | fix | verdict | what changes"
    (told,) = json.loads(Path("told.json").read_text())
    assert [(fix["code"], fix["verdict"]) for fix in told["fixes"]] == [("RNG101", "mended")]
    assert Path("program.py").read_text() == TEXT


def test_fixtures_are_tried_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fixture = tmp_path / "good_a.py"
    fixture.write_text("# claim: clean\nimport jax\n")
    assert cli.main(["verify", str(fixture), "--with-fix"]) == 2
    assert "--with-fix is for a program of your own" in capsys.readouterr().err
