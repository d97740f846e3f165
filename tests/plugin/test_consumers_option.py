"""`rng-consumers`: on the command line, in settings and in several processes."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace

import pytest

from flake8_flax_rng.plugin import Plugin
from flake8_flax_rng.semantics.libraries import read_consumers


@pytest.mark.parametrize(
    "entry",
    [
        *["draw:key", "lib.draw", "lib.draw:", ":key", "lib.draw:key@", "lib.draw:key@x", "lib.draw:-1", ".draw:key"],
        *["lib.draw:key:0", "lib draw:key", "lib.draw:key@1=", "lib..draw:key", "", "lib.2:key", "lib.draw:a.b"],
    ],
)
def test_entries_that_are_wrong(entry):
    with pytest.raises(ValueError, match=r"package\.module\.function:key"):
        read_consumers([entry])


PROGRAM = "from lib.noise import draw\ndef f(key):\n    return draw(key, 1), draw(key, 2)\n"


def test_on_the_command_line(flake8, tmp_path):
    (tmp_path / "train.py").write_text(PROGRAM)
    assert flake8("--select=RNG", "train.py").places == []
    run = flake8("--select=RNG", "--rng-consumers=lib.other:rng,lib.noise.draw:key", "train.py")
    assert run.places == ["train.py:3:31 RNG101"]
    assert "`lib.noise.draw` on line 3" in run.out


@pytest.mark.parametrize(
    "value", ["lib.noise.draw:key", "\n    lib.other:rng,\n    lib.noise.draw:key,", "a.b:0 lib.noise.draw:key"]
)
def test_in_the_configuration_file(flake8, tmp_path, value):
    (tmp_path / ".flake8").write_text(f"[flake8]\nselect = RNG\nrng-consumers = {value}\n")
    (tmp_path / "train.py").write_text(PROGRAM)
    assert flake8("train.py").places == ["train.py:3:31 RNG101"]


def test_in_several_processes(flake8, tmp_path):
    names = [f"{letter}.py" for letter in "abcd"]
    for name in names:
        (tmp_path / name).write_text(PROGRAM)
    run = flake8("-j", "2", "--select=RNG", "--rng-consumers=lib.noise.draw:key", *names)
    assert run.places == [f"{name}:3:31 RNG101" for name in names]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("-j", "1"), ("-j", "2")])
def test_a_wrong_entry_ends_the_run_with_one_message(tmp_path, arguments):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(PROGRAM)
    command = [sys.executable, "-m", "flake8", *arguments, "--rng-consumers=lib.draw", "a.py", "b.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stdout.count("rng-consumers: 'lib.draw' is not of the form 'package.module.function:key'") == 1
    assert "Traceback" not in run.stdout + run.stderr


def test_two_runs_in_one_process(monkeypatch):
    monkeypatch.setattr(Plugin, "requested", ())
    for name in ("libraries", "follow", "project_root", "cache_dir", "settings", "docs_url"):
        monkeypatch.setattr(Plugin, name, getattr(Plugin, name))
    options = Namespace(select=[], extend_select=[], rng_consumers=["lib.draw:key"], rng_no_follow=False)
    options.rng_project_root = options.rng_cache_dir = options.rng_docs_url = ""
    options.rng_no_cache = False
    Plugin.parse_options(options)
    assert list(Plugin.libraries.own) == ["lib.draw"]
    options.rng_consumers = []
    Plugin.parse_options(options)
    assert Plugin.libraries is None
