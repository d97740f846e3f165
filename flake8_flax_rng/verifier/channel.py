"""What the verifier and a process of its speak through: nothing that a program writes there is taken for a message."""

from __future__ import annotations

import pickle
import secrets
import socket
import struct
import threading
import time
import zlib
from multiprocessing.connection import wait
from typing import Self

_HEAD = struct.Struct(">QL")  # The length of what follows, and its checksum.
_PIECE = 1 << 16


class Channel:
    """One end of it.

    Each message starts with a word that only the two ends know, so that what lies between two messages is skipped.

    Args:
        end: the socket.
        word: what messages start with.
    """

    def __init__(self, end: socket.socket, word: bytes) -> None:
        self._end = end
        self._word = word
        self._pending = bytearray()
        self._sending = threading.Lock()

    def __reduce__(self) -> tuple[type[Channel], tuple[socket.socket, bytes]]:
        return Channel, (self._end, self._word)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def send(self, message: object) -> None:
        """Send a message.

        Args:
            message: what can be pickled.

        Raises:
            OSError: when the other end is closed.
        """
        body = pickle.dumps(message)
        with self._sending:
            self._end.sendall(self._word + _HEAD.pack(len(body), zlib.crc32(body)) + body)

    def receive(self, seconds: float | None = None, sentinel: int | None = None) -> object:
        """Wait for the next message.

        Args:
            seconds: how long, or None for ever.
            sentinel: the sentinel of the process at the other end: where that has ended, copies of it may go on.

        Returns:
            the message.

        Raises:
            TimeoutError: when there is none in that time.
            EOFError: when there will be none.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while (body := self._next()) is None:
            left = None if end is None else end - time.monotonic()
            ready = (
                wait([self._end] if sentinel is None else [self._end, sentinel], left)
                if left is None or left > 0
                else []
            )
            if not ready:
                raise TimeoutError
            piece = self._piece() if self._end in ready else b""
            if not piece:
                raise EOFError
            self._pending += piece
        return pickle.loads(body)

    def _piece(self) -> bytes:
        try:
            return self._end.recv(_PIECE)
        except ConnectionError:
            return b""

    def _next(self) -> bytes | None:
        """Take the next whole message from what has come; None when there is none yet."""
        pending, size = self._pending, len(self._word)
        while (start := pending.find(self._word)) >= 0:
            del pending[:start]
            if len(pending) < size + _HEAD.size:
                return None
            length, checksum = _HEAD.unpack_from(pending, size)
            head = size + _HEAD.size
            body = bytes(pending[head : head + length])
            if len(body) < length:
                return None
            if zlib.crc32(body) == checksum:
                del pending[: head + length]
                return body
            del pending[:size]  # Something was written into the midst of it.
        del pending[: max(len(pending) - size + 1, 0)]
        return None


def pair() -> tuple[Channel, Channel]:
    """Make a channel.

    Returns:
        its two ends.
    """
    ours, theirs = socket.socketpair()
    word = secrets.token_bytes(16)
    return Channel(ours, word), Channel(theirs, word)
