"""The table of rules as the README shows it."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_flax_rng.finding import Rule


def rules_table(rules: Iterable[Rule]) -> str:
    """Return a Markdown table with a line for each rule, in the order of their codes."""
    lines = ["| code | name | what it says | default |", "|---|---|---|---|"]
    for rule in sorted(rules, key=lambda rule: rule.code):
        summary = rule.summary.replace("|", r"\|")
        default = "on" if rule.default else "opt-in"
        lines.append(f"| {rule.code} | {rule.name} | {summary} | {default} |")
    return "\n".join(lines) + "\n"
