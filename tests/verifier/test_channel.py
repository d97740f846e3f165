"""The channel on which a process is heard."""

from __future__ import annotations

import os
import threading

import pytest

from flake8_flax_rng.verifier import channel


def test_messages_arrive_in_their_order() -> None:
    ours, theirs = channel.pair()
    with ours, theirs:
        large = b"x" * 1_000_000
        sending = threading.Thread(target=lambda: [theirs.send(message) for message in ("one", large, {"two": 2})])
        sending.start()
        assert [ours.receive(60) for _ in range(3)] == ["one", large, {"two": 2}]
        sending.join()


def test_what_lies_between_messages_is_skipped() -> None:
    ours, theirs = channel.pair()
    with ours, theirs:
        for text in (b"\x00\x00\x00\xff garbage", theirs._word[:9], theirs._word + b"\0" * 8 + b"\0\0\0\1"):
            os.write(theirs._end.fileno(), text)
            theirs.send(text)
            assert ours.receive(60) == text


def test_no_message() -> None:
    ours, theirs = channel.pair()
    with ours:
        with pytest.raises(TimeoutError):
            ours.receive(0.01)
        os.write(theirs._end.fileno(), b"garbage")
        with pytest.raises(TimeoutError):
            ours.receive(0.01)
        theirs.close()
        with pytest.raises(EOFError):
            ours.receive(60)
