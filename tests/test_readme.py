"""What the README shows is what happens. Run as a script, this file writes it anew."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from flake8_flax_rng.rules import RULES
from flake8_flax_rng.rules.table import rules_table

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"

EXAMPLE = re.compile(
    r"```python\n(?P<program>(?:(?!```).)*?)```\n\n"
    r"(?P<head>```console\n\$ flake8 --select=RNG (?P<name>\w+\.py)\n)(?P<output>(?:(?!```).)*?)```\n",
    re.DOTALL,
)
TABLE = re.compile(r"(?<=<!-- rules -->\n)(?P<table>.*?)(?=<!-- /rules -->\n)", re.DOTALL)


def flake8(name: str, program: str) -> str:
    """What flake8 prints for one of the README's programs."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, name).write_text(program)
        command = [sys.executable, "-m", "flake8", "--select=RNG", name]
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.stdout


def renewed(text: str) -> str:
    """The README with its table and its outputs as they are now."""

    def output(match: re.Match[str]) -> str:
        whole, start = match.group(), match.start()
        first, last = match.start("output") - start, match.end("output") - start
        return whole[:first] + flake8(match["name"], match["program"]) + whole[last:]

    return EXAMPLE.sub(output, TABLE.sub(lambda _: rules_table(RULES), text))


TEXT = README.read_text()
EXAMPLES = [match.groupdict() for match in EXAMPLE.finditer(TEXT)]


def test_all_examples_are_checked():
    assert len(EXAMPLES) == TEXT.count("```console\n") == 4


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_the_output_of_an_example(example):
    assert example["output"] == flake8(example["name"], example["program"])
    assert len(example["output"].splitlines()) == 1


def test_the_table_is_the_registry():
    (table,) = [match["table"] for match in TABLE.finditer(TEXT)]
    assert table == rules_table(RULES)
    codes = re.findall(r"^\| (RNG\d{3}) \|", table, re.MULTILINE)
    assert codes == sorted(rule.code for rule in RULES)
    assert "RNG001" in codes


def test_every_code_that_is_named_exists_or_is_an_example():
    codes = {rule.code for rule in RULES} | {"RNG191"}  # the example of an opt-in rule
    assert set(re.findall(r"RNG\d{3}", TEXT)) <= codes


def test_the_second_command_is_what_ci_runs():
    command = 'pip install ".[verify,test]" && pytest -n 2\n'
    assert command in TEXT
    assert "pytest -n 2" in (ROOT / ".ci" / "run").read_text()


def test_the_extras_that_are_named_exist():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {"verify", "verify-neighbours", "show", "pages", "lsp", "test", "test-browser", "dev"} == set(
        project["optional-dependencies"]
    )
    names = {re.split(r"[<>=]", requirement)[0] for requirement in project["dependencies"]}
    assert names == {"flake8", "libcst"}  # "needs flake8 and LibCST, not JAX"


def test_a_table_of_rules():
    from flake8_flax_rng.finding import Rule

    rules = [
        Rule("RNG191", "legacy", "a | b", False, ""),
        Rule("RNG101", "reuse", "two draws", True, ""),
    ]
    assert rules_table(rules).splitlines()[2:] == [
        "| RNG101 | reuse | two draws | on |",
        r"| RNG191 | legacy | a \| b | opt-in |",
    ]


if __name__ == "__main__":
    README.write_text(renewed(TEXT))
