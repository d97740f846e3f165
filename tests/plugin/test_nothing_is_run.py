"""Nothing of the linted code is run, and nothing heavy is loaded without need."""

from __future__ import annotations

from tests.plugin.beside import BUG

HOSTILE = """\
import pathlib
pathlib.Path("marker").write_text("was run")
import jax
raise SystemExit("was run")
"""


def test_the_linted_code_is_never_run(flake8, tmp_path):
    (tmp_path / "hostile.py").write_text(HOSTILE)
    (tmp_path / "jax.py").write_text(HOSTILE)
    (tmp_path / "flax.py").write_text(HOSTILE)
    (tmp_path / "uses.py").write_text("import jax\nfrom hostile import helper\nhelper(jax)\n" + BUG)
    run = flake8("--select=RNG", "hostile.py", "uses.py")
    assert run.places == ["uses.py:6:23 RNG101"]
    assert not (tmp_path / "marker").exists()


LOADED = """\
import sys
from flake8.main.cli import main
main(sys.argv[1:])
packages = {name.split(".")[0] for name in sys.modules}
print(*sorted(packages & {"libcst", "jax", "flax", "numpy", "rich"}))
"""


def test_a_file_without_jax_loads_nothing(flake8, tmp_path):
    (tmp_path / "plain.py").write_text("import os\nprint(os.sep)\n")
    run = flake8("--select=RNG", "--jobs=1", "plain.py", command=("-c", LOADED))
    assert run.out == "\n"


def test_a_file_with_jax_does_not_load_jax(flake8, tmp_path, reuse):
    (tmp_path / "train.py").write_text(reuse)
    run = flake8("--select=RNG", "--jobs=1", "train.py", command=("-c", LOADED))
    report, loaded = run.lines
    assert "RNG101" in report
    assert loaded == "libcst"
