"""The table of first looks: what it says can be read, and the figures are those of its rows."""

from __future__ import annotations

import pytest

from tests.ecosystem.first_looks import TABLE, Look, read, report, shares


def look(label: str, code: str = "RNG101", place: str = "outside") -> Look:
    return Look(1, "some/project", "1.0", "a.py", 3, code, place, label, "why")


def test_the_table_is_whole():
    looks = read()
    assert len(looks) > 100
    for found in looks:
        assert found.source and found.version and found.path and found.reason, found
    places = [(found.round, found.source, found.path, found.line, found.code, found.reason) for found in looks]
    assert len(set(places)) == len(places)


def test_shares_leave_out_what_is_counted_apart():
    looks = [look("real"), look("real"), look("real"), look("untrue"), look("needless", code="RNG201")]
    assert shares(looks) == {"real": 0.75, "wanted": 0.0, "needless": 0.0, "untrue": 0.25}


def test_the_report_counts_each_place_by_itself():
    text = report([look("real"), look("wanted", place="test")])
    assert "    1  outside          1    100.0%" in text
    assert "    1  test             1      0.0%    100.0%" in text


def test_an_unknown_label_is_refused(tmp_path):
    table = tmp_path / "looks.tsv"
    table.write_text(TABLE.read_text(encoding="utf-8").replace("\treal\t", "\tright\t", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="'right'"):
        read(table)
