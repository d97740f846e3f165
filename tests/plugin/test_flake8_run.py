"""What flake8 reports, read through flake8 itself: its settings hold, and each finding of ours has its details."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_flax_rng.flake8_run import Checked, Flake8, SettingsError
from flake8_flax_rng.plugin import Plugin

KEPT = ("requested", "libraries", "follow", "project_root", "cache_dir", "settings", "docs_url")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    before = {name: getattr(Plugin, name) for name in KEPT}
    yield
    for name, value in before.items():
        setattr(Plugin, name, value)


def checked(*arguments: str) -> list[Checked]:
    return list(Flake8(["-j1", *arguments]).check_all())


def places(files: list[Checked]) -> list[str]:
    return [f"{Path(file.path).name}:{found.line} {found.code}" for file in files for found in file.findings]


def test_a_finding_has_its_details(write, reuse) -> None:
    write("a.py", reuse)
    (file,) = checked("a.py")
    (found,) = file.findings
    assert (file.path, file.text, found.code) == ("a.py", reuse, "RNG101")
    assert found.detail is not None
    where = found.detail.range
    assert file.text.splitlines()[where.line - 1][where.column : where.end_column] == "key"


def test_files_come_in_the_order_of_their_names(write, reuse) -> None:
    for name in ("b.py", "a.py", "pkg/c.py"):
        write(name, reuse)
    steps: list[tuple[int, int]] = []
    files = list(Flake8(["-j1", "."]).check_all(lambda done, of: steps.append((done, of))))
    assert [file.path for file in files] == ["./a.py", "./b.py", "./pkg/c.py"]
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", ["a.py:4 RNG101", "b.py:4 RNG101"]),
        ("select = E,F", []),
        ("extend-ignore = RNG101", []),
        ("per-file-ignores = a.py: RNG1", ["b.py:4 RNG101"]),
        ("exclude = b.py", ["a.py:4 RNG101"]),
        ("extend-select = RNG1", ["a.py:4 RNG101", "b.py:4 RNG101"]),
        ("extend-select = RNG191", ["a.py:4 RNG101", "b.py:2 RNG191", "b.py:4 RNG101"]),
    ],
)
def test_the_settings_of_flake8_hold(settings: str, expected: list[str], write, reuse) -> None:
    write(".flake8", f"[flake8]\n{settings}\n")
    write("a.py", reuse)
    write("b.py", reuse.replace("random.key(", "random.PRNGKey("))
    assert places(checked()) == expected


def test_what_is_silenced_in_the_text_is_silent(write, reuse) -> None:
    write("a.py", reuse.removesuffix("\n") + "  # noqa: RNG101\n")
    write("b.py", "# flake8: noqa\n" + reuse)
    assert places(checked()) == []
    assert places(checked("--disable-noqa", "a.py")) == ["a.py:4 RNG101"]


def test_consumers_are_known(write) -> None:
    write("a.py", "import jax\nimport lib\nkey = jax.random.key(0)\nlib.draw(key)\nlib.draw(key)\n")
    write(".flake8", "[flake8]\nrng-consumers = lib.draw:key\n")
    assert places(checked()) == ["a.py:5 RNG101"]


def test_what_cannot_be_read_is_said(write) -> None:
    write("a.py", "import jax\nkey = (\n")
    ((where, code),) = [place.split() for place in places(checked("a.py"))]
    assert where.startswith("a.py:") and code in ("E902", "E999")
    (file,) = checked("missing.py")
    assert [(found.code, found.detail) for found in file.findings] == [("E902", None)]


def test_ends_of_lines_and_a_byte_order_mark_do_not_move_columns(write, reuse) -> None:
    plain = write("a.py", reuse)
    Path("b.py").write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    first, second = checked()
    assert first.text == second.text
    assert first.findings[0].detail == second.findings[0].detail


def test_an_editors_text_is_taken_for_the_files(write, reuse) -> None:
    write("a.py", "x = 1\n")
    file = Flake8(["a.py"]).check("a.py", reuse.replace("\n", "\r\n"))
    assert places([file]) == ["a.py:4 RNG101"]
    assert Flake8(["a.py"]).check("a.py").findings == ()


@pytest.mark.slow
def test_several_processes_say_the_same(write, reuse) -> None:
    for name in ("a.py", "b.py", "c.py"):
        write(name, reuse)
    assert list(Flake8(["-j2", "."]).check_all()) == checked(".")


def test_wrong_settings_are_said(write, reuse) -> None:
    write("a.py", reuse)
    write(".flake8", "[flake8]\nrng-consumers = nonsense\n")
    with pytest.raises(SettingsError, match="rng-consumers"):
        Flake8(["a.py"])
