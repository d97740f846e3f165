"""SARIF: valid for the schema of its committee, and each place where a reader looks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flake8_flax_rng.finding import Edit, Finding, Fix, Range
from flake8_flax_rng.flake8_run import Checked
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.show import sarif
from tests.show.given import at, checked, finding

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)

TEXT = "key = k()\na = '🎉'; f(key)\nf(key)\n"


def run_of(*files: Checked, docs_url: str = "") -> Any:
    log = json.loads(sarif.text(files, docs_url))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    (run,) = log["runs"]
    return run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def two(**more: Any) -> Finding:
    return finding(at(TEXT, "key", 3), (at(TEXT, "key", 2), "first consumed here"), **more)


def test_nothing_found_is_a_log_too() -> None:
    assert run_of(checked(TEXT))["results"] == []


def test_regions_end_and_count_utf_16() -> None:
    run = run_of(checked(TEXT, two()))
    assert run["columnKind"] == "utf16CodeUnits"
    (result,) = run["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 6}
    (related,) = result["relatedLocations"]
    line = TEXT.splitlines()[1].encode("utf-16-le")
    region = related["physicalLocation"]["region"]
    assert line[2 * region["startColumn"] - 2 : 2 * region["endColumn"] - 2].decode("utf-16-le") == "key"
    assert related["message"]["text"] == "first consumed here"


def test_the_way_is_a_code_flow_that_ends_at_the_finding() -> None:
    (result,) = run_of(checked(TEXT, two()))["results"]
    ((flow,),) = [flow["threadFlows"] for flow in result["codeFlows"]]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow["locations"]]
    assert lines == [2, 3]


def test_a_fix_is_an_artifact_change() -> None:
    fix = Fix("use `sub`", (Edit(Range(2, 0, 2, 0), "x\n"), Edit(at(TEXT, "key", 3), "sub")), safe=True)
    (result,) = run_of(checked(TEXT, two(fix=fix)))["results"]
    ((change,),) = [fix["artifactChanges"] for fix in result["fixes"]]
    assert [r["insertedContent"]["text"] for r in change["replacements"]] == ["x\n", "sub"]
    assert change["replacements"][0]["deletedRegion"] == {
        "startLine": 2,
        "startColumn": 1,
        "endLine": 2,
        "endColumn": 1,
    }
    assert change["artifactLocation"] == result["locations"][0]["physicalLocation"]["artifactLocation"]


def test_rules_have_texts_names_and_links() -> None:
    run = run_of(checked(TEXT, two()), docs_url="https://example.org/rules/")
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("RNG101", "KeyReuse")
    assert rule["helpUri"] == "https://example.org/rules/RNG101.html"
    assert rule["fullDescription"]["text"].startswith("Follows each random key")
    assert run["results"][0]["ruleIndex"] == 0
    assert "helpUri" not in run_of(checked(TEXT, two()))["tool"]["driver"]["rules"][0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_can_be_described(rule) -> None:
    (described,) = run_of(checked(TEXT, two(code=rule.code)))["tool"]["driver"]["rules"]
    assert described["fullDescription"]["text"] not in ("", rule.summary)


def test_braces_are_no_placeholders() -> None:
    (result,) = run_of(checked(TEXT, two(message="pass `rngs={'dropout': key}`")))["results"]
    assert result["message"]["text"] == "pass `rngs={{'dropout': key}}`"


def test_where_files_are(tmp_path: Path) -> None:
    other = finding(at(TEXT, "key", 3), (Range(1, 0, 1, 1, "/else/where.py"), "drawn here"))
    run = run_of(checked(TEXT, other, path="./a dir/ä.py"), checked(TEXT, two(), path=str(tmp_path / "b.py")))
    first, second = run["results"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "a%20dir/%C3%A4.py",
        "uriBaseId": "SRCROOT",
    }
    assert first["relatedLocations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///else/where.py"}
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b.py"
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == tmp_path.as_uri() + "/"


def test_what_flake8_cannot_read_is_an_error() -> None:
    (result,) = run_of(Checked("gone.py", "", (Finding(0, 0, "E902", "FileNotFoundError"),)))["results"]
    assert (result["level"], result["ruleId"]) == ("error", "E902")
