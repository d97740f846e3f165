"""Programs of several files: what is followed from one file into another, and what is left alone."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.semantics.libraries import read_consumers
from flake8_flax_rng.syntax import project as project_module
from flake8_flax_rng.syntax.project import FILES_FOLLOWED, SIZE_LIMIT, Project

MODEL = """\
import flax.linen as nn

class Net(nn.Module):
    rate: float = 0.5

    @nn.compact
    def __call__(self, x, train=False):
        x = nn.Dense(4)(x)
        return nn.Dropout(self.rate, deterministic=not train)(x)
"""

NOISE = """\
import jax

def noise(key, shape=(3,)):
    return jax.random.normal(key, shape)
"""

OPT_IN = {rule.code for rule in RULES if not rule.default}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of the project, which lies in ``tmp_path``."""
    (tmp_path / "pyproject.toml").touch()

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return put


def found(path: Path, root: Path | None = None, text: str | None = None) -> list[tuple[int, str]]:
    """Line and code of what is found in a file, without the rules that are off by default."""
    source = path.read_text(encoding="utf-8") if text is None else text
    project = Project(str(path), None if root is None else str(root))
    findings = lint(source, filename=str(path), project=project)
    return [(finding.line, finding.code) for finding in findings if finding.code not in OPT_IN]


def uses(imports: str, net: str = "Net") -> str:
    """A program that forgets the dropout key, on line 7, whatever its imports."""
    return textwrap.dedent(f"""\
        import jax
        {imports}

        def step(x):
            model = {net}()
            variables = model.init(jax.random.key(0), x)
            return model.apply(variables, x, train=True)
        """)


def draws(imports: str, noise: str = "noise") -> str:
    """A program that gives one key to a helper twice, on lines 5 and 6."""
    return f"import jax\n{imports}\n\ndef both(key):\n    a = {noise}(key)\n    return a + {noise}(key)\n"


MISSING = [(7, "RNG203")]
REUSED = [(6, "RNG101")]


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


# What other files do


def test_a_helper_that_draws(write):
    write("noise.py", NOISE)
    assert found(write("train.py", draws("from noise import noise"))) == REUSED
    assert found(write("train.py", draws("import noise as n", "n.noise"))) == REUSED


def test_a_helper_that_keeps_the_key(write):
    write("noise.py", "import jax\ndef noise(key):\n    return key.shape\n")
    assert found(write("train.py", draws("from noise import noise"))) == []


def test_a_helper_that_folds_the_step_in(write):
    write(
        "noise.py", "import jax\ndef noise(key, step):\n    return jax.random.normal(jax.random.fold_in(key, step))\n"
    )
    text = "import jax\nfrom noise import noise\ndef run(key):\n    for step in range(9):\n        noise(key, step)\n"
    assert found(write("train.py", text)) == []
    assert found(write("train.py", text.replace("noise(key, step)", "noise(key, 1)"))) == [(5, "RNG103")]


def test_a_file_that_does_not_name_jax(write):
    write("noise.py", NOISE)
    text = draws("from noise import noise").removeprefix("import jax\n")
    assert found(write("train.py", text)) == [(5, "RNG101")]


def test_a_file_that_does_not_name_jax_and_imports_through_a_package(write):
    write("lib/__init__.py", "from .noise import noise")
    write("lib/noise.py", NOISE)
    assert found(write("train.py", draws("from lib import noise").removeprefix("import jax\n"))) == [(5, "RNG101")]


def test_a_factory(write):
    write("net.py", MODEL + "\ndef make(rate=0.1):\n    return Net(rate=rate)\n")
    assert found(write("train.py", uses("from net import make", "make"))) == MISSING
    assert found(write("train.py", uses("from net import make", "make").replace("make()", "make(0.0)"))) == []


def test_a_base_class(write):
    write("base.py", MODEL)
    text = """\
        import jax
        from base import Net
        class Big(Net):
            size: int = 3
        def step(variables, x):
            return Big().apply(variables, x, train=True)
        """
    assert found(write("train.py", text)) == [(6, "RNG203")]


def test_a_train_state(write):
    write("net.py", MODEL)
    write(
        "state.py",
        """\
        import jax
        from flax.training import train_state
        from net import Net

        class TrainState(train_state.TrainState):
            key: jax.Array

        def create(key, x, tx):
            params_key, key = jax.random.split(key)
            model = Net()
            params = model.init(params_key, x)["params"]
            return TrainState.create(apply_fn=model.apply, params=params, tx=tx, key=key)
        """,
    )
    text = """\
        import jax
        from state import create
        def run(x, tx):
            state = create(jax.random.key(0), x, tx)
            good = state.apply_fn({"params": state.params}, x, train=True, rngs={"dropout": state.key})
            return good, state.apply_fn({"params": state.params}, x, train=True)
        """
    assert found(write("train.py", text)) == [(6, "RNG203")]


def test_a_key_that_another_file_holds(write):
    write("config.py", "import jax\nKEY = jax.random.key(0)\n")
    text = "import jax\nfrom config import KEY\na = jax.random.normal(KEY)\nb = jax.random.normal(KEY)\n"
    assert found(write("train.py", text)) == [(4, "RNG101")]


def test_a_constant_of_another_file(write):
    write("net.py", MODEL)
    write("config.py", "TRAIN = True\nRATE = 0.5\n")
    text = uses("import config; from net import Net").replace("train=True", "train=config.TRAIN")
    assert found(write("train.py", text)) == MISSING
    write("config.py", "TRAIN = False\n")
    assert found(write("train.py", text)) == []


def test_what_a_program_can_change_is_not_certain(write):
    write("net.py", MODEL)
    text = uses("import config; from net import Net").replace("train=True", "train=config.TRAIN")
    write("config.py", "TRAIN = True\ndef off():\n    global TRAIN\n    TRAIN = False\n")
    assert found(write("train.py", text)) == []
    write("config.py", "TRAIN = True\n")
    assert found(write("train.py", text + "config.TRAIN = False\n")) == []
    changed = text.replace("    model = Net()", "    config.TRAIN = False; model = Net()")
    assert found(write("train.py", changed)) == []


def test_a_registry_that_decorators_fill(write):
    write("net.py", "MODELS = {}\ndef register(cls):\n    MODELS[cls.__name__] = cls\n    return cls\n" + MODEL)
    text = uses("from net import MODELS").replace("Net()", "MODELS.get('Net') or None")
    text = text.replace("    variables", "    if model is None:\n        raise ValueError\n    variables")
    assert found(write("train.py", text)) == []


def test_a_table_of_classes(write):
    write("net.py", MODEL + "MODELS = {'net': Net}\n")
    assert found(write("train.py", uses("from net import MODELS", "MODELS['net']"))) == MISSING
    write("net.py", MODEL + "MODELS = {}\nMODELS['net'] = Net\n")
    assert found(write("train.py", uses("from net import MODELS", "MODELS['net']"))) == MISSING


def test_the_main_part_of_another_file_does_not_run(write):
    write("net.py", MODEL + "if __name__ == '__main__':\n    Net = None\n")
    assert found(write("train.py", uses("from net import Net"))) == MISSING


def test_an_annotated_parameter(write):
    write("net.py", MODEL)
    text = "import jax\nfrom net import Net\ndef f(model: Net, v, x):\n    return Net().apply(v, x, train=True)\n"
    assert found(write("train.py", text)) == [(4, "RNG203")]


# What is reported where


def test_the_other_file_is_not_reported_on(write):
    write("noise.py", "import jax\ndef noise(key):\n    return jax.random.normal(key) + jax.random.uniform(key)\n")
    text = "import jax\nfrom noise import noise\na = noise(jax.random.key(0))\n"
    assert found(write("train.py", text)) == []
    assert found(Path(write("noise.py", NOISE).parent / "noise.py")) == []


def test_a_loop_in_another_file_is_not_reported(write):
    write("loop.py", "def repeat(f, key):\n    return [f(key) for _ in range(3)]\n")
    text = "import jax\nfrom loop import repeat\ndef run(key):\n    return repeat(jax.random.normal, key)\n"
    assert found(write("train.py", text)) == []


def test_a_model_that_another_file_runs_is_not_reported(write):
    write("net.py", MODEL)
    write("run.py", "def run(model, v, x):\n    return model.apply(v, x, train=True)\n")
    text = "import jax\nfrom net import Net\nfrom run import run\ndef f(v, x):\n    return run(Net(), v, x)\n"
    assert found(write("train.py", text)) == []


def test_a_key_that_an_object_of_another_file_never_renews(write):
    write(
        "noise.py",
        """\
        import jax
        class Noise:
            def __init__(self, seed):
                self.key = jax.random.key(seed)
            def sample(self):
                return jax.random.normal(self.key)
        """,
    )
    text = """\
        import jax
        from noise import Noise
        def f():
            rng = Noise(0)
            a = rng.sample()
            return a + rng.sample()
        """
    assert found(write("train.py", text)) == [(6, "RNG108")]


KEPT = """\
    import jax
    class Noise:
        def __init__(self, key):
            self.first = jax.random.normal(key)
            self.key = key
        def sample(self):
            self.key, subkey = jax.random.split(self.key)
            return jax.random.normal(subkey)
    """


def test_a_key_that_an_object_of_another_file_uses_twice(write):
    write("noise.py", KEPT)
    text = "import jax\nfrom noise import Noise\ndef f(key):\n    noise = Noise(key)\n    return noise.sample()\n"
    assert found(write("train.py", text)) == []


def test_a_key_that_an_object_of_another_file_uses_too(write):
    write("noise.py", KEPT)
    text = """\
        import jax
        from noise import Noise
        def f(key):
            noise = Noise(key)
            return noise.first + jax.random.normal(key)
        """
    assert found(write("train.py", text)) == [(5, "RNG101")]


def test_messages_name_the_other_file(write):
    write("pkg/net.py", MODEL)
    path = write("train.py", uses("from pkg.net import Net"))
    (finding,) = lint(path.read_text(), filename=str(path), project=Project(str(path)))
    assert "line 9 of pkg/net.py" in finding.message


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


def test_the_users_consumers_go_before_their_text(write):
    write("noise.py", "import jax\ndef noise(key):\n    return 0\n")
    path = write("train.py", draws("from noise import noise"))
    libraries = read_consumers(["noise.noise:key"])
    findings = lint(path.read_text(), filename=str(path), libraries=libraries, project=Project(str(path)))
    assert [(finding.line, finding.code) for finding in findings] == REUSED


def test_so_many_files_are_read_and_no_more(write, monkeypatch):
    parsed = []
    original = project_module._read
    monkeypatch.setattr(project_module, "_read", lambda path: parsed.append(path) or original(path))
    last = FILES_FOLLOWED + 5
    for number in range(last):
        write(f"m{number}.py", f"import jax\nfrom m{number + 1} import noise as inner\nnoise = inner\n")
    write(f"m{last}.py", NOISE)
    assert found(write("train.py", draws("from m0 import noise"))) == []
    assert len(set(parsed)) <= FILES_FOLLOWED


def test_a_call_that_costs_too_much_is_unknown(write):
    body = "".join(f"    x = jax.numpy.sin(x + {n}) * {n} + jax.numpy.cos(x)\n" for n in range(1000))
    write("noise.py", f"import jax\ndef noise(key):\n    x = 1\n{body}    return jax.random.normal(key)\n")
    text = draws("from noise import noise") + "    jax.random.normal(key, (1,))\n    jax.random.uniform(key)\n"
    text = text.replace("    return a + noise(key)\n", "")
    assert found(write("train.py", text)) == [(7, "RNG101")]


def test_a_name_that_is_not_used_costs_no_more_than_a_search(write, monkeypatch):
    write("net.py", MODEL)
    path = write("train.py", "import jax\nfrom net import Net\ndef f(x):\n    return jax.numpy.sin(x)\n")
    monkeypatch.setattr(project_module.SourceFile, "tree", property(lambda _: pytest.fail("parsed")))
    assert found(path) == []


def test_a_file_that_does_not_handle_keys_costs_nothing(write, monkeypatch):
    write("net.py", MODEL)
    path = write("train.py", "from net import Net\ndef f(x):\n    return x\n")
    monkeypatch.setattr(project_module.os, "stat", lambda *_: pytest.fail("looked for"))
    assert found(path, text=path.read_bytes().decode()) == []


def test_a_file_that_has_not_changed_is_parsed_once(write, monkeypatch):
    net = write("net.py", MODEL)
    path = write("train.py", uses("from net import Net"))
    assert found(path) == MISSING
    first = project_module._KEPT[str(net)][1]
    monkeypatch.setattr(project_module.ast, "parse", lambda *_: pytest.fail("parsed again"))
    source = first
    assert project_module._read(str(net)) is source


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


# Under flake8


def test_under_flake8(flake8, write):
    write("pkg/__init__.py", "")
    write("pkg/net.py", MODEL)
    write("pkg/train.py", uses("from .net import Net"))
    assert flake8("--select=RNG", ".").places == ["./pkg/train.py:7:12 RNG203"]
    assert flake8("--select=RNG", "--rng-no-follow", ".").places == []


def test_in_several_processes(flake8, write):
    write("pkg/__init__.py", "from .net import Net")
    write("pkg/net.py", MODEL)
    for number in range(6):
        write(f"pkg/train{number}.py", uses("from . import Net"))
    run = flake8("--select=RNG", "-j", "2", "pkg")
    assert sorted(run.places) == [f"pkg/train{number}.py:7:12 RNG203" for number in range(6)]


def test_in_an_editor(flake8, write):
    write("pkg/net.py", MODEL)
    text = uses("from .net import Net")
    run = flake8("--select=RNG", "--stdin-display-name=pkg/train.py", "-", stdin=text)
    assert run.places == ["pkg/train.py:7:12 RNG203"]
    assert flake8("--select=RNG", "-", stdin=text).places == []
    assert flake8("--select=RNG", "-", stdin=uses("from pkg.net import Net")).places == ["stdin:7:12 RNG203"]
    run = flake8("--select=RNG", "--stdin-display-name=/nowhere/at/all.py", "-", stdin=text)
    assert run.places == []


def test_the_root_can_be_set(flake8, write, tmp_path):
    write("lib/net.py", MODEL)
    write("app/setup.cfg", "")
    write("app/train.py", uses("from lib.net import Net"))
    assert flake8("--select=RNG", "app").places == []
    assert flake8("--select=RNG", "--rng-project-root=.", "app").places == ["app/train.py:7:12 RNG203"]
    (tmp_path / ".flake8").write_text("[flake8]\nselect = RNG\nrng-project-root = .\n")
    assert flake8("app").places == ["app/train.py:7:12 RNG203"]
    (tmp_path / ".flake8").write_text("[flake8]\nselect = RNG\nrng-project-root = .\nrng-no-follow = true\n")
    assert flake8("app").places == []
