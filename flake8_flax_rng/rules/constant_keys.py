"""Keys that are built from a constant again and again: which of them are a mistake, and who has to mend them."""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Made, Parting, Remade, Step, Use, part
from flake8_flax_rng.interpreter.domain.kinds import MadeIn, UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import Const
from flake8_flax_rng.interpreter.intent.passes import feeds_back, keeps_equal_results
from flake8_flax_rng.rules.report import line
from flake8_flax_rng.syntax.cst_children import ancestors

CERTAIN = "RNG104"
"""The rule that speaks of constant keys which are surely a mistake."""

DOUBTFUL = "RNG197"
"""The rule that speaks of the others, if it is asked for."""

_MEASURED = (Kind.ATTRIBUTE, Kind.PURE, Kind.DRAW)


def constant_code(event: Remade) -> str:
    """Models that start alike, and fixed buffers in a module, are made of a constant on purpose.

    So is the key of an evaluation which is done again and again: a function that hands its constant key on is
    only reported where the loop itself builds the key, or where the clock is its seed: that is to give others.
    """
    if event.use.initialises or event.second.place is MadeIn.MODULE:
        return ""
    if event.second.clock and event.second.place is MadeIn.TRACED:
        return ""  # JAX reads the clock once, which RNG113 says
    parting = part(event.first, event.second)
    around = parting.around
    if around is not None and (around.sweep or _of_other_sizes(event)):
        return ""
    site = event.second.site
    written = around is not None and around.site.chunk is site.chunk
    inside = written and around is not None and site.chunk.contains(around.site.node, line(site))
    meant = not event.second.constant or _fixed_on_purpose(event) or not is_direct(event.second, event.use)
    if not inside and meant and not (event.second.clock and around is not None):
        return ""
    doubtful = not inside and _configured(event.second)
    return CERTAIN if not doubtful and _certain(event, parting, bool(inside)) else DOUBTFUL


def _configured(made: Made) -> bool:
    """Return whether a seed is an attribute or an item: an object may well be made for each of the runs."""
    node = made.site.node
    return isinstance(node, cst.Call) and any(
        isinstance(arg.value, (cst.Attribute, cst.Subscript)) for arg in node.args
    )


def _certain(event: Remade, parting: Parting, inside: bool) -> bool:
    """Return whether no program would want equal numbers here.

    The clock is never read for them. A compiled step has them for ever, a loop that carries on what comes of them
    repeats its noise, and one that collects equal results of its own key, or of none, has as good as one. Other loops
    and calls may compare runs that start from one seed, or make operands for a benchmark.
    """
    made = event.second
    if made.clock or (made.constant and made.place is MadeIn.TRACED):
        return True
    if parting.around is None:
        return False
    loop, call = parting.around.site, _call(event, parting)
    if loop.chunk is not call.chunk and not isinstance(loop.node, cst.Call):
        return False
    if feeds_back(loop.node, call.node):
        return True
    own = inside or left_out(made) is not None
    return own and keeps_equal_results(loop.chunk.module, loop.node, call.node)


def _call(event: Remade, parting: Parting) -> Site:
    """Return the call whose result is the same in each pass: under a ``with`` that holds a key, one in its block."""
    site = parting.second.site
    held = any(isinstance(node, cst.WithItem) for node in ancestors(site.chunk.module, site.node))
    return part(event.before, event.use).second.site if held else site


def _of_other_sizes(event: Remade) -> bool:
    """Return whether what is drawn in a loop has the size, or another number, that the loop goes over.

    The shape of an array that the loop goes over does not count: all of them may well be alike.
    """
    before, after = event.before.signature, event.use.signature
    if before is None or after is None or before is after:
        return False
    return any(_another_number(one, other) for one, other in zip(before.parts[1:], after.parts[1:], strict=False))


def _another_number(one: Term, other: Term) -> bool:
    """Return whether two terms differ in a number, or in which item of something they name."""
    if one is other or other.kind in _MEASURED:
        return False
    if other.kind in (Kind.ITEM, Kind.CONST):
        return True
    if one.kind is not other.kind or len(one.parts) != len(other.parts):
        return any(part.kind is Kind.ITEM for part in other.parts)
    return any(_another_number(ours, theirs) for ours, theirs in zip(one.parts, other.parts, strict=True))


def _fixed_on_purpose(event: Remade) -> bool:
    """Return whether a function with a constant key makes fixed data, or runs several settings from one seed.

    The first takes no arguments, and the calls of the second differ in numbers or names that are written there.
    """
    parting = part(event.first, event.second)
    before, after = parting.first.arguments, parting.second.arguments
    if parting.second is event.second.way[-1]:
        return False
    settings = [
        isinstance(one, Const) and isinstance(other, Const) and one != other
        for (_, one), (_, other) in zip(before, after, strict=False)
    ]
    return not (after or parting.second.method) or (not parting.loop and any(settings))


def is_direct(made: Made, use: Use) -> bool:
    """Return whether a key is consumed in the function that has built it."""
    ours, theirs = made.way[-1].owner, use.way[-1].owner
    return ours == theirs or (len(use.way) > 1 and use.kind is UseKind.STREAM and ours == theirs)


def left_out(made: Made) -> tuple[Step, str] | None:
    """Return the call that leaves out a key, for which a constant one is built, and the name of the argument.

    Args:
        made: the call that builds the key.
    """
    call = next((step for step in reversed(made.way[:-1]) if step.turn is None), None)
    if call is None or call.site.chunk.file:
        return None
    around = ancestors(made.site.chunk.module, made.site.node)
    function = next((node for node in reversed(around) if isinstance(node, cst.FunctionDef)), None)
    if function is None:
        return None
    inside = around[around.index(function) :]
    tests = [node.test for node in inside if isinstance(node, (cst.If, cst.IfExp))]
    tests += [node.left for node in inside if isinstance(node, cst.BooleanOperation)]
    params = function.params
    optional = {
        param.name.value
        for param in (*params.posonly_params, *params.params, *params.kwonly_params)
        if isinstance(param.default, cst.Name) and param.default.value == "None"
    }
    name = next((name for test in tests for name in _asked(test) if name in optional), None)
    return None if name is None else (call, name)


def _asked(test: cst.BaseExpression) -> list[str]:
    """Return the names that a condition asks for, as ``key`` and ``key is None`` do."""
    if isinstance(test, cst.UnaryOperation):
        return _asked(test.expression)
    if isinstance(test, cst.Comparison):
        return _asked(test.left)
    return [test.value] if isinstance(test, cst.Name) else []
