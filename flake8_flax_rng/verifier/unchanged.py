"""Judges what a run shows that is left as it is: what streams hand out there, and what a line changes."""

from __future__ import annotations

import ast
from collections.abc import Collection

from flake8_flax_rng.verifier import judge
from flake8_flax_rng.verifier.compiled import CompiledLedger
from flake8_flax_rng.verifier.fixture import Claim, Fixture
from flake8_flax_rng.verifier.judge import Verdict
from flake8_flax_rng.verifier.lines import statement_span
from flake8_flax_rng.verifier.places import Span
from flake8_flax_rng.verifier.reuse import groups

CLAIMS = frozenset({"replayed", "drawn", "stops-drawing"})
"""The claims that need the ledger of an unchanged run."""

_STREAMS = "RNG3"


def needs_ledger(fixture: Fixture) -> bool:
    """Tell whether keys must be written down in an unchanged run.

    Args:
        fixture: the fixture.

    Returns:
        whether a claim needs it, or it is a good program of a rule about streams: what such a program replays when it
        is compiled is not seen in a run where nothing is.
    """
    kinds = {claim.kind for claim in fixture.claims}
    return bool(kinds & CLAIMS) or ("clean" in kinds and fixture.rule.startswith(_STREAMS))


def judge_ledger(verdict: Verdict, fixture: Fixture, claim: Claim, compiled: CompiledLedger) -> None:
    """Judge a claim by the keys that samplers were given.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture.
        claim: its claim.
        compiled: what the run has shown.
    """
    if claim.kind == "clean":
        judge.judge_no_reuse(verdict, fixture, groups(compiled.ledger))
    elif claim.kind == "replayed":
        judge.judge_reuse(verdict, fixture, groups(compiled.ledger))
    elif claim.kind == "drawn":
        _judge_drawn(verdict, fixture, compiled)
    elif claim.kind == "stops-drawing":
        _judge_stops(verdict, fixture, compiled)


def without(source: str, lines: Collection[int]) -> str:
    """Leave out statements, and keep the lines of all others.

    Args:
        source: a program's text.
        lines: lines of it, each in a statement that is not compound.

    Returns:
        the text with `pass` for the statements around them.
    """
    spans = {statement_span(source, line) for line in lines}
    text = source.splitlines()
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
    for node in statements:
        first, last = node.lineno, node.end_lineno or node.lineno
        if not hasattr(node, "body") and Span(first, last) in spans:
            text[first - 1 : last] = [" " * node.col_offset + "pass", *[""] * (last - first)]
    return "\n".join(text) + "\n"


def _judge_drawn(verdict: Verdict, fixture: Fixture, compiled: CompiledLedger) -> None:
    """Judge a claim that something is drawn at the marked lines."""
    spans = [site.span for event in compiled.ledger.events for site in event.stack]
    at = {line for line in fixture.marked if any(line in span for span in spans)}
    verdict.seen += [f"a key is drawn from at line {line}" for line in sorted(at)] or ["nothing is drawn there"]
    verdict.confirmed |= at


def _judge_stops(verdict: Verdict, fixture: Fixture, compiled: CompiledLedger) -> None:
    """Judge a claim that something was drawn until a marked line was reached, and nothing afterwards."""
    for line in fixture.marked:
        reached = compiled.trace.reached.get(line)
        if reached is None:
            continue
        before = sum(step < reached for step in compiled.steps)
        after = len(compiled.steps) - before
        verdict.seen.append(f"{before} draws before line {line}, {after} after it")
        if before and not after:
            verdict.confirmed.add(line)
