"""Programs share a process where none of them leaves anything behind, and what is said of them stays the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_flax_rng.verifier import pool, worker
from flake8_flax_rng.verifier.channel import Channel
from flake8_flax_rng.verifier.execute import UNCHANGED, WATCHED
from flake8_flax_rng.verifier.judge import Verdict
from flake8_flax_rng.verifier.runner import Row, cache_directory, verify
from flake8_flax_rng.verifier.worker import Failure

pytest.importorskip("jax")
pytest.importorskip("flax")

pytestmark = pytest.mark.slow

CLEAN = "# claim: clean\nimport jax\nprint(jax.random.normal(jax.random.key(0)))\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path, timeout: float = 60) -> str:
    """Run a program in a shared process; return why that says nothing, or what is wrong."""
    answer = pool.run(path, (WATCHED, UNCHANGED), cache_directory(), timeout)
    return answer.text if isinstance(answer, Failure) else "; ".join(text for said in answer for text in said.problems)


def processes() -> list[int]:
    return [host.process.pid for host in pool._idle]


def test_programs_share_a_process(tmp_path: Path) -> None:
    good = write(tmp_path, "good_program", CLEAN)
    assert run(good) == ""
    before = processes()
    assert run(good) == ""
    assert processes() == before


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (CLEAN + "jax.random.normal = None\n", "it changes normal of jax.random"),
        (CLEAN + "import os\nos._exit(3)\n", "the process does not answer"),
        (CLEAN + "while True: pass\n", "the process does not answer"),
        ("# claim: clean\nimport jax\njax.random.normal(\n", "the verifier failed: FixtureError"),
    ],
    ids=["changes something", "ends the process", "does not end", "is no Python"],
)
def test_none_follows_a_program_that_leaves_something_behind(tmp_path: Path, program: str, why: str) -> None:
    assert run(write(tmp_path, "good_program", CLEAN)) == ""
    before = processes()
    assert run(write(tmp_path, "good_other", program), timeout=5) == why
    assert len(processes()) == len(before) - 1


def test_a_copy_of_the_process_says_nothing(tmp_path: Path) -> None:
    assert run(write(tmp_path, "good_program", CLEAN)) == ""
    before = processes()
    copies = write(tmp_path, "good_other", "# claim: clean\nimport os\nif os.fork(): os.wait()\n")
    for _ in range(3):
        assert pool.run(copies, (UNCHANGED,), cache_directory(), 60) == [Verdict()]
    assert processes() == before


def test_a_process_is_not_kept_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_idle", [])
    host = pool._Host(*worker.start(serve_two, (cache_directory(),), daemon=True), cache_directory())
    monkeypatch.setattr(pool, "_idle", [host])
    good = write(tmp_path, "good_program", CLEAN)
    assert [run(good), processes()] == ["", [host.process.pid]]
    assert [run(good), processes()] == ["", []]


def serve_two(channel: Channel, cache: Path | None) -> None:
    pool._MOST = 2
    pool._serve(channel, cache)


def test_files_and_numbers_of_a_program_are_its_own(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.txt"
    program = CLEAN + "import numpy, os\nassert not os.listdir()\nopen('written', 'w').close()\n"
    program += f"with open({str(numbers)!r}, 'a') as file: print(numpy.random.rand(), file=file)\n"
    path = write(tmp_path, "good_program", program)
    assert run(path) == run(path) == ""
    assert len(numbers.read_text().split()) == 4
    assert len(set(numbers.read_text().split())) == 1


def test_modules_beside_a_program_are_its_own(tmp_path: Path) -> None:
    assert run(write(tmp_path, "good_program", CLEAN)) == ""
    before = processes()
    for number in range(2):
        folder = tmp_path / f"project_{number}"
        (folder / "src" / "package").mkdir(parents=True)
        for name in ("beside", "src/package/inner"):
            write(folder, name, f"number = {number}\n")
        text = f"import sys\nsys.path.append({str(folder / 'src')!r})\nimport beside, package.inner\n"
        text += f"assert beside.number == package.inner.number == {number}\n"
        assert run(write(folder, "good_program", CLEAN + text)) == ""
    assert processes() == before


def test_filters_of_warnings_are_a_programs_own(tmp_path: Path) -> None:
    assert run(write(tmp_path, "good_program", CLEAN)) == ""
    before = processes()
    assert run(write(tmp_path, "good_strict", CLEAN + "import warnings\nwarnings.simplefilter('error')\n")) == ""
    assert run(write(tmp_path, "good_warned", CLEAN + "import warnings\nwarnings.warn('unheard')\n")) == ""
    assert processes() == before


def sharing_and_alone(program: Path, timeout: float = 60) -> list[Row]:
    rows = []
    for shared in (True, False):
        (row,) = verify([program], lambda source, filename: [], timeout=timeout, shared=shared)
        rows.append(row)
    return rows


@pytest.mark.parametrize(
    "program",
    [
        CLEAN,
        CLEAN + "jax.random.normal(jax.random.key(0))\n",
        CLEAN + "import os\nos._exit(3)\n",
        CLEAN + "import time\ntime.sleep(60)\n",
        CLEAN + "assert jax.device_count() == 1\n",
        "import os\nos.environ['XLA_FLAGS'] = '--xla_force_host_platform_device_count=2'\n"
        + CLEAN
        + "assert jax.device_count() == 1\n",
        "# claim: clean\nimport (\n",
    ],
    ids=["clean", "reuse", "ends the process", "does not end", "one device", "two devices", "no Python"],
)
def test_a_shared_process_says_what_one_of_its_own_says(tmp_path: Path, program: str) -> None:
    first, second = sharing_and_alone(write(tmp_path, "good_program", program), timeout=5)
    assert {**first.as_dict(), "seconds": 0} == {**second.as_dict(), "seconds": 0}
