"""The words that the linter, the rules and the verifier share: a rule and a finding."""

from __future__ import annotations

from dataclasses import dataclass

NOT_ANALYSED = "RNG001"
"""The code of what is said of a file, or a part of it, that could not be analysed."""


@dataclass(frozen=True, order=True)
class Finding:
    """One report about one place in the linted text.

    Args:
        line: line of the finding, counted from 1.
        column: column of the finding in characters, counted from 0.
        code: the rule's code, for instance ``RNG101``.
        message: one line, without the code.
    """

    line: int
    column: int
    code: str
    message: str


@dataclass(frozen=True)
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
