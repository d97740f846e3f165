"""RNG090: where the analysis has stopped short, it says so to whoever asks."""

from __future__ import annotations

import pytest

from flake8_flax_rng.interpreter.roots import analysis
from flake8_flax_rng.lint import lint
from flake8_flax_rng.syntax.project import Project


def reports(text: str, project: Project | None = None) -> list[tuple[int, int, str]]:
    found = lint(text, project=project)
    return [(finding.line, finding.column, finding.message) for finding in found if finding.code == "RNG090"]


FLAGS = "import jax\n\n\n@jax.jit\ndef f(key, flags):\n{}    return jax.random.normal(key)\n"
FLAG = "    if flags[{0}]:\n        key = jax.random.fold_in(key, {0})\n"


def flags(count: int) -> str:
    return FLAGS.format("".join(FLAG.format(number) for number in range(count)))


def test_ways_that_meet():
    assert reports(flags(2)) == []
    assert reports(flags(3)) == [
        (5, 4, "too many ways meet in `f`; what is true of some of them only is forgotten"),
    ]


def test_ways_that_meet_outside_of_functions():
    blocks = "".join(f"    if flags[{n}]:\n        key = jax.random.fold_in(key, {n})\n" for n in range(3))
    text = "import jax\nfrom settings import load\nkey, flags = jax.random.key(0), load()\nwith flags:\n" + blocks
    ((line, column, message),) = reports(text)
    assert (line, column) == (4, 0)
    assert message.startswith("too many ways meet in this statement")


def test_a_function_that_is_too_large(monkeypatch):
    monkeypatch.setattr(analysis, "STEPS_PER_ROOT", 200)
    monkeypatch.setattr(analysis, "STEPS_PER_LINE", 0)
    body = "".join(f"    x = x + jax.random.normal(jax.random.fold_in(key, {n}))\n" for n in range(100))
    text = "import jax\n\n\ndef small(key):\n    return jax.random.normal(key)\n\n\n"
    found = reports(f"{text}def f(key, x):\n{body}    return x\n")
    assert [(line, column) for line, column, _ in found] == [(8, 4)]
    assert "`f` is larger" in found[0][2]


def test_layers_that_no_expression_stands_for(monkeypatch):
    """A layer that is called by the one around it costs as much as one that the program calls."""
    monkeypatch.setattr(analysis, "STEPS_PER_ROOT", 200)
    text = "import jax\nfrom flax import linen as nn\n\n\ndef f(key):\n    x = nn.Dense(3)\n"
    doubled = "    x = nn.Sequential([x, x])\n"
    counts = [len(reports(f"{text}{doubled * times}    return x.init(key, 1)\n")) for times in (2, 24)]
    assert counts == [0, 1]


def test_a_file_that_is_too_large():
    """Functions that call the one before them twice: together they are more than a file may cost."""
    text = "import jax\ndef f0(key):\n    return jax.random.normal(key)\n"
    for number in range(1, 60):
        text += (
            f"def f{number}(key):\n    a, b = jax.random.split(key)\n    return f{number - 1}(a) + f{number - 1}(b)\n"
        )
    found = reports(text)
    assert found
    assert any("the file is larger" in message for _, _, message in found)
    lines = [line for line, _, _ in found]
    assert lines == sorted(lines)
    assert 2 not in lines  # the first one was followed


def test_calls_that_are_too_deep():
    text = "import jax\ndef f0(key):\n    return jax.random.normal(key)\n"
    for number in range(1, 30):
        text += f"def f{number}(key):\n    return f{number - 1}(key)\n"
    found = reports(text)
    assert all("too many functions have called each other" in message for _, _, message in found)
    assert [line for line, _, _ in found] == list(range(4, 23, 2))  # f20 reaches f1 as the twentieth, f29 reaches f10


def test_recursion_is_no_bound():
    text = "import jax\ndef f(key, n):\n    key, sub = jax.random.split(key)\n"
    text += "    return jax.random.normal(sub) if n == 0 else f(key, n - 1)\n"
    assert reports(text) == []


def test_other_files(tmp_path):
    body = "".join(f"        x = x + jax.random.normal(jax.random.fold_in(key, {n}))\n" for n in range(1500))
    (tmp_path / "setup.cfg").write_text("")
    (tmp_path / "other.py").write_text(f"import jax\ndef g(key, x):\n    for _ in range(3):\n{body}    return x\n")
    text = "import jax\nfrom other import g\ndef f(key):\n    return g(key, 0)\n"
    (tmp_path / "train.py").write_text(text)
    ((line, column, message),) = reports(text, Project(str(tmp_path / "train.py")))
    assert (line, column) == (3, 4)
    assert message.startswith("`f` uses more of other files")


@pytest.mark.parametrize(("arguments", "codes"), [((), []), (("--extend-select=RNG090",), ["RNG090"])])
def test_it_is_off_until_it_is_asked_for(flake8, arguments, codes):
    assert flake8("--select=RNG", *arguments, "-", stdin=flags(3)).codes == codes
