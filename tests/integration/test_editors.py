"""Editors: python-lsp-server over its protocol, and flake8 as VS Code's extension calls it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from .conftest import REUSE, Environment
from .language_server import Server, edited
from .readme import blocks

pytestmark = pytest.mark.integration

HEADING = "In the editor"


def settings(tools: Environment) -> dict[str, Any]:
    """What the README's Lua for Neovim hands to python-lsp-server, evaluated by Lua."""
    (lua, *_) = blocks(HEADING, "lua")
    script = """
import json, sys, lupa
lua = lupa.LuaRuntime(unpack_returned_tuples=True)
lua.execute("given = {}; vim = {lsp = {config = function(n, c) given[n] = c end, enable = function(n) on = n end}}")
lua.execute(sys.argv[1])

def plain(value):
    if lupa.lua_type(value) != "table":
        return value
    items = dict(value.items())
    return [plain(v) for v in items.values()] if 1 in items else {k: plain(v) for k, v in items.items()}

assert lua.globals().on == "pylsp"
print(json.dumps(plain(lua.globals().given["pylsp"]["settings"])))
"""
    found: dict[str, Any] = json.loads(tools.run("python", "-c", script, lua, check=True).stdout)
    return found


@contextmanager
def language_server(tools: Environment, root: Path, settings: dict[str, Any]) -> Iterator[Server]:
    with subprocess.Popen(
        [str(tools.python), "-m", "pylsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=root,
        env=tools.variables(),
    ) as process:
        try:
            server = Server(process)
            server.request("initialize", processId=None, rootUri=root.as_uri(), capabilities={})
            server.notify("initialized")
            server.notify("workspace/didChangeConfiguration", settings=settings)
            yield server
        finally:
            process.kill()


TWO_NAMES = (
    "import jax\n\n\ndef augment(key, images):\n    key, subkey = jax.random.split(key)\n"
    "    noise = jax.random.normal(key, images.shape)\n"
    '    name = "🎲"; flip = jax.random.bernoulli(key)\n    return noise, flip, name\n'
)


def said(server: Server, source: str) -> list[dict[str, Any]]:
    return [each for each in server.diagnostics() if each["source"] == source]


@pytest.mark.parametrize("which", ["fix", "silence"])
def test_python_lsp_server(tools: Environment, tmp_path: Path, which: str) -> None:
    """From the diagnostic by way of hover and action to a text without a diagnostic; nothing is saved."""
    uri = (tmp_path / "train.py").as_uri()
    with language_server(tools, tmp_path, settings(tools)) as server:
        server.open(uri, TWO_NAMES)
        (found,) = said(server, "flax-rng")
        start = TWO_NAMES.splitlines()[6].index("key") + 1  # the emoji counts twice
        assert found["code"] == "RNG101"
        assert found["range"] == {
            "start": {"line": 6, "character": start},
            "end": {"line": 6, "character": start + len("key")},
        }
        (first,) = found["relatedInformation"]
        assert first["location"] == {
            "uri": uri,
            "range": {"start": {"line": 5, "character": 30}, "end": {"line": 5, "character": 33}},
        }
        document = {"uri": uri}
        hover = server.request("textDocument/hover", textDocument=document, position=found["range"]["start"])
        assert "# RNG101 key-reuse" in hover["result"]["contents"]["value"]
        more = {"range": found["range"], "context": {"diagnostics": [found]}}
        actions = server.request("textDocument/codeAction", textDocument=document, **more)["result"]
        titles = [action["title"] for action in actions]
        assert titles == ["RNG101: use `subkey`", "RNG101: silence with noqa"]
        action = actions[which == "silence"]
        assert action["diagnostics"] == [found]
        server.change(uri, edited(TWO_NAMES, action["edit"]["changes"][uri]))
        assert said(server, "flax-rng") == []
        assert not (tmp_path / "train.py").exists()


def test_python_lsp_server_with_flake8(tools: Environment, tmp_path: Path) -> None:
    """The findings are flake8's, the actions ours."""
    plugins = {
        "flake8": {"enabled": True, "select": ["RNG"]},
        "flax_rng": {"diagnostics": False},
    }
    uri = (tmp_path / "train.py").as_uri()
    with language_server(tools, tmp_path, {"pylsp": {"plugins": plugins}}) as server:
        server.open(uri, REUSE)
        told = server.diagnostics()
        assert [each["source"] for each in told if each["code"] == "RNG101"] == ["flake8"]
        more = {"range": told[0]["range"], "context": {"diagnostics": told}}
        actions = server.request("textDocument/codeAction", textDocument={"uri": uri}, **more)["result"]
        assert [action["diagnostics"][0]["source"] for action in actions if "noqa" in action["title"]] == ["flake8"]


NEOVIM = """
local file, python = vim.fn.argv(0), vim.env.SERVER_PYTHON
vim.cmd("edit " .. file)
local id = vim.lsp.start_client({ name = "pylsp", cmd = { python, "-m", "pylsp" }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, id)
local function ours()
  return vim.tbl_filter(function(each) return each.source == "flax-rng" end, vim.diagnostic.get(0))
end
assert(vim.wait(60000, function() return #ours() > 0 end, 50), "no diagnostic")
local found = ours()[1]
local shown = { line = found.lnum, first = found.col, last = found.end_col, code = found.code, message = found.message }
vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
local place = vim.lsp.util.make_position_params(0, "utf-16")
local _, hover = next(vim.lsp.buf_request_sync(0, "textDocument/hover", place, 60000))
local params = vim.lsp.util.make_range_params(0, "utf-16")
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics() }
local _, actions = next(vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 60000))
local titles = vim.tbl_map(function(action) return action.title end, actions.result)
vim.lsp.util.apply_workspace_edit(actions.result[1].edit, "utf-16")
assert(vim.wait(60000, function() return #ours() == 0 end, 50), "the diagnostic stays")
vim.cmd("write")
io.stdout:write(vim.json.encode({ shown = shown, titles = titles, hover = hover.result.contents.value }))
vim.cmd("quitall!")
"""


@pytest.mark.skipif(shutil.which("nvim") is None, reason="no Neovim")
def test_neovim(tools: Environment, tmp_path: Path) -> None:
    """In a real Neovim: the diagnostic, the hover, and the first action, after which the diagnostic is gone."""
    (tmp_path / "train.py").write_text(TWO_NAMES)
    (tmp_path / "mend.lua").write_text(NEOVIM)
    command = ("nvim", "--headless", "--clean", "train.py", "-c", "luafile mend.lua", "-c", "cquit")
    done = tools.run(*command, cwd=tmp_path, env={"SERVER_PYTHON": str(tools.python)})
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    line = TWO_NAMES.splitlines()[6]
    start = len(line[: line.index("key")].encode())  # Neovim counts bytes
    assert (told["shown"]["line"], told["shown"]["first"], told["shown"]["last"]) == (6, start, start + 3)
    assert told["titles"] == ["RNG101: use `subkey`", "RNG101: silence with noqa"]
    assert "# RNG101 key-reuse" in told["hover"]
    assert "jax.random.bernoulli(subkey)" in (tmp_path / "train.py").read_text()


def test_vs_code(tools: Environment, tmp_path: Path) -> None:
    """The extension runs flake8 as a module of the chosen interpreter, with its own format and the user's arguments."""
    (text,) = blocks(HEADING, "json")
    chosen = json.loads(text)
    assert chosen["flake8.importStrategy"] == "fromEnvironment"
    (tmp_path / "train.py").write_text(REUSE)
    form = "--format='%(row)d,%(col)d,%(code).1s,%(code)s:%(text)s'"
    done = tools.run("python", "-m", "flake8", form, *chosen["flake8.args"], "train.py", cwd=tmp_path)
    place = re.match(r"'(\d+),(\d+),(\w+),(\w+\d+):([^\r\n]*)'$", done.stdout.strip())
    assert place is not None, done.stdout
    assert place.group(1, 2, 3, 4) == ("4", "23", "R", "RNG101")


def test_neovim_with_nvim_lint(tools: Environment, tmp_path: Path) -> None:
    """The pattern with which nvim-lint reads flake8's output finds the place."""
    (tmp_path / "train.py").write_text(REUSE)
    form = "--format=%(path)s:%(row)d:%(col)d:%(code)s:%(text)s"
    done = tools.run("flake8", form, "--no-show-source", "train.py", cwd=tmp_path)
    place = re.match(r"[^:]+:(\d+):(\d+):(\w+):(.+)", done.stdout)
    assert place is not None
    assert place.group(1, 2, 3) == ("4", "23", "RNG101")
