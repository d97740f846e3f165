"""Which file an import means, and which files are read."""

from __future__ import annotations

import os

import pytest

from flake8_flax_rng.syntax import disk
from flake8_flax_rng.syntax import project as project_module
from flake8_flax_rng.syntax.project import FILES_FOLLOWED, SIZE_LIMIT
from tests.projects import MISSING, MODEL, NOISE, REUSED, draws, found, uses

# How a name can be imported


@pytest.mark.parametrize(
    ("imports", "net"),
    [
        ("from pkg.models.net import Net", "Net"),
        ("from pkg.models.net import Net as Model", "Model"),
        ("import pkg.models.net", "pkg.models.net.Net"),
        ("import pkg.models.net as mn", "mn.Net"),
        ("from pkg.models import net", "net.Net"),
        ("from pkg import models", "models.net.Net"),
        ("from pkg.models.net import *", "Net"),
        ("from .models.net import Net", "Net"),
        ("from .models import net", "net.Net"),
        ("from . import models", "models.net.Net"),
        ("from ..pkg.models.net import Net", "Net"),
    ],
)
def test_imports_within_a_package(write, imports, net):
    write("pkg/__init__.py", "")
    write("pkg/models/__init__.py", "")
    write("pkg/models/net.py", MODEL)
    assert found(write("pkg/train.py", uses(imports, net))) == MISSING


@pytest.mark.parametrize("layout", ["", "src/"], ids=["flat", "src"])
@pytest.mark.parametrize("script", ["train.py", "scripts/train.py", "experiments/first/train.py"])
def test_scripts_import_the_package(write, layout, script):
    write(f"{layout}pkg/__init__.py", "")
    write(f"{layout}pkg/net.py", MODEL)
    assert found(write(script, uses("from pkg.net import Net"))) == MISSING


@pytest.mark.parametrize("imports", ["from net import Net", "from .net import Net"])
def test_files_beside_a_script(write, imports):
    write("scripts/net.py", MODEL)
    assert found(write("scripts/train.py", uses(imports))) == MISSING


def test_the_file_beside_a_script_goes_before_one_in_the_root(write):
    write("net.py", MODEL.replace("0.5", "0.0"))
    write("scripts/net.py", MODEL)
    assert found(write("scripts/train.py", uses("from net import Net"))) == MISSING


def test_a_name_that_two_other_places_have_is_unknown(write):
    write("net.py", MODEL)
    write("src/net.py", MODEL)
    assert found(write("deep/scripts/train.py", uses("from net import Net"))) == []


def test_directories_without_init(write):
    write("space/models/net.py", MODEL)
    assert found(write("train.py", uses("from space.models.net import Net"))) == MISSING
    assert found(write("train2.py", uses("import space.models.net as n", "n.Net"))) == MISSING


def test_without_a_marked_root(tmp_path):
    (tmp_path / "net.py").write_text(MODEL)
    (tmp_path / "train.py").write_text(uses("from net import Net"))
    assert found(tmp_path / "train.py") == MISSING


# Re-exports


@pytest.mark.parametrize(
    "init",
    [
        "from .net import Net",
        "from .net import Net as Net",
        "from . import net\nNet = net.Net",
        "from .net import *",
        "from pkg.models.net import Net",
        "import pkg.models.net\nNet = pkg.models.net.Net",
        "from .inner import Net",
        "from .inner import *",
        "try:\n    from .net import Net\nexcept ImportError:\n    Net = None",
        "from .net import Net\n__all__ = ['Net']",
        "from .net import Hidden as Net",
    ],
)
def test_reexports(write, init):
    write("pkg/__init__.py", "from .models import *")
    write("pkg/models/__init__.py", init)
    write("pkg/models/inner.py", "from .net import Net")
    write("pkg/models/net.py", MODEL + "Hidden = Net\n")
    assert found(write("pkg/train.py", uses("from .models import Net"))) == MISSING
    assert found(write("train.py", uses("from pkg.models import Net"))) == MISSING
    assert found(write("train2.py", uses("import pkg", "pkg.models.Net"))) == MISSING
    assert found(write("train3.py", uses("from pkg import *"))) == MISSING


def test_a_star_brings_no_hidden_names(write):
    write("net.py", MODEL + "__all__ = ['other']\n")
    assert found(write("train.py", uses("from net import *"))) == []
    write("net.py", MODEL.replace("Net", "_Net"))
    assert found(write("train.py", uses("from net import *", "_Net"))) == []


def test_an_optional_import_of_the_linted_file(write):
    write("net.py", MODEL)
    text = uses("import os")
    text = text.replace("import os", "try:\n    from net import Net\nexcept ImportError:\n    Net = None")
    assert found(write("train.py", text)) == [(10, "RNG203")]


def test_of_two_definitions_neither_is_certain(write):
    write("net.py", "import sys\n" + MODEL + "if len(sys.argv) > 1:\n    Net = None\n")
    assert found(write("train.py", uses("from net import Net"))) == []


# Cycles


def test_cycles_end(write):
    write("pkg/__init__.py", "from .a import *\nfrom .b import *")
    write("pkg/a.py", "from .b import Net\nfrom .b import Other\nfrom .a import Self\nfrom .a import *")
    write("pkg/b.py", "from .a import *\nfrom .a import Other\nfrom . import Third\n" + MODEL)
    assert found(write("train.py", uses("from pkg.a import Net"))) == MISSING
    for name in ("Other", "Self", "Third", "Fourth"):
        assert found(write("train.py", uses(f"from pkg import {name}", name))) == []
        assert found(write("train.py", uses(f"from pkg.a import {name}", name))) == []


def test_a_file_that_imports_the_linted_one(write):
    write("net.py", "from train import RATE\n" + MODEL.replace("0.5", "RATE"))
    assert found(write("train.py", "RATE = 0.0\n" + uses("from net import Net"))) == []
    assert found(write("train.py", "RATE = 0.5\n" + uses("from net import Net"))) == [(8, "RNG203")]


def test_what_an_editor_holds_goes_before_the_disk(write):
    write("net.py", "from train import RATE\n" + MODEL.replace("0.5", "RATE"))
    path = write("train.py", "RATE = 0.0\n" + uses("from net import Net"))
    assert found(path, text="RATE = 0.5\n" + uses("from net import Net")) == [(8, "RNG203")]


# What is left alone


@pytest.mark.parametrize(
    "text",
    [
        None,
        "def broken(:\n",
        "x = '\0'\n",
        "# coding: nonsense\n" + MODEL,
        "Net = " + "(" * 5000 + ")" * 5000,
        "Net = " + "-" * 100_000 + "1",
        MODEL + "#" * SIZE_LIMIT,
        MODEL + "\nprint 'old'\n",
        "",
        "import nothing\nNet = nothing.Net",
        "raise ImportError",
        "Net = Net",
        "class Net(Net): pass",
        "def Net(): return Net()",
        "from os import Net",
        "__getattr__ = lambda name: 1",
    ],
)
def test_modules_that_are_of_no_use(write, text):
    if text is not None:
        write("net.py", text)
    assert found(write("train.py", uses("from net import Net"))) == []
    assert found(write("train.py", uses("import net", "net.Net"))) == []


def test_bytes_that_are_no_text(write):
    write("net.py", MODEL).write_bytes(b"\xff\xfe" + MODEL.encode() + b"\x80")
    assert found(write("train.py", uses("from net import Net"))) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "cp1252"])
def test_encodings(write, encoding):
    cookie = "" if encoding == "utf-8-sig" else f"# -*- coding: {encoding} -*-\n"
    write("net.py", MODEL).write_bytes((cookie + "# größer\n" + MODEL).encode(encoding))
    assert found(write("train.py", uses("from net import Net"))) == MISSING


def test_line_ends(write):
    write("net.py", MODEL).write_bytes(MODEL.replace("\n", "\r\n").encode())
    assert found(write("train.py", uses("from net import Net"))) == MISSING


def test_what_is_no_file(write, tmp_path):
    (tmp_path / "net.py").mkdir()
    assert found(write("train.py", uses("from net import Net"))) == []
    (tmp_path / "net.py").rmdir()
    os.mkfifo(tmp_path / "net.py")
    assert found(write("train.py", uses("from net import Net"))) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_file_that_may_not_be_read(write):
    write("net.py", MODEL).chmod(0)
    assert found(write("train.py", uses("from net import Net"))) == []


def test_symbolic_links_that_go_round(write, tmp_path):
    (tmp_path / "net.py").symlink_to(tmp_path / "net2.py")
    (tmp_path / "net2.py").symlink_to(tmp_path / "net.py")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "pkg").symlink_to(tmp_path / "pkg")
    assert found(write("train.py", uses("from net import Net"))) == []
    path = ".".join(["pkg"] * 60)
    assert found(write("train.py", uses(f"from {path}.net import Net"))) == []


def test_a_link_within_the_project(write, tmp_path):
    write("pkg/net.py", MODEL)
    (tmp_path / "models").symlink_to(tmp_path / "pkg")
    assert found(write("train.py", uses("from models.net import Net"))) == MISSING


def test_nothing_outside_of_the_root_is_read(tmp_path):
    (tmp_path / "inner" / "pkg").mkdir(parents=True)
    (tmp_path / "inner" / "pyproject.toml").touch()
    (tmp_path / "net.py").write_text(MODEL)
    (tmp_path / "inner" / "linked.py").symlink_to(tmp_path / "net.py")
    path = tmp_path / "inner" / "pkg" / "train.py"
    for imports in ("from net import Net", "from ...net import Net", "from linked import Net"):
        path.write_text(uses(imports))
        assert found(path) == []
        assert found(path, tmp_path) == MISSING


def test_the_projects_own_jax(write):
    write("jax/__init__.py", "def random(): pass")
    write("flax/linen.py", "class Module: pass\nDropout = Dense = compact = None")
    write("random.py", "def split(): pass")
    write("optax.py", "raise ImportError")
    write("net.py", MODEL)
    assert found(write("train.py", uses("import flax.linen as nn, random, optax; from net import Net"))) == MISSING
    assert found(write("noise.py", draws("import jax.random", "jax.random.normal"))) == REUSED


def test_so_many_files_are_read_and_no_more(write, monkeypatch):
    parsed = []
    original = project_module.contents
    monkeypatch.setattr(project_module, "contents", lambda path: parsed.append(path) or original(path))
    last = FILES_FOLLOWED + 5
    for number in range(last):
        write(f"m{number}.py", f"import jax\nfrom m{number + 1} import noise as inner\nnoise = inner\n")
    write(f"m{last}.py", NOISE)
    assert found(write("train.py", draws("from m0 import noise"))) == []
    assert len(set(parsed)) <= FILES_FOLLOWED


def test_a_name_that_is_not_used_costs_no_more_than_a_search(write, monkeypatch):
    write("net.py", MODEL)
    path = write("train.py", "import jax\nfrom net import Net\ndef f(x):\n    return jax.numpy.sin(x)\n")
    monkeypatch.setattr(project_module.SourceFile, "tree", property(lambda _: pytest.fail("parsed")))
    assert found(path) == []


def test_a_file_that_does_not_handle_keys_costs_nothing(write, monkeypatch):
    write("net.py", MODEL)
    path = write("train.py", "from net import Net\ndef f(x):\n    return x\n")
    monkeypatch.setattr(disk.os, "stat", lambda *_: pytest.fail("looked for"))
    assert found(path, text=path.read_bytes().decode()) == []


def test_a_file_that_has_not_changed_is_parsed_once(write, monkeypatch):
    net = write("net.py", MODEL)
    path = write("train.py", uses("from net import Net"))
    assert found(path) == MISSING
    first = project_module._KEPT[str(net)][1]
    monkeypatch.setattr(project_module.ast, "parse", lambda *_: pytest.fail("parsed again"))
    source = first
    assert project_module.Project(str(path)).read(str(net)) is source


def test_a_file_that_has_changed_is_read_again(write):
    net = write("net.py", MODEL)
    path = write("train.py", uses("from net import Net"))
    assert found(path) == MISSING
    write("net.py", MODEL.replace("0.5", "0.0"))
    assert found(path) == []
    net.unlink()
    assert found(path) == []
    write("net.py", MODEL)
    assert found(path) == MISSING
