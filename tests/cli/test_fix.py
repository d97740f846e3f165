"""`fix` writes what it must, and nothing else."""

from __future__ import annotations

import os
import stat

import pytest

from flake8_flax_rng.cli import main
from flake8_flax_rng.commands import text_files
from flake8_flax_rng.commands.text_files import NotWritten, TextFile

SAFE = """\
import jax


def f(key):
    first, second = jax.random.split(key)
    return jax.random.normal(first) + jax.random.normal(first)  # why
"""
MENDED = SAFE.replace("normal(first)  #", "normal(second)  #")
SUGGESTED = """\
import jax


def f(key):
    # The first one.
    a = jax.random.normal(key)
    return a, jax.random.normal( key )
"""
SPLIT = """\
import jax


def f(key):
    # The first one.
    key, subkey = jax.random.split(key)
    a = jax.random.normal(subkey)
    return a, jax.random.normal( key )
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A file of a project of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.cfg").write_text("[flake8]\njobs = 1\nrng-no-cache = true\n")
    path = tmp_path / "program.py"
    path.write_text(SAFE)
    return path


def test_what_is_safe_is_mended(program, capsys):
    assert main(["fix", "program.py"]) == 0
    assert program.read_text() == MENDED
    out, err = capsys.readouterr()
    assert out == "program.py:6: RNG101 mended: use `second`\n"
    assert err == "1 finding mended in 1 file\n"
    assert main(["fix", "program.py"]) == 0
    assert program.read_text() == MENDED


def test_what_changes_other_draws_is_only_done_when_asked(program, capsys):
    program.write_text(SUGGESTED)
    assert main(["fix", "program.py"]) == 1
    assert program.read_text() == SUGGESTED
    assert "1 left, which `flake8-flax-rng show` prints; --suggested mends up to 1 of these" in capsys.readouterr().err
    assert main(["fix", "--suggested", "program.py"]) == 0
    assert program.read_text() == SPLIT


def test_a_diff_writes_nothing(program, capsys):
    assert main(["fix", "--diff", "program.py"]) == 1
    assert program.read_text() == SAFE
    out = capsys.readouterr().out
    assert out.startswith("--- a/program.py\n+++ b/program.py\n@@ ")
    changed = [line for line in out.splitlines()[2:] if line[0] in "+-"]
    assert changed == [f"{sign}{text.splitlines()[5]}" for sign, text in zip("-+", (SAFE, MENDED), strict=True)]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b"# coding: latin-1\n# \xe9\n"])
def test_a_file_stays_what_it_is(program, newline, head):
    data = head + SUGGESTED.encode()
    program.write_bytes(data.replace(b"\n", newline.encode()))
    program.chmod(0o754)
    assert main(["fix", "--suggested", "program.py"]) == 0
    assert program.read_bytes() == (head + SPLIT.encode()).replace(b"\n", newline.encode())
    assert stat.S_IMODE(os.stat(program).st_mode) == 0o754


def test_a_link_stays_a_link(program, tmp_path):
    link = tmp_path / "link.py"
    link.symlink_to(program)
    assert main(["fix", "link.py"]) == 0
    assert link.is_symlink()
    assert program.read_text() == MENDED


def test_the_settings_of_flake8_apply(program):
    program.write_text(SAFE.replace("# why", "# noqa: RNG101"))
    assert main(["fix", "program.py"]) == 0
    program.write_text(SAFE)
    assert main(["fix", "--select", "RNG2", "program.py"]) == 0
    (program.parent / "setup.cfg").write_text("[flake8]\nper-file-ignores = program.py: RNG101\nrng-no-cache = true\n")
    assert main(["fix", "."]) == 0
    assert program.read_text() == SAFE


def test_a_file_that_has_changed_is_left(program, capsys, monkeypatch):
    def write(file, text):
        program.write_text("x = 1\n")
        return kept(file, text)

    kept = TextFile.write
    monkeypatch.setattr(TextFile, "write", write)
    assert main(["fix", "program.py"]) == 1
    assert program.read_text() == "x = 1\n"
    assert "program.py: not mended: it has changed meanwhile" in capsys.readouterr().err
    assert [path.name for path in program.parent.glob(".*")] == []


def test_what_cannot_be_written_is_left(program, monkeypatch):
    monkeypatch.setattr(text_files.os, "access", lambda *_: False)
    with pytest.raises(NotWritten, match="read-only"):
        TextFile.read(str(program)).write("")
    assert program.read_text() == SAFE


@pytest.mark.parametrize("path", ["book.ipynb", "-"])
def test_notebooks_and_standard_input_are_refused(program, path, capsys):
    assert main(["fix", path]) == 2
    assert "cannot be mended" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["def f(:\n", None])
def test_what_cannot_be_read_is_told(program, capsys, text):
    program.unlink()
    if text is not None:
        program.write_text(text)
    assert main(["fix", "program.py"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("program.py: not mended: E9")) == ("", 1)
    assert "0 findings mended in 0 files; 1 left" in err


def test_a_fix_that_brings_another_finding_is_taken_back(program, capsys, monkeypatch):
    from flake8_flax_rng.rules import rng101

    monkeypatch.setattr(rng101, "used_instead", lambda site, name: _useless(site))
    assert main(["fix", "program.py"]) == 1
    assert program.read_text() == SAFE
    assert "program.py:6: RNG101 left: the finding would stay" in capsys.readouterr().out


UNCOVERS = """\
import jax


def f(key):
    x = jax.random.normal(key)
    for _ in range(3):
        x += jax.random.normal(key)
    return x
"""
BOTH = """\
import jax


def f(key):
    key, subkey = jax.random.split(key)
    x = jax.random.normal(subkey)
    for _ in range(3):
        key, other_key = jax.random.split(key)
        x += jax.random.normal(other_key)
    return x
"""


def test_what_a_fix_uncovers_is_mended_with_it(program, capsys):
    program.write_text(UNCOVERS)
    assert main(["fix", "--suggested", "program.py"]) == 0
    assert program.read_text() == BOTH
    told = "program.py:7: RNG101 mended: split `key` before its first use\n"
    assert capsys.readouterr().out == f"{told}program.py:7: RNG102 mended: split `key` in each pass\n"
    assert main(["fix", "--suggested", "program.py"]) == 0
    assert program.read_text() == BOTH


MODES = """\
import jax
from flax import nnx

forward = jax.jit(lambda model, x: model(x))
model = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
model = model.train()
for _ in range(3):
    print(forward(model, 1.0))
"""


def test_what_a_safe_fix_uncovers_may_have_one_that_is_suggested(program, capsys):
    program.write_text(MODES)
    assert main(["fix", "program.py"]) == 1
    assert program.read_text() == MODES
    left = "program.py:6: RNG310 left: RNG304 would come instead; --suggested tries to mend that too\n"
    assert capsys.readouterr().out == left
    assert main(["fix", "--suggested", "program.py"]) == 0
    assert program.read_text() == MODES.replace("model = model.train", "model.train").replace("jax.jit", "nnx.jit")


def test_what_cannot_be_mended_is_not_uncovered(program, capsys, monkeypatch):
    from flake8_flax_rng.rules import rng102

    monkeypatch.setattr(rng102, "_repair", _none)
    program.write_text(UNCOVERS)
    assert main(["fix", "--suggested", "program.py"]) == 1
    assert program.read_text() == UNCOVERS
    assert "program.py:7: RNG101 left: RNG102 would come instead" in capsys.readouterr().out


def _none(*_):
    from flake8_flax_rng.fixes.edits import NoFix

    raise NoFix


def _useless(site):
    from flake8_flax_rng.finding import Fix
    from flake8_flax_rng.fixes.edits import replaced

    return Fix("do nothing", (replaced(site, "(first)"),), safe=True)
