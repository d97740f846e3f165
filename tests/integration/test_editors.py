"""Editors: python-lsp-server over its protocol, and flake8 as VS Code's extension calls it."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from .conftest import GOOD, REUSE, Environment
from .readme import blocks

pytestmark = pytest.mark.integration

HEADING = "In the editor"


class Server:
    """A language server that is spoken to on its standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self.number = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            length = int(line.partition(b":")[2])
            while stream.readline().strip():
                pass
            self.messages.put(json.loads(stream.read(length)))

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def request(self, method: str, **params: Any) -> Any:
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        return self._until(lambda message: message.get("id") == self.number and "method" not in message)

    def diagnostics(self) -> list[dict[str, Any]]:
        """What is said of the document next."""
        found = self._until(lambda message: message.get("method") == "textDocument/publishDiagnostics")
        diagnostics: list[dict[str, Any]] = found["params"]["diagnostics"]
        return diagnostics

    def _until(self, wanted: Any) -> Any:
        while True:
            message = self.messages.get(timeout=120)
            if wanted(message):
                return message


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


def test_python_lsp_server(tools: Environment, tmp_path: Path) -> None:
    document = (tmp_path / "train.py").as_uri()
    with subprocess.Popen(
        [str(tools.python), "-m", "pylsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env=tools.variables(),
    ) as process:
        try:
            server = Server(process)
            server.request("initialize", processId=None, rootUri=tmp_path.as_uri(), capabilities={})
            server.notify("initialized")
            server.notify("workspace/didChangeConfiguration", settings=settings(tools))
            # The buffer was never saved: there is no such file.
            item = {"uri": document, "languageId": "python", "version": 1, "text": REUSE}
            server.notify("textDocument/didOpen", textDocument=item)
            (found,) = [each for each in server.diagnostics() if each["source"] == "flake8"]
            assert found["code"] == "RNG101"
            assert found["range"]["start"] == {"line": 3, "character": REUSE.splitlines()[3].index("key")}
            assert "`key` was already consumed by `jax.random.normal` on line 3" in found["message"]

            changed = {"uri": document, "version": 2}
            server.notify("textDocument/didChange", textDocument=changed, contentChanges=[{"text": GOOD}])
            assert [each for each in server.diagnostics() if each["source"] == "flake8"] == []
            assert not (tmp_path / "train.py").exists()
        finally:
            process.kill()


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
