"""The command that compares what the linter says of published packages with a judged record; see `ecosystem/`."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REUSE
from tests.ecosystem import record
from tests.ecosystem.__main__ import CHANGED, OK, USAGE, main
from tests.ecosystem.comparison import compare, diff, precision, summary
from tests.ecosystem.findings import CODES, Linted
from tests.ecosystem.packages import Package, pinned, unpacked
from tests.ecosystem.record import Judgement, Place, read, written

ECOSYSTEM = Path(record.__file__).parent
PLACE = "fake\t1.0\tfake/noise.py\t4:23\tRNG101"
BUG = f"{PLACE}\tbug\tone key, two draws"

NOISE = """\
import jax


def noise(key):
    return jax.random.normal(key)
"""
TWICE = """\
import jax

from fake.noise import noise


def twice(key):
    return noise(key) + noise(key)
"""


def wheel(cache: Path, package: str, files: dict[str, str]) -> None:
    directory = cache / "archives" / package
    directory.mkdir(parents=True)
    with zipfile.ZipFile(directory / f"{package.replace('==', '-')}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


@pytest.fixture
def run(tmp_path, capsys):
    """The command with one package, `fake`; returns its status and output."""
    files = {"fake/noise.py": NOISE, "fake/twice.py": TWICE, "tests/reuse.py": REUSE, "fake/new.py": "x = = 1\n"}
    wheel(tmp_path / "cache", "fake==1.0", files)
    (tmp_path / "packages.txt").write_text("fake==1.0\n")

    def run(text: str, *arguments: str) -> tuple[int, str]:
        (tmp_path / "record.tsv").write_text(text)
        where = [f"--{name}={tmp_path / file}" for name, file in FILES.items()]
        status = main([*where, "--jobs=1", *arguments])
        return status, "".join(capsys.readouterr())

    return run


FILES = {"cache": "cache", "packages": "packages.txt", "record": "record.tsv"}
RECORDED = (
    "fake\t1.0\tfake/twice.py\t7:31\tRNG101\tbug\tone key, two draws of one kind\n"
    "fake\t1.0\ttests/reuse.py\t4:23\tRNG101\tformal\tonly the shape is looked at\n"
)


def test_nothing_has_changed(run):
    status, out = run(RECORDED)
    assert status == OK
    assert out.startswith("0 new, 0 vanished\n")
    assert "RNG101" in out and "1 of 1 are bugs (100.0%)" in out


def test_what_is_new_is_shown(run):
    _first, second = RECORDED.splitlines(keepends=True)
    status, out = run(second)
    assert status == CHANGED
    assert out.startswith("+ fake\t1.0\tfake/twice.py\t7:31\tRNG101\t?\t`key` was already consumed")
    assert "1 new, 0 vanished" in out


def test_what_has_vanished_is_shown(run):
    gone = "fake\t1.0\tfake/noise.py\t5:30\tRNG101\tfalse\tit was never so\n"
    status, out = run(gone + RECORDED)
    assert status == CHANGED
    assert out.startswith(f"- {gone}0 new, 1 vanished\n")


def test_what_cannot_be_parsed_is_not_compared(run):
    status, out = run("fake\t1.0\tfake/new.py\t1:1\tRNG101\tbug\tseen with a newer Python\n" + RECORDED)
    assert (status, out.splitlines()[0]) == (OK, "0 new, 0 vanished")


def test_the_record_must_be_precise(run):
    status, _ = run(RECORDED.replace("bug\t", "intended\t"))
    assert status == CHANGED


def test_what_is_new_is_recorded_to_be_judged(run, tmp_path):
    kept = RECORDED.splitlines(keepends=True)[1]
    run("fake\t1.0\tfake/noise.py\t5:30\tRNG101\tfalse\tit was never so\n" + kept, "--update")
    text = (tmp_path / "record.tsv").read_text()
    assert text.startswith("fake\t1.0\tfake/twice.py\t7:31\tRNG101\t?\t")
    assert text.endswith(kept) and len(text.splitlines()) == 2
    status, out = run(text)
    assert (status, out) == (USAGE, "tests.ecosystem: line 1 of the record: not a verdict: '?'\n")


@pytest.mark.slow
def test_the_same_in_several_processes(run):
    assert run(RECORDED, "--jobs=2")[0] == OK


def test_a_package_that_is_not_there(run):
    assert run(RECORDED, "--only", "other") == (USAGE, "tests.ecosystem: no such package: other\n")


def test_other_packages_are_left_out():
    other = read("other\t2\ta.py\t1:1\tRNG101\tbug\tr\n")
    assert compare(other, Linted(), ["fake"]).unchanged
    assert not compare(other, Linted(), ["other"]).unchanged


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{PLACE}\tbug", "not seven columns"),
        (f"{PLACE}\tbug\t", "not seven columns"),
        (f"{PLACE}\tbug\tone\ttwo", "not seven columns"),
        (f"{BUG} ", "not seven columns"),
        ("", "not seven columns"),
        (BUG.replace("4:23", "4"), "not a line and a column"),
        (BUG.replace("4:23", "0:23"), "not a line and a column"),
        (BUG.replace("RNG101", "E501"), "not a rule's code"),
        (BUG.replace("\tbug", "\tmaybe"), "not a verdict"),
        (BUG.replace("\tbug", "\tformal"), "for tests and benchmarks"),
        (f"{BUG}\n{BUG}", "named twice"),
        (f"{BUG}\n{BUG.replace('4:23', '4:2')}", "out of order"),
    ],
)
def test_a_record_that_is_refused(text, why):
    with pytest.raises(ValueError, match=rf"^line \d of the record: .*{why}"):
        read(f"{text}\n")


def test_a_record_is_written_as_it_is_read():
    rows = [BUG, BUG.replace("4:23", "12:3"), BUG.replace("fake/", "gake/")]
    text = "".join(f"{line}\n" for line in rows)
    assert list(read(text))[1] == Place("fake", "1.0", "fake/noise.py", 12, 3, "RNG101")
    assert written(reversed(read(text).items())) == text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("fake/tests/a.py", True),
        ("fake/a_test.py", True),
        ("test_a.py", True),
        ("a/conftest.py", True),
        ("benchmarks/a.py", True),
        ("fake/testing/a.py", True),
        ("fake/attest.py", False),
        ("fake/latest/a.py", False),
        ("fake/a.py", False),
    ],
)
def test_what_is_a_test(path, expected):
    assert Place("fake", "1.0", path, 1, 1, "RNG101").in_test is expected


def test_the_summary():
    def entry(path, code, verdict):
        return Place("fake", "1", path, 1, 1, code), Judgement(verdict, "r")

    entries = [entry("a.py", "RNG101", "bug"), entry("b.py", "RNG101", "false"), entry("test_a.py", "RNG101", "formal")]
    entries += [entry("c.py", "RNG102", "bug"), entry("d.py", "RNG190", "intended"), entry("e.py", "RNG190", "bug")]
    text = summary(dict(entries))
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.startswith("RNG")}
    assert rows == {
        "RNG101": ["1", "1", "0", "0", "1"],
        "RNG102": ["0", "1", "0", "0", "0"],
        "RNG190": ["0", "1", "0", "1", "0"],
    }
    assert "rules that are on: 2 of 3 are bugs (66.7%)" in text
    assert "RNG190: 1 of 2 are bugs (50.0%)" in text
    assert precision(dict(entries)) == pytest.approx(2 / 3)


def test_new_and_vanished_are_sorted_together():
    old = read("p\t1\ta.py\t2:1\tRNG101\tbug\tr\np\t1\ta.py\t4:1\tRNG101\tbug\tr\n")
    new = {Place("p", "1", "a.py", 3, 1, "RNG102"): "message", next(iter(old)): "again"}
    lines = diff(compare(old, Linted(new), ["p"])).splitlines()
    assert lines == ["+ p\t1\ta.py\t3:1\tRNG102\t?\tmessage", "- p\t1\ta.py\t4:1\tRNG101\tbug\tr"]


def test_a_source_distribution_is_unpacked(tmp_path):
    directory = tmp_path / "archives" / "fake==1.0"
    directory.mkdir(parents=True)
    with tarfile.open(directory / "fake-1.0.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("fake-1.0/setup.py")
        info.size = 2
        archive.addfile(info, io.BytesIO(b"1\n"))
    files = unpacked(Package("fake", "1.0", source=True), tmp_path)
    assert (files / "fake-1.0" / "setup.py").read_text() == "1\n"
    assert unpacked(Package("fake", "1.0"), tmp_path) == files


@pytest.mark.parametrize("line", ["flax", "flax>=1", "flax==1 # why", " flax==1", "flax==1 wheel", ""])
def test_a_package_that_is_not_pinned(line):
    with pytest.raises(ValueError, match="not a pinned package"):
        pinned(f"{line}\n")


def test_a_package_that_is_named_twice():
    with pytest.raises(ValueError, match="named twice"):
        pinned("flax==1\nflax==2\n")


def test_the_committed_record_fits_the_pinned_packages():
    entries = read((ECOSYSTEM / "record.tsv").read_text(encoding="utf-8"))
    packages = pinned((ECOSYSTEM / "packages.txt").read_text(encoding="utf-8"))
    assert len(packages) == 36
    assert {(place.package, place.version) for place in entries} <= {(p.name, p.version) for p in packages}
    assert {place.code for place in entries} <= CODES
