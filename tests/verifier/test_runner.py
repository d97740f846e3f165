"""How programs are run: processes of their own, and one row for each."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier import neighbours
from flake8_flax_rng.verifier.runner import Row, verify
from tests.verifier.claims import confirms, run

pytestmark = pytest.mark.slow


def test_hang(tmp_path: Path) -> None:
    row = run(tmp_path, "clean", "while True: pass\n", timeout=3)
    assert row.jax == "still running after 3 seconds, killed"


@pytest.mark.parametrize("code", [0, 7])
def test_exit_without_a_word(tmp_path: Path, code: int) -> None:
    row = run(tmp_path, "clean", f"import os\nprint('last words', flush=True)\nos._exit({code})\n")
    assert row.jax == f"the process ended without a verdict (exit code {code}): last words"


def test_crash(tmp_path: Path) -> None:
    row = run(tmp_path, "clean", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    assert row.jax.startswith("the process ended without a verdict (exit code -11)")


def test_a_process_that_it_leaves_behind_and_a_thread(tmp_path: Path) -> None:
    body = """
        import threading, time
        threading.Thread(target=lambda: time.sleep(3600)).start()
        print("done")
    """
    confirms(tmp_path, "clean", body)


def test_what_the_program_writes_is_thrown_away(tmp_path: Path) -> None:
    confirms(tmp_path, "clean", "open('result.txt', 'w').write('1')\n")
    assert [path.name for path in tmp_path.iterdir()] == ["bad_program.py"]


def test_what_the_program_prints_goes_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    confirms(tmp_path, "clean", "import os\nprint('noise')\nos.system('echo more noise')\n")
    assert capfd.readouterr() == ("", "")


TWO_DRAWS = """
    key = random.key(0)
    a = random.normal(key)
    b = random.uniform(key)  # expect: RNG101
"""


def test_linter_and_jax_are_judged_apart(tmp_path: Path) -> None:
    body = TWO_DRAWS
    right = Finding(11, 0, "RNG101", "")
    assert run(tmp_path, "key-reused", body, findings=(right,)).verdict == "ok"
    row = run(tmp_path, "key-reused", body, findings=(Finding(10, 0, "RNG101", ""),))
    assert (row.verdict, row.linter) == (
        "linter disagrees",
        "missed RNG101 at line 11; unexpected RNG101 at line 10",
    )
    row = run(tmp_path, "key-reused", body.replace("uniform(key)", "uniform(random.key(1))"), findings=(right,))
    assert (row.verdict, row.linter) == ("JAX disagrees", "RNG101 at line 11")
    row = run(tmp_path, "clean", body.replace("  # expect: RNG101", ""), findings=(right,))
    assert row.verdict == "linter and JAX disagree"


def test_a_linter_that_crashes_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "good_program.py"
    path.write_text("# claim: clean\n", encoding="utf-8")

    def crash(source: str, filename: str) -> list[Finding]:
        raise RecursionError("too deep")

    (row,) = verify([path], crash)
    assert (row.linter, row.linter_ok, row.jax_ok) == ("crashed: RecursionError: too deep", False, True)


def test_rows_keep_the_order_of_the_programs(tmp_path: Path) -> None:
    paths = [tmp_path / f"good_{number}.py" for number in (2, 0, 1)]
    for path in paths:
        path.write_text("# claim: clean\n", encoding="utf-8")
    seen: list[Row] = []
    rows = verify(paths, lambda source, filename: [], jobs=2, progress=seen.append)
    assert [row.program for row in rows] == ["good_2.py", "good_0.py", "good_1.py"]
    assert sorted(row.program for row in seen) == ["good_0.py", "good_1.py", "good_2.py"]


def test_the_program_is_the_main_module_and_can_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def twice(f, key):\n    return f(key), f(key)\n", encoding="utf-8")
    body = """
        from dataclasses import dataclass
        from helper import twice
        @dataclass
        class Box:
            value: int
        assert __name__ == "__main__" and __file__.endswith("bad_program.py")
        twice(random.normal, random.key(Box(1).value))  # expect: RNG101
    """
    confirms(tmp_path, "key-reused", body)


def test_a_program_whose_library_is_missing_is_skipped_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(neighbours.NEIGHBOURS, "no_such_library", "no-such-library")
    row = run(tmp_path, "clean", "from no_such_library.parts import one\n")
    assert (row.verdict, row.skipped) == ("skipped", "not run: no-such-library missing (extra verify-neighbours)")
    wrong = run(tmp_path, "clean", "import no_such_library\n", findings=(Finding(1, 0, "RNG101", ""),))
    assert wrong.verdict == "linter disagrees"


def test_a_program_that_needs_a_newer_library_is_skipped_and_says_so(tmp_path: Path) -> None:
    here = importlib.metadata.version("flax")
    row = run(tmp_path, "clean", "# needs: flax>=99.1\n")
    assert (row.verdict, row.skipped) == ("skipped", f"not run: needs flax 99.1, and {here} is here")
    assert not neighbours.why_not("# needs: flax>=0.10\n# needs: jax>=0.4.9.1\n")
    assert neighbours.why_not("# needs: no-such-library>=1\n") == "not run: needs no-such-library 1, and none is here"


@pytest.mark.parametrize("text", ["import .no", "import os", "from . import haiku", "haiku = 1"])
def test_nothing_is_missing_of_what_is_not_imported(text: str) -> None:
    assert neighbours.missing(text) == ()
