"""The hooks of python-lsp-server."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("pylsp")

from flake8_flax_rng.editor import pylsp

PLACE = {"start": {"line": 3, "character": 22}, "end": {"line": 3, "character": 22}}


def hooks(tmp_path: Path, text: str, **settings: Any) -> dict[str, Any]:
    """What a hook is given of a buffer that was not saved."""
    path = tmp_path / "train.py"
    config = SimpleNamespace(plugin_settings=lambda name, document_path: settings if name == "flax_rng" else None)
    document = SimpleNamespace(path=str(path), uri=path.as_uri(), source=text)
    return {"config": config, "workspace": SimpleNamespace(root_path=str(tmp_path)), "document": document}


def test_all_three(tmp_path: Path, reuse: str) -> None:
    given = hooks(tmp_path, reuse)
    (told,) = pylsp.pylsp_lint(**given)
    assert (told["source"], told["code"], told["range"]["start"]) == ("flax-rng", "RNG101", PLACE["start"])
    hover = pylsp.pylsp_hover(**given, position=PLACE["start"])
    assert hover is not None and "RNG101 key-reuse" in hover["contents"]["value"]
    assert pylsp.pylsp_hover(**given, position={"line": 0, "character": 0}) is None
    assert pylsp.pylsp_code_actions(**given, range=PLACE, context={"diagnostics": [told]})


def test_diagnostics_may_be_left_to_flake8(tmp_path: Path, reuse: str) -> None:
    given = hooks(tmp_path, reuse, diagnostics=False)
    assert pylsp.pylsp_lint(**given) == []
    assert pylsp.pylsp_code_actions(**given, range=PLACE, context={})
    assert pylsp.pylsp_hover(**given, position=PLACE["start"])


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({"extendIgnore": ["RNG101", "E1"]}, []),
        ({"select": ["RNG2"]}, []),
        ({"select": "RNG", "severity": "error"}, ["RNG101"]),
        ({"extendSelect": ["RNG191"]}, ["RNG101"]),
        ({"config": "other.cfg"}, []),
    ],
)
def test_settings(tmp_path: Path, reuse: str, settings: dict[str, Any], codes: list[str]) -> None:
    (tmp_path / "other.cfg").write_text("[flake8]\nignore = RNG\n")
    told = pylsp.pylsp_lint(**hooks(tmp_path, reuse, **settings))
    assert [each["code"] for each in told] == codes
    assert all(each["severity"] == 1 for each in told) == (settings.get("severity") == "error" or not told)


def test_what_can_be_set_is_declared() -> None:
    assert pylsp.pylsp_settings()["plugins"].keys() == {"flax_rng"}
