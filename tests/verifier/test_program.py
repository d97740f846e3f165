"""A program of the user's own under the ledger: each finding confirmed, not reached or contradicted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from flake8_flax_rng import cli
from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier import program
from flake8_flax_rng.verifier.fixture import FixtureError
from flake8_flax_rng.verifier.program import Checked
from tests import ROOT

pytestmark = pytest.mark.slow

pytest.importorskip("jax")


def check(tmp_path: Path, text: str, *findings: tuple[int, str], message: str = "", **settings: object) -> Checked:
    """Check a program of which the linter says that; a line counts from 1, after the margin is taken away."""
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    said = [Finding(line, 0, code, message) for line, code in findings]
    its = program.Program(path, **settings)  # type: ignore[arg-type]
    return its.run(its.source(), said)


def verdicts(checked: Checked) -> list[tuple[int, str, str]]:
    return [(finding.line, finding.code, finding.verdict) for finding in checked.outcome.findings]


KEYS = """
    import jax
    key = jax.random.key(42)
    a = jax.random.normal(key)
    b = jax.random.normal(key)
    for key in jax.random.split(jax.random.key(1), 2):
        c = jax.random.normal(key)
    for _ in range(1):
        d = jax.random.normal(jax.random.key(2))
    if a > 1000:
        e = jax.random.normal(key)
        f = jax.random.normal(key)
    g = jax.random.uniform(jax.random.key(7))
    h = jax.random.uniform(jax.random.key(7))
"""


STREAMS = """
    import jax
    from flax import nnx
    drop = nnx.Dropout(0.5)
    try:
        drop(jax.numpy.ones(3))
    except ValueError:
        pass
    for _ in range(2):
        drop(jax.numpy.ones(3), rngs=nnx.Rngs(dropout=0))
    fed = nnx.Dropout(0.5, rngs=nnx.Rngs(1))
    step = jax.jit(lambda drop: drop(jax.numpy.ones(3)))
    for _ in range(2):
        step(fed)
    try:
        nnx.Rngs(params=0).noise()
    except AttributeError:
        pass
    open("no file") if fed is None else {}["missing"]
"""


def test_streams_of_nnx(tmp_path: Path) -> None:
    on = [(5, "RNG301"), (9, "RNG303"), (13, "RNG304"), (15, "RNG301"), (18, "RNG301"), (18, "RNG203")]
    assert verdicts(check(tmp_path, STREAMS, *on)) == [
        (5, "RNG301", "confirmed"),
        (9, "RNG303", "confirmed"),
        (13, "RNG304", "undecided"),  # Nothing is compiled here, so that the streams count on.
        (15, "RNG301", "confirmed"),
        (18, "RNG301", "confirmed"),
        (18, "RNG203", "not reached"),
    ]


MAPPED = """
    import jax
    from flax import nnx
    drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
    @nnx.vmap(in_axes=(None, 0))
    def run(drop, x):
        return drop(x)
    run(drop, jax.numpy.ones((3, 20)))
    drop = drop.eval()
    drop(jax.numpy.ones(3))
"""


def test_where_a_function_was_mapped_and_a_mode_was_set(tmp_path: Path) -> None:
    checked = check(tmp_path, MAPPED, (4, "RNG306"), (8, "RNG310"), (3, "RNG310"))
    assert verdicts(checked) == [(4, "RNG306", "confirmed"), (8, "RNG310", "confirmed"), (3, "RNG310", "undecided")]


def test_reuses(tmp_path: Path) -> None:
    on = [(4, "RNG101"), (6, "RNG102"), (8, "RNG102"), (11, "RNG101")]
    checked = check(tmp_path, KEYS, *on)
    assert verdicts(checked) == [
        (4, "RNG101", "confirmed"),
        (6, "RNG102", "contradicted"),
        (8, "RNG102", "not reached"),
        (11, "RNG101", "not reached"),
    ]
    confirmed, _, once, never = checked.outcome.findings
    assert (confirmed.key, confirmed.first, confirmed.second) == ("[0 42]", "3", "4")
    assert confirmed.evidence == "key [0 42] is used at line 3 and again at line 4"
    assert once.evidence == "line 8 used a key only once"
    assert never.evidence == "line 11 was not executed"
    assert [(reuse.key, reuse.first, reuse.second, reuse.times) for reuse in checked.outcome.unreported] == [
        ("[0 7]", "12", "13", 1)
    ]
    assert checked.disagrees and checked.complete and not checked.outcome.ending


def test_a_first_use_that_is_not_reached(tmp_path: Path) -> None:
    text = """
        import jax
        def f(key, first):
            if first:
                jax.random.normal(key)
            return jax.random.normal(key)
        f(jax.random.key(0), False)
    """
    checked = check(tmp_path, text, (5, "RNG101"), message="`key` was already consumed by `x` on line 4; split it")
    assert verdicts(checked) == [(5, "RNG101", "not reached")]
    assert checked.outcome.findings[0].evidence == "line 4, with the first use, was not executed"
    assert not checked.disagrees


def test_a_repetition_that_is_intended(tmp_path: Path) -> None:
    text = """
        import jax
        key = jax.random.key(0)
        a = jax.random.normal(key)
        b = jax.random.normal(key)  # intended: common random numbers
    """
    checked = check(tmp_path, text)
    assert not checked.outcome.unreported and not checked.disagrees


MODEL = """
    import jax
    from flax import linen as nn

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x, training):
            return nn.Dropout(0.5, deterministic=not training)(nn.Dense(2)(x))

    net, x = Net(), jax.numpy.ones((2, 2))
    keys = {"params": jax.random.key(0), "dropout": jax.random.key(1)}
    variables = net.init(keys, x, False)
    net.apply(variables, x, False, rngs={"dropout": jax.random.key(2)})
    net.apply(variables, x, True, rngs={"dropout": jax.random.key(3)})
    try:
        net.apply(variables, x, True)
    except Exception:
        pass
    net.apply(variables, x, True, rngs={"droput": jax.random.key(4)})
    print("not reached")
"""


def test_models(tmp_path: Path) -> None:
    on = [
        (11, "RNG201"),
        (12, "RNG205"),
        (13, "RNG205"),
        (13, "RNG203"),
        (15, "RNG203"),
        (18, "RNG204"),
        (19, "RNG203"),
    ]
    checked = check(tmp_path, MODEL, *on, (7, "RNG213"))
    assert verdicts(checked) == [
        (11, "RNG201", "confirmed"),
        (12, "RNG205", "confirmed"),
        (13, "RNG205", "undecided"),
        (13, "RNG203", "not reached"),  # the program did not run to its end: a later pass might have raised
        (15, "RNG203", "confirmed"),
        (18, "RNG204", "confirmed"),
        (19, "RNG203", "not reached"),
        (7, "RNG213", "undecided"),
    ]
    assert checked.outcome.ending.startswith("ended early: InvalidRngError at line 7, called from line 18: ")
    assert not checked.complete  # a finding foretold it, but what comes after it was not seen
    assert not checked.disagrees


def test_a_stream_that_is_there_contradicts(tmp_path: Path) -> None:
    checked = check(tmp_path, MODEL.split("    try:")[0], (13, "RNG203"), (11, "RNG204"))
    assert verdicts(checked) == [(13, "RNG203", "contradicted"), (11, "RNG204", "contradicted")]
    assert checked.outcome.findings[0].evidence == "the line was executed and raised nothing"


def test_another_error_ends_the_program(tmp_path: Path) -> None:
    text = "import jax\nopen('missing.txt')\njax.random.normal(jax.random.key(0))\n"
    checked = check(tmp_path, text, (2, "RNG203"), (3, "RNG101"))
    assert verdicts(checked) == [(2, "RNG203", "not reached"), (3, "RNG101", "not reached")]
    assert checked.outcome.ending.startswith("ended early: FileNotFoundError at line 2")
    assert not checked.complete


def test_a_time_limit_keeps_what_was_seen(tmp_path: Path) -> None:
    text = """
        import jax, signal, time
        key = jax.random.key(0)
        a = jax.random.normal(key)
        b = jax.random.normal(key)
        signal.setitimer(signal.ITIMER_REAL, 0.1, 1.0)  # as if the time were over now, however slow the machine is
        try:
            while True:
                time.sleep(0.1)
        except Exception:
            c = jax.random.normal(key)
    """
    checked = check(tmp_path, text, (4, "RNG101"), (10, "RNG101"), timeout=300.0)
    assert verdicts(checked) == [(4, "RNG101", "confirmed"), (10, "RNG101", "not reached")]
    assert checked.outcome.ending == "stopped at the time limit of 300 s"
    assert checked.outcome.stopped and not checked.complete


def test_a_recursion_that_does_not_stop_at_the_time_limit(tmp_path: Path) -> None:
    text = """
        import jax
        key = jax.random.key(0)
        a = jax.random.normal(key)
        b = jax.random.normal(key)
        def f(n):
            try:
                f(n + 1)
            finally:
                f(n + 1)
        f(0)
    """
    checked = check(tmp_path, text, (4, "RNG101"), timeout=5.0)
    assert checked.outcome.ending == "stopped at the time limit of 5 s"
    assert verdicts(checked) == [(4, "RNG101", "confirmed")]


def test_a_recursion_without_an_end(tmp_path: Path) -> None:
    checked = check(tmp_path, "import jax\ndef f():\n    f()\nf()\n")
    assert checked.outcome.ending.startswith("ended early: RecursionError at line 3, called from line 4: ")


def test_uses_in_threads_are_not_seen(tmp_path: Path) -> None:
    text = """
        import threading
        import jax
        def work(key):
            a = jax.random.normal(key)
            b = jax.random.normal(key)
            if a > 1000:
                c = jax.random.normal(key)
        thread = threading.Thread(target=work, args=(jax.random.key(0),))
        thread.start()
        thread.join()
    """
    checked = check(tmp_path, text, (5, "RNG101"), (7, "RNG101"), (7, "RNG203"), message="used on line 4")
    assert verdicts(checked) == [(5, "RNG101", "undecided"), (7, "RNG101", "undecided"), (7, "RNG203", "undecided")]
    assert checked.outcome.findings[0].evidence == "line 5 was executed in a thread, where keys are not watched"
    assert not checked.disagrees and checked.complete


def test_a_line_that_no_thread_reaches(tmp_path: Path) -> None:
    text = """
        import threading
        import jax
        thread = threading.Thread(target=lambda: print("nothing"))
        thread.start()
        thread.join()
        if thread.is_alive():
            jax.random.normal(jax.random.key(0))
    """
    assert verdicts(check(tmp_path, text, (7, "RNG101"))) == [(7, "RNG101", "not reached")]


COPY = """
    import os
    import jax
    def work():
        return jax.random.split(key)
    key = jax.random.key(0)
    if os.fork() == 0:
        try:
            work
            print(key)
        finally:
            os.{leave}
    else:
        os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("leave", ["_exit(0)", "getpid()"], ids=["leaves", "runs to the end"])
def test_uses_in_a_copy_of_the_process_are_not_seen(tmp_path: Path, leave: str) -> None:
    checked = check(tmp_path, COPY.format(leave=leave), (9, "RNG101"), (4, "RNG101"))
    assert verdicts(checked) == [(9, "RNG101", "undecided"), (4, "RNG101", "not reached")]
    why = "line 9 was executed in a copy of the process, where keys are not watched"
    assert checked.outcome.findings[0].evidence == why
    assert checked.complete


def test_processes_of_which_nothing_is_known(tmp_path: Path) -> None:
    text = """
        import multiprocessing
        import jax
        def work():
            print(multiprocessing.current_process().name)
        if __name__ == "__main__":
            process = multiprocessing.get_context("spawn").Process(target=work)
            process.start()
            process.join()
            print(process.exitcode)
    """
    checked = check(tmp_path, text, (4, "RNG203"))
    assert verdicts(checked) == [(4, "RNG203", "undecided")]
    assert checked.outcome.findings[0].evidence == "the program has started processes, in which nothing is watched"
    assert checked.complete


def test_a_program_that_writes_into_all_that_is_open(tmp_path: Path) -> None:
    text = """
        import os
        for descriptor in range(3, 256):
            try:
                os.write(descriptor, b"no message" * 50)
            except OSError:
                pass
    """
    checked = check(tmp_path, text, (4, "RNG203"))
    assert not checked.failure and checked.complete
    assert verdicts(checked) == [(4, "RNG203", "contradicted")]


def test_a_program_that_kills_its_process(tmp_path: Path) -> None:
    checked = check(tmp_path, "import os\nos._exit(3)\n", (1, "RNG101"))
    assert checked.failure == "the process ended without a verdict (exit code 3)"
    assert verdicts(checked) == [(1, "RNG101", "undecided")]
    assert not checked.complete


def test_what_is_no_python(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match="no Python program"):
        check(tmp_path, "import (\n")


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8_flax_rng", "verify", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


PACKAGE = {
    "package/__init__.py": "print('the package')\n",
    "package/keys.py": "import jax\nkey = jax.random.key(0)\n",
    "package/__main__.py": "from .train import key\n",
    "package/train.py": (
        "import sys\nimport jax\nfrom .keys import key\nif __name__ == '__main__':\n"
        "    print(__package__, *sys.argv[1:])\n    jax.random.normal(key)\n    jax.random.normal(key)\n"
    ),
}


def test_a_module_of_a_package(tmp_path: Path) -> None:
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    done = run(tmp_path, "package/train.py")
    assert "attempted relative import" in done.stdout and "verify -m package.module" in done.stdout
    assert done.returncode == 2
    done = run(tmp_path, "-m", "package.train", "--", "fast")
    assert "the package\npackage fast\n" in done.stderr
    assert done.stdout.splitlines()[0].startswith("package/train.py: ran to its end, ")
    assert "7:23 | RNG101 | confirmed | key [0 0] is used at line 6 and again at line 7" in done.stdout
    assert done.returncode == 0


def test_a_module_is_found_without_importing_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert program.find_module("package.train") == (Path("package/train.py"), "package.train")
    assert program.find_module("package") == (Path("package/__main__.py"), "package.__main__")
    assert "package" not in sys.modules
    for name in ("package.missing", "missing.train", "package.train.more", "math"):
        with pytest.raises(FixtureError, match=f"no module {name} that could be run"):
            program.find_module(name)


def test_a_notebook_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = tmp_path / "train.ipynb"
    notebook.write_text('{"cells": []}')
    assert cli.main(["verify", str(notebook)]) == 2
    assert "train.ipynb is a notebook, which cannot be run" in capsys.readouterr().err


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("5 5")
    (tmp_path / "draws.py").write_text(
        "import sys, pathlib\n"
        "import jax\n"
        "print('seeds', *sys.argv[1:])\n"
        "for seed in pathlib.Path(sys.argv[1]).read_text().split():\n"
        "    print(jax.random.normal(jax.random.key(int(seed))))\n"
    )
    done = run(tmp_path, "draws.py", "--json", "-", "--", "numbers.txt", "--fast")
    assert "seeds numbers.txt --fast" in done.stderr
    (told,) = json.loads(done.stdout)
    assert told["program"] == "draws.py"
    assert told["findings"] == []
    assert [(reuse["key"], reuse["first"], reuse["second"]) for reuse in told["unreported"]] == [("[0 5]", "5", "5")]
    assert done.returncode == 1

    (tmp_path / "numbers.txt").write_text("5 6")
    done = run(tmp_path, "draws.py", "--json", "told.json", "--", "numbers.txt")
    assert done.stdout.splitlines()[0].startswith("draws.py: ran to its end, ")
    assert done.stdout.splitlines()[-1].startswith("0 findings: 0 confirmed")
    assert json.loads((tmp_path / "told.json").read_text())[0]["disagrees"] is False
    assert done.returncode == 0


def test_a_bug_on_the_command_line(tmp_path: Path, reuse: str) -> None:
    (tmp_path / "reuse.py").write_text(reuse)
    done = run(tmp_path, "reuse.py")
    assert done.stdout.splitlines()[1:] == [
        "place | rule | verdict | what the run shows",
        "4:23 | RNG101 | confirmed | key [0 0] is used at line 3 and again at line 4",
        "1 finding: 1 confirmed, 0 not reached, 0 contradicted, 0 undecided; 0 reuses not reported",
    ]
    assert done.returncode == 0  # they agree
    done = run(tmp_path, "reuse.py", "--rule", "RNG102")
    assert done.stdout.splitlines()[1] == "not reported: key [0 0] is used at line 3 and again at line 4"
    assert done.returncode == 1


def test_what_the_readme_shows(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(
        r"```python\n((?:(?!```).)*?)```\n\n```console\n\$ flake8 --select=RNG reuse.py", text, re.DOTALL
    )
    (shown,) = re.findall(r"```text\n(train.py: .*?)```", text, re.DOTALL)
    (command,) = re.findall(r"^flake8-flax-rng verify (train.py .*?) *#", text, re.MULTILINE)
    (tmp_path / "train.py").write_text(program)
    done = run(tmp_path, *command.split())

    def timeless(output: str) -> str:
        return re.sub(r"[\d.]+ s,", "1 s,", output)

    assert timeless(done.stdout) == timeless(shown)


def test_a_program_that_does_not_end(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text("import jax\nwhile True:\n    pass\n")
    done = run(tmp_path, "waits.py", "--timeout", "1")
    assert "stopped at the time limit of 1 s" in done.stdout
    assert done.returncode == 2


def test_progress(tmp_path: Path) -> None:
    path = tmp_path / "waits.py"
    path.write_text("import jax, time\njax.random.normal(jax.random.key(0))\ntime.sleep(2)\n")
    script = (
        "import sys, pathlib; from flake8_flax_rng.verifier import watch; watch.HEARTBEAT = 0.2; "
        "path = pathlib.Path(sys.argv[1]); "
        "watch.run(watch.Task(path, path.read_text(), (), (), 60.0, None), print)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert "line=3, uses=2)" in done.stdout


def test_programs_and_fixtures_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, fixture = tmp_path / "own.py", tmp_path / "good_a.py"
    own.write_text("import jax\n")
    fixture.write_text("# claim: clean\nimport jax\n")
    assert cli.main(["verify", str(own), str(fixture)]) == 2
    assert "verify fixtures and programs of your own apart" in capsys.readouterr().err
    assert cli.main(["verify", str(fixture), "--", "--fast"]) == 2
    assert "fixtures take no arguments" in capsys.readouterr().err


def test_a_path_and_a_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "train.py", "-m", "package.train"]) == 2
    assert "not by both" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "soon"])
def test_a_wrong_time_limit(seconds: str) -> None:
    with pytest.raises(SystemExit):
        cli.main(["verify", "--timeout", seconds])
