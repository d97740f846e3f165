"""The command line, from its arguments to its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_flax_rng import __version__, cli
from flake8_flax_rng.commands import explain, verify
from flake8_flax_rng.finding import Finding, Rule
from flake8_flax_rng.verifier import jaxhooks, worker

RULES = (
    Rule("RNG101", "key-reuse", "a key is used twice", True, "# RNG101 key-reuse\n\n*What it does*: finds it."),
    Rule("RNG190", "unresolved", "a matter of taste", False, "Finds more."),
)


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (explain, verify):
        monkeypatch.setattr(command, "RULES", RULES)


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "rng101"]) == 0
    assert capsys.readouterr().out == RULES[0].documentation + "\n"
    assert cli.main(["explain", "RNG190"]) == 0
    assert capsys.readouterr().out == "# RNG190 unresolved\n\nFinds more.\n"


@pytest.mark.parametrize("arguments", [["RNG190", "rng101"], ["rng190,RNG101", "RNG190"]])
def test_explain_several(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", *arguments]) == 0
    assert capsys.readouterr().out == f"# RNG190 unresolved\n\nFinds more.\n\n{RULES[0].documentation}\n"


def test_explain_lists_all_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "RNG101  on   key-reuse: a key is used twice",
        "RNG190  off  unresolved: a matter of taste",
    ]


def test_explain_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rich")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli.main(["explain", "RNG101"]) == 0
    assert "*What it does*" not in (out := capsys.readouterr().out)
    assert "What it does" in out
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert cli.main(["explain", "RNG101"]) == 0
    assert "*What it does*" in capsys.readouterr().out


def test_explain_an_unknown_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "RNG999"]) == 2
    assert "there is no rule RNG999" in capsys.readouterr().err
    assert cli.main(["explain", "RNG101", "RNG999", "what"]) == 2
    out, err = capsys.readouterr()
    assert not out and "there are no rules RNG999, WHAT" in err


@pytest.mark.parametrize("arguments", [[], ["prove"], ["verify", "--jobs", "0"], ["verify", "--rule", "fixtures"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2


def test_help_says_that_programs_are_executed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["verify", "--help"])
    assert "EXECUTES programs on JAX" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_the_module_runs_without_the_extra() -> None:
    script = (
        "import sys; sys.modules.update(jax=None, flax=None, rich=None, numpy=None); "
        "from flake8_flax_rng.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    assert subprocess.run([sys.executable, "-c", script, "explain"], check=False).returncode == 0


@pytest.mark.slow
def test_the_package_is_a_command() -> None:
    command = [sys.executable, "-m", "flake8_flax_rng", "--version"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == __version__


GOOD = "# claim: clean\nimport jax\nprint(jax.random.normal(jax.random.key(0)))\n"
BAD = GOOD.replace("clean", "key-reused") + "print(jax.random.normal(jax.random.key(0)))  # expect: RNG101\n"


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    for rule, name, text in (
        ("RNG101", "bad_a", BAD),
        ("RNG101", "good_a", GOOD),
        ("RNG102", "good_b", GOOD),
    ):
        path = tmp_path / "fixtures" / rule / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "fixtures"


def says(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    """Let the linter find something in bad programs."""
    monkeypatch.setattr(verify, "lint", lambda source, filename, project: list(findings) if "expect" in source else [])


@pytest.mark.slow
def test_verify(fixtures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jax")
    monkeypatch.chdir(fixtures.parent)
    says(monkeypatch, Finding(4, 24, "RNG101", "reused"))
    assert cli.main(["verify", "--json", "rows.json"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1] == ("RNG101 | bad_a.py | RNG101 at line 4 | key reused at line 4, first at line 3 | ok")
    assert "3 programs, 0 in disagreement" in out
    assert "[3/3] RNG10" in err
    rows = json.loads(Path("rows.json").read_text(encoding="utf-8"))
    assert [(row["rule"], row["program"], row["claim"], row["ok"]) for row in rows] == [
        ("RNG101", "bad_a.py", "key-reused", True),
        ("RNG101", "good_a.py", "clean", True),
        ("RNG102", "good_b.py", "clean", True),
    ]


@pytest.mark.slow
def test_verify_in_disagreement(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jax")
    says(monkeypatch)
    assert cli.main(["verify", str(fixtures), "--rule", "rng101", "--json", "-", "--jobs", "1"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [(row["program"], row["verdict"]) for row in rows] == [
        ("bad_a.py", "linter disagrees"),
        ("good_a.py", "ok"),
    ]


@pytest.mark.slow
def test_verify_on_a_terminal(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jax")
    pytest.importorskip("rich")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    says(monkeypatch)
    assert cli.main(["verify", str(fixtures), "--rule", "RNG101"]) == 1
    out, err = capsys.readouterr()
    assert "┏━━" in out
    assert "bad_a.py: linter disagrees" in err


def test_nothing_to_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", str(tmp_path)]) == 2
    assert "no fixture programs found" in capsys.readouterr().err
    assert cli.main(["verify", str(tmp_path / "missing")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_verify_without_the_extra(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(cache: Path | None) -> None:
        raise jaxhooks.UnsupportedVersion("jax cannot be imported; pip install 'flake8-flax-rng[verify]'")

    monkeypatch.setattr(worker, "require", missing)
    assert cli.main(["verify", str(fixtures)]) == 2
    assert "pip install 'flake8-flax-rng[verify]'" in capsys.readouterr().err


def test_an_opt_in_rule_speaks_only_in_fixtures_that_are_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Finding(3, 0, "RNG101", ""), Finding(3, 0, "RNG190", "")]
    monkeypatch.setattr(verify, "lint", lambda source, filename, project: found)
    text = "# claim: key-reused\n\nprint()  # expect: {}\n"
    for directory, mark, counted in (
        ("RNG101", "RNG101", ["RNG101"]),
        ("RNG101", "RNG101, RNG190", ["RNG101", "RNG190"]),
        ("RNG190", "RNG101", ["RNG101", "RNG190"]),
    ):
        path = tmp_path / directory / "bad_program.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(mark), encoding="utf-8")
        assert [finding.code for finding in verify.lint_fixture(path.read_text(), str(path))] == counted
