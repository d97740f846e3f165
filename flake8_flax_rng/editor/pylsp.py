"""The plugin of python-lsp-server."""

from __future__ import annotations

from typing import Any

from pylsp import hookimpl

from flake8_flax_rng.editor import checks
from flake8_flax_rng.editor.protocol import Document

NAME = "flax_rng"
"""What the plugin is called in the settings: ``pylsp.plugins.flax_rng``."""

_SETTINGS = {
    "enabled": True,
    "diagnostics": True,
    "severity": "warning",
    "config": None,
    "select": None,
    "extendSelect": None,
    "extendIgnore": None,
}
_OPTIONS = {
    "config": "--config",
    "select": "--select",
    "extendSelect": "--extend-select",
    "extendIgnore": "--extend-ignore",
}


@hookimpl
def pylsp_settings() -> dict[str, Any]:
    """Return what can be set, with its defaults."""
    return {"plugins": {NAME: _SETTINGS}}


@hookimpl
def pylsp_lint(config: Any, workspace: Any, document: Any) -> list[dict[str, Any]]:
    """Return the diagnostics of a document, saved or not."""
    settings = _settings(config, document)
    if not settings["diagnostics"]:
        return []
    return _document(workspace, document, settings, again=True).diagnostics()


@hookimpl(tryfirst=True)
def pylsp_hover(config: Any, workspace: Any, document: Any, position: dict[str, int]) -> dict[str, Any] | None:
    """Return the text of the rule that speaks of a place."""
    return _document(workspace, document, _settings(config, document)).hover(position)


@hookimpl
def pylsp_code_actions(
    config: Any, workspace: Any, document: Any, range: dict[str, Any], context: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return what can be done about the findings in a range."""
    return _document(workspace, document, _settings(config, document)).actions(range, context)


def _settings(config: Any, document: Any) -> dict[str, Any]:
    return {**_SETTINGS, **config.plugin_settings(NAME, document_path=document.path)}


def _document(workspace: Any, document: Any, settings: dict[str, Any], again: bool = False) -> Document:
    source = document.source
    arguments = [f"{option}={_value(settings[name])}" for name, option in _OPTIONS.items() if settings[name]]
    ask = checks.report if again else checks.shown
    known = ask(source, document.path or "stdin", workspace.root_path or "", arguments)
    return Document(document.uri, source, known, settings["severity"])


def _value(setting: object) -> str:
    return ",".join(map(str, setting)) if isinstance(setting, list) else str(setting)
