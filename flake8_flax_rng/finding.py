"""The words that the linter, the rules and the verifier share: a rule and a finding."""

from __future__ import annotations

from flake8_flax_rng.records import field, record

NOT_ANALYSED = "RNG001"
"""The code of what is said of a file, or a part of it, that could not be analysed."""


@record(order=True)
class Range:
    """A part of a text; lines are counted from 1, columns in characters from 0.

    Args:
        line: line of its first character.
        column: column of its first character.
        end_line: line of the character after the last one.
        end_column: column of the character after the last one.
        file: the file's path; empty for the file that was linted.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    file: str = ""


@record()
class Related:
    """A place that a reader needs to see why something is wrong.

    Args:
        range: where it is.
        label: what it is there, in a few words: ``first consumed here``.
    """

    range: Range
    label: str


@record(order=True)
class Edit:
    """Other text in the place of a part of the linted file; an empty range is an insertion."""

    range: Range
    text: str


@record()
class Fix:
    """A repair.

    Args:
        title: what it does, as an imperative: ``use `subkey` ``.
        edits: what it writes; the ranges do not overlap.
        safe: whether nothing changes but the fault; what changes other results too is only suggested.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@record()
class Group:
    """What repeats or encloses a part of a key's lineage.

    Args:
        id: its name within the lineage.
        kind: ``loop``, ``pass``, ``lanes``, ``lane`` or ``call``.
        label: what it is, for a reader.
        inside: the id of the group around it, empty if there is none.
    """

    id: str
    kind: str
    label: str
    inside: str = ""


@record()
class Node:
    """A key, what makes keys, or what consumes one.

    Args:
        id: its name within the lineage.
        kind: ``seed``, ``parameter``, ``key``, ``split``, ``fold`` or ``stream`` for keys and what makes them;
            ``draw`` or ``use`` for what consumes one.
        label: what it is, for a reader.
        range: where it stands, if that is known.
        group: the id of the innermost group around it, empty if there is none.
        collides: whether it is one of those that should not have met in one key.
        unused: whether it is a key that nothing uses.
    """

    id: str
    kind: str
    label: str
    range: Range | None = None
    group: str = ""
    collides: bool = False
    unused: bool = False


@record()
class Arrow:
    """From what a key comes to what is made of it; between equal keys if ``equal``."""

    start: str
    end: str
    label: str = ""
    equal: bool = False


@record()
class Lineage:
    """Where a key comes from, and where it goes."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[Group, ...] = ()


@record()
class Detail:
    """What is known of a finding beside its line.

    Args:
        range: the source text that is wrong, the key itself for instance.
        related: other places, in the order in which the program comes to them.
        fix: the repair, where it is determinate.
        lineage: where the key comes from, where the finding is about one.
    """

    range: Range
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    lineage: Lineage | None = None


@record(order=True)
class Finding:
    """One report about one place in the linted text.

    Args:
        line: line of the finding, counted from 1.
        column: column of the finding in characters, counted from 0.
        code: the rule's code, for instance ``RNG101``.
        message: one line, without the code.
        detail: more about it, where the linter was asked for that; two findings are equal without it.
    """

    line: int
    column: int
    code: str
    message: str
    detail: Detail | None = field(default=None, compare=False)


@record()
class Rule:
    """What users know of a rule.

    Args:
        code: ``RNG`` and three digits; never reused for another meaning.
        name: kebab-case name that says what is wrong.
        summary: one line for the table of rules.
        default: whether the rule is on without ``--extend-select``.
        documentation: the whole text that ``explain`` prints.
    """

    code: str
    name: str
    summary: str
    default: bool
    documentation: str
