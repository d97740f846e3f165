"""A language server, spoken to over its protocol."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from typing import Any


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

    def open(self, uri: str, text: str) -> None:
        """Open a document; it need not be saved."""
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", textDocument=item)

    def change(self, uri: str, text: str, version: int = 2) -> None:
        """Change the whole text of a document."""
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

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


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """A text after edits of the protocol, whose columns count UTF-16 units."""
    lines = [line.encode("utf-16-le") for line in text.splitlines(keepends=True)] + [b""]
    for edit in sorted(edits, key=lambda each: tuple(each["range"]["start"].values()), reverse=True):
        (first, start), (last, end) = (tuple(edit["range"][side].values()) for side in ("start", "end"))
        new = lines[first][: 2 * start] + edit["newText"].encode("utf-16-le") + lines[last][2 * end :]
        lines[first : last + 1] = [new]
    return b"".join(lines).decode("utf-16-le")
