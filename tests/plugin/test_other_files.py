"""Programs of several files under flake8."""

from __future__ import annotations

from tests.projects import MODEL, uses


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
