"""One process for each run: from a server that has imported JAX already; killed when it hangs."""

from __future__ import annotations

import functools
import importlib.util
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from flake8_flax_rng.verifier import channel, watch
from flake8_flax_rng.verifier.channel import Channel
from flake8_flax_rng.verifier.fixture import FixtureError
from flake8_flax_rng.verifier.jaxhooks import UnsupportedVersion
from flake8_flax_rng.verifier.judge import Verdict
from flake8_flax_rng.verifier.watch import Progress, Task
from flake8_flax_rng.verifier.weigh import Outcome

_PRELOADED = ("jax", "jax.numpy", "flax.linen", "flax.nnx", "optax", "flake8_flax_rng.verifier.execute")
START = 120.0  # Seconds until JAX is imported, on a busy machine.
_GRACE = 60.0  # Seconds that a program has to stop at its time limit, and to be judged.
_TAIL = 300
_OUTPUT = "output.txt"

_starting = threading.Lock()


@dataclass(frozen=True)
class Failure:
    """A run that brought no verdict.

    Args:
        text: why.
    """

    text: str


@functools.cache
def require(cache: Path | None) -> None:
    """Check that programs can be run here at all; once is enough.

    Args:
        cache: a directory for compiled expressions.

    Raises:
        UnsupportedVersion: when JAX or Flax is missing, or not a version that the ledger can listen to.
    """
    missing = [name for name in ("jax", "flax") if importlib.util.find_spec(name) is None]
    if missing:
        raise UnsupportedVersion(
            f"{' and '.join(missing)} cannot be imported; the verifier needs the extra: "
            "pip install 'flake8-flax-rng[verify]'"
        )
    answer = _in_process(_probe, (cache,), START)
    if isinstance(answer, Failure):
        raise UnsupportedVersion(answer.text)


def run_in_process(path: Path, mode: str, cache: Path | None, timeout: float) -> Verdict | Failure:
    """Run a program in a process of its own.

    Args:
        path: the program's file.
        mode: how it runs.
        cache: a directory for compiled expressions.
        timeout: seconds until the program is killed.

    Returns:
        what the run says, or why it says nothing.
    """
    answer = _in_process(_judge, (path, mode, cache), timeout)
    assert isinstance(answer, (Verdict, Failure))
    return answer


def run_program(task: Task, tell: Callable[[Progress], None]) -> Outcome | Failure:
    """Run a program of the user's own in a process of its own, in the current directory.

    What it prints goes to standard error.

    Args:
        task: what is to be run.
        tell: is told from time to time how far it is.

    Returns:
        what the run says, or why it says nothing.
    """
    answer = _in_process(_watch, (task,), task.limit + _GRACE, tell)
    assert isinstance(answer, (Outcome, Failure))
    return answer


def _watch(task: Task, *, tell: Callable[[Progress | Outcome], None]) -> Outcome:
    return watch.run(task, tell)


def _judge(path: Path, mode: str, cache: Path | None) -> Verdict:
    from flake8_flax_rng.verifier.execute import run

    return run(path, mode, cache)


def _probe(cache: Path | None) -> None:
    from flake8_flax_rng.verifier.execute import probe

    probe(cache)


def _context() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    return context


def _in_process(
    function: Callable[..., object],
    arguments: tuple[object, ...],
    timeout: float,
    tell: Callable[[Progress], None] | None = None,
) -> object:
    """Call a function in a process of its own.

    With `tell` that process is the user's program: it works where the user is, its output is seen, it may have
    processes of its own, and the function can report how far it is. Without, it works in a directory of its own.
    """
    with scratch() as directory:
        home = None if tell is not None else directory
        place = os.getcwd() if home is None else home
        process, ours = start(_child, (place, home, function, arguments), daemon=home is not None)
        with ours:
            try:
                answer = _listen(process, ours, timeout, tell)
            finally:
                end(process)
        if not isinstance(answer, _Silence):
            return answer
        return Failure(answer.text.format(code=process.exitcode) + _tail(Path(directory, _OUTPUT)))


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Make a directory for what a program writes: it must not lie among the fixtures.

    Returns:
        the directory, which is deleted when its context ends.
    """
    return tempfile.TemporaryDirectory(prefix="flake8-flax-rng-", ignore_cleanup_errors=True)


def start(target: Callable[..., None], arguments: tuple[object, ...], *, daemon: bool) -> tuple[Any, Channel]:
    """Start a process in which JAX is imported, and not yet used.

    Args:
        target: what it does; its first argument is its end of the channel.
        arguments: the further ones.
        daemon: whether it ends with this process, and has no processes of its own.

    Returns:
        the process, and this end of the channel.
    """
    context: Any = _context()
    ours, theirs = channel.pair()
    process = context.Process(target=target, args=(theirs, *arguments), daemon=daemon)
    with _starting, _unnamed_main():
        process.start()
    theirs.close()
    return process, ours


@contextmanager
def _unnamed_main() -> Iterator[None]:
    """Hide the main module for a while: a new process would import it again, with all its effects.

    Yields:
        nothing.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@dataclass(frozen=True)
class _Silence:
    """Why the process said nothing; may mention {code}."""

    text: str


def _listen(process: Any, ours: Channel, timeout: float, tell: Callable[[Progress], None] | None) -> object:
    limit = START
    try:
        ours.receive(limit, process.sentinel)
        limit, end = timeout, time.monotonic() + timeout
        while True:
            answer = ours.receive(end - time.monotonic(), process.sentinel)
            if tell is None or not isinstance(answer, Progress):
                return answer
            tell(answer)
    except TimeoutError:
        return _Silence(
            f"could not be started in {START:g} seconds"
            if limit is START
            else f"still running after {timeout:g} seconds, killed"
        )
    except EOFError:
        return _Silence("the process ended without a verdict (exit code {code})")


def end(process: Any) -> None:
    """End a process, and what it has started.

    Args:
        process: the process.
    """
    process.join(0.2)
    with suppress(OSError, AttributeError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.is_alive():
        process.kill()
    process.join()


def _tail(path: Path) -> str:
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f": {lines[-1][:_TAIL]}" if lines else ""


def _child(
    theirs: Channel,
    place: str,
    home: str | None,
    function: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    """Run in the new process."""
    lead()
    detach()
    os.chdir(place)
    process = os.getpid()
    if home is not None:
        redirect(_OUTPUT)
    else:
        os.dup2(2, 1)  # Standard output is for what is said of the program.
    theirs.send("started")
    more = {} if home is not None else {"tell": theirs.send}
    try:
        answer: object = function(*arguments, **more)
    except (FixtureError, UnsupportedVersion) as error:
        answer = Failure(str(error))
    except BaseException as error:
        answer = Failure(f"the verifier failed: {type(error).__name__}: {error}")
    if os.getpid() == process:  # The program may have made a copy of it.
        theirs.send(answer)
        theirs.close()
    sys.stdout.flush()
    os._exit(0)  # The program's threads must not keep the process alive.


def lead() -> None:
    """Make this process, and those that it will start, a group that can be ended together."""
    with suppress(OSError, AttributeError):
        os.setpgid(0, 0)


def detach() -> None:
    """Close what leads to the server that this process comes from: what a program writes there would end it."""
    for owner, name in ((forkserver._forkserver, "_forkserver_alive_fd"), (resource_tracker._resource_tracker, "_fd")):
        descriptor = getattr(owner, name, None)
        if isinstance(descriptor, int):
            with suppress(OSError):
                os.close(descriptor)
            setattr(owner, name, None)


def redirect(path: str) -> None:
    """Send to a file what is printed, also by code that is not Python.

    Args:
        path: the file.
    """
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
