"""Processes that do one task after the other, and are replaced when one crashes them or does not come back."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, Literal, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

Broken = Literal["crashed", "hung"]


def _serve(connection: Connection, work: Callable[[Task], Result]) -> None:
    while True:
        connection.send(work(connection.recv()))


@dataclass
class Worker(Generic[Task, Result]):
    """One such process, started when it is first needed.

    Args:
        work: what is done with a task; it must be importable.
        limit: seconds for one task.
    """

    work: Callable[[Task], Result]
    limit: float
    _process: multiprocessing.process.BaseProcess | None = None
    _connection: Connection | None = None

    def do(self, task: Task) -> Result | Broken:
        """Do a task."""
        if self._process is None or self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, self.work), daemon=True)
            self._process.start()
            theirs.close()
        try:
            self._connection.send(task)
            if self._connection.poll(self.limit):
                result: Result = self._connection.recv()
                return result
            broken: Broken = "hung"
        except (EOFError, OSError):
            broken = "crashed"
        self.close()
        return broken

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._connection = None


def spread(
    work: Callable[[Task], Result], tasks: Iterable[Task], limit: float, jobs: int
) -> list[tuple[Task, Result | Broken]]:
    """Do tasks in several processes at a time; the results come in any order."""
    waiting = iter(tasks)
    lock = threading.Lock()
    done: list[tuple[Task, Result | Broken]] = []

    def follow() -> None:
        worker = Worker(work, limit)
        while True:
            with lock:
                task = next(waiting, None)
            if task is None:
                break
            done.append((task, worker.do(task)))
        worker.close()

    threads = [threading.Thread(target=follow) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done
