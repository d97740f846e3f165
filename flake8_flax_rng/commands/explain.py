"""`explain`: prints the documentation of rules, or writes it as pages for the web."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from flake8_flax_rng.commands import OK, Commands, Refused, rule_pages
from flake8_flax_rng.commands.rule_pages import documentation
from flake8_flax_rng.finding import Rule
from flake8_flax_rng.rules import RULES


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command.

    Args:
        commands: the commands of the parser.
    """
    parser = commands.add_parser(
        "explain", help="print what a rule finds, and why", description="Print the documentation of rules."
    )
    parser.add_argument("codes", nargs="*", metavar="CODE", help="for instance RNG203; a list of all when left out")
    parser.add_argument(
        "--html", type=Path, metavar="DIR", help="write a page for each rule, and an index, instead (extra `pages`)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Carry the command out.

    Args:
        options: its arguments.

    Returns:
        the exit status.

    Raises:
        Refused: when a code is none of a rule, or pages cannot be made.
    """
    if options.html is not None:
        if options.codes:
            raise Refused("--html writes the pages of all rules; leave the codes out")
        rule_pages.write(options.html, RULES)
        return OK
    if not options.codes:
        for rule in RULES:
            print(f"{rule.code}  {'on ' if rule.default else 'off'}  {rule.name}: {rule.summary}")
        return OK
    _print("\n\n".join(map(documentation, _named(options.codes))))
    return OK


def _named(texts: Sequence[str]) -> list[Rule]:
    """Return the rules of some codes, in the order in which they are named, each once."""
    known = {rule.code: rule for rule in RULES}
    codes = dict.fromkeys(code.strip().upper() for text in texts for code in text.split(",") if code.strip())
    unknown = [code for code in codes if code not in known]
    if unknown:
        what = f"is no rule {unknown[0]}" if len(unknown) == 1 else f"are no rules {', '.join(unknown)}"
        raise Refused(f"there {what}; `explain` without a code lists all")
    return [known[code] for code in codes]


def _print(text: str) -> None:
    if sys.stdout.isatty():
        try:
            from rich.console import Console
            from rich.markdown import Markdown
        except ImportError:
            pass
        else:
            Console().print(Markdown(text))
            return
    print(text)
