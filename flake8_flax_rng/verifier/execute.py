"""Runs one program, in the process that was made for it, and judges what it did."""

from __future__ import annotations

import importlib
import os
import sys
import types
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, suppress
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from flake8_flax_rng.verifier import judge, unchanged
from flake8_flax_rng.verifier.compiled import CompiledLedger
from flake8_flax_rng.verifier.defaults import Defaults
from flake8_flax_rng.verifier.differential import has_no_effect, is_needless, same_bits, takes
from flake8_flax_rng.verifier.fixture import Claim, Fixture, FixtureError, read
from flake8_flax_rng.verifier.jaxhooks import TESTED, UnsupportedVersion, load, share_lowering_context, versions
from flake8_flax_rng.verifier.judge import Verdict
from flake8_flax_rng.verifier.ledger import DRAW, MADE, SPLIT, Ledger
from flake8_flax_rng.verifier.lines import Trace, statement_span, traced
from flake8_flax_rng.verifier.nnxhooks import MODES, modes_set
from flake8_flax_rng.verifier.optin import LEGACY, SHARED, Initialisation, initialisation, legacy_keys, shared, unused
from flake8_flax_rng.verifier.places import Span
from flake8_flax_rng.verifier.processes import digest, elsewhere
from flake8_flax_rng.verifier.reuse import groups
from flake8_flax_rng.verifier.streams import LinenCall, StreamTrace

WATCHED, UNCHANGED = "watched", "unchanged"
"""How a program runs: nothing compiled and the ledger listening, or exactly as it is."""

_MODES = {
    "raises": (UNCHANGED,),
    "key-reused": (WATCHED,),
    "no-effect": (WATCHED,),
    "same-output": (UNCHANGED,),
    "other-process": (UNCHANGED,),
    "legacy-key": (UNCHANGED,),
    "shared-key": (WATCHED,),
    "unused-key": (WATCHED,),
    "replayed": (UNCHANGED,),
    "drawn": (UNCHANGED,),
    "stops-drawing": (UNCHANGED,),
    "shared-default": (UNCHANGED,),
    "line-without-effect": (UNCHANGED,),
    # A good program must also run when it is compiled: what works uncompiled only is no example for anyone.
    "clean": (WATCHED, UNCHANGED),
}


def modes(claims: Collection[Claim]) -> list[str]:
    """Tell in which ways a program must be run to judge its claims.

    Args:
        claims: the claims.

    Returns:
        the ways, each once.
    """
    wanted = {mode for claim in claims for mode in _MODES[claim.kind]}
    return [mode for mode in (WATCHED, UNCHANGED) if mode in wanted]


def run(path: Path, mode: str, cache: Path | None) -> Verdict:
    """Run a program in this process, and judge it.

    Args:
        path: the program's file.
        mode: WATCHED or UNCHANGED.
        cache: a directory for compiled expressions, so that not every program compiles the same ones.

    Returns:
        what the run says about the fixture's claims.

    Raises:
        FixtureError: when the file is no fixture or no Python.
    """
    fixture = read(path)
    configure(cache)
    share_lowering_context()
    return _watched(fixture) if mode == WATCHED else _unchanged(fixture)


def configure(cache: Path | None) -> None:
    """Set up JAX in this process.

    Args:
        cache: a directory for compiled expressions, so that not every program compiles the same ones.
    """
    update: Callable[[str, object], None] = importlib.import_module("jax").config.update
    update("jax_platforms", "cpu")
    update("jax_traceback_filtering", "off")
    if cache is not None:
        with suppress(AttributeError):  # Older versions have fewer of these.
            update("jax_compilation_cache_dir", str(cache))
            update("jax_persistent_cache_min_compile_time_secs", 0)
            update("jax_persistent_cache_min_entry_size_bytes", 0)


def _watched(fixture: Fixture) -> Verdict:
    jax = importlib.import_module("jax")  # Untyped here, since some of what follows is untyped there.
    filename = str(fixture.path)
    ledger = Ledger(load(), filename)
    same: dict[int, list[bool]] = defaultdict(list)
    needless: list[tuple[str, list[Span]]] = []
    initialisations: list[Initialisation] = []
    trace = StreamTrace(filename, _observer(fixture, ledger, same, needless, initialisations))
    with ledger.listening(), trace.listening(), jax.disable_jit():
        error, _ = execute(fixture.path, fixture.source)
        jax.effects_barrier()
    verdict = Verdict()
    for claim in fixture.claims:
        if claim.kind == "key-reused":
            judge.judge_reuse(verdict, fixture, groups(ledger))
        elif claim.kind == "no-effect":
            judge.judge_no_effect(verdict, fixture, claim, same)
        elif claim.kind in ("clean", "shared-key", "unused-key"):
            judge.judge_no_reuse(verdict, fixture, groups(ledger))
            if _about(fixture, claim, "shared-key", SHARED):
                judge.judge_opt_in(verdict, fixture, shared(ledger, initialisations))
            if claim.kind == "unused-key":
                judge.judge_unused(verdict, fixture, unused(ledger))
        if claim.kind == "clean":
            judge.judge_streams(verdict, fixture, [*_idle(trace.calls), *needless])
        if WATCHED in _MODES[claim.kind]:
            judge.judge_ending(verdict, error, filename)
    return verdict


def _unchanged(fixture: Fixture) -> Verdict:
    verdict = Verdict()
    trace, legacy = Trace(), list[Span]()
    compiled: CompiledLedger | None = None
    filename = str(fixture.path)
    defaults = Defaults(filename)
    with ExitStack() as stack:
        if unchanged.needs_ledger(fixture) or any(claim.kind in _COMPARED for claim in fixture.claims):
            trace = stack.enter_context(traced(filename))
        if unchanged.needs_ledger(fixture):
            compiled = CompiledLedger(filename, trace)
            stack.enter_context(compiled.listening())
        if any(_about(fixture, claim, "legacy-key", LEGACY) for claim in fixture.claims):
            legacy = stack.enter_context(legacy_keys(filename))
        if any(claim.kind == "shared-default" for claim in fixture.claims):
            stack.enter_context(defaults.listening())
        setting = stack.enter_context(modes_set(filename)) if fixture.rule == MODES else []
        error, namespace = execute(fixture.path, fixture.source)
    for claim in fixture.claims:
        if claim.kind == "raises":
            judge.judge_raises(verdict, fixture, claim, error, setting)
            continue
        if UNCHANGED in _MODES[claim.kind]:
            judge.judge_ending(verdict, error, filename)
        if claim.kind in ("clean", "legacy-key"):
            found = ((f"a legacy key is built at line {span}", span) for span in legacy)
            judge.judge_opt_in(verdict, fixture, found)
        if claim.kind in _COMPARED:
            _COMPARED[claim.kind](verdict, fixture, claim, namespace, trace.lines)
        if claim.kind == "shared-default":
            unchanged.judge_shared_default(verdict, fixture, defaults)
        if compiled is not None:
            unchanged.judge_ledger(verdict, fixture, claim, compiled)
    return verdict


def _about(fixture: Fixture, claim: Claim, kind: str, code: str) -> bool:
    """Tell whether a claim says that something is there, or that nothing of it is: in a good program of its rule."""
    return claim.kind == kind or (claim.kind == "clean" and fixture.rule == code)


def _judge_same_output(
    verdict: Verdict, fixture: Fixture, claim: Claim, namespace: dict[str, Any], lines: set[int]
) -> None:
    first, separator, second = claim.argument.partition("==")
    if not separator:
        raise FixtureError(f"the claim 'same-output' needs two expressions with == between: {claim.argument!r}")
    try:
        values = [eval(text.strip(), namespace) for text in (first, second)]
    except Exception as error:
        verdict.problems.append(f"{claim.argument!r} cannot be evaluated: {type(error).__name__}: {error}")
        return
    if not same_bits(*values):
        verdict.seen.append(f"{claim.argument} is false")
        verdict.problems.append(f"{claim.argument} is false")
        return
    verdict.seen.append(f"{claim.argument} is true")
    verdict.confirmed |= _executed(fixture, lines)


def _judge_other_process(
    verdict: Verdict, fixture: Fixture, claim: Claim, namespace: dict[str, Any], lines: set[int]
) -> None:
    """Judge a claim that a value is another one in another process."""
    try:
        same = digest(eval(claim.argument, namespace)) == elsewhere(fixture.path, claim.argument)
    except Exception as error:
        verdict.problems.append(f"{claim.argument!r} cannot be evaluated: {type(error).__name__}: {error}")
        return
    if same:
        verdict.seen.append(f"{claim.argument} is the same in another process")
        verdict.problems.append(f"{claim.argument} is the same in another process")
        return
    verdict.seen.append(f"{claim.argument} differs from process to process")
    verdict.confirmed |= _executed(fixture, lines)


def _judge_line_without_effect(
    verdict: Verdict, fixture: Fixture, claim: Claim, namespace: dict[str, Any], lines: set[int]
) -> None:
    """Judge a claim that a value is the same when the marked statements are left out."""
    error, other = execute(fixture.path, unchanged.without(fixture.source, fixture.marked))
    judge.judge_ending(verdict, error, str(fixture.path))
    try:
        same = same_bits(eval(claim.argument, namespace), eval(claim.argument, other))
    except Exception as error:
        verdict.problems.append(f"{claim.argument!r} cannot be evaluated: {type(error).__name__}: {error}")
        return
    changed = f"without the marked lines {claim.argument} is {'the same' if same else 'another value'}"
    verdict.seen.append(changed)
    verdict.problems.extend([] if same else [changed])
    verdict.confirmed |= _executed(fixture, lines) if same else set()


_COMPARED = {
    "same-output": _judge_same_output,
    "other-process": _judge_other_process,
    "line-without-effect": _judge_line_without_effect,
}
"""The claims about values of the program, and who judges them."""


def _executed(fixture: Fixture, lines: set[int]) -> set[int]:
    """Return the marked lines whose statements were executed."""
    return {
        line for line in fixture.marked if any(executed in statement_span(fixture.source, line) for executed in lines)
    }


def execute(
    path: Path, source: str, arguments: Sequence[str] = (), module: str = ""
) -> tuple[BaseException | None, dict[str, Any]]:
    """Run a program as the main module of this process.

    Args:
        path: the program's file.
        source: its text.
        arguments: what follows its name on its command line.
        module: its dotted name, where it runs as a module that the working directory leads to.

    Returns:
        what left it, and its names.

    Raises:
        FixtureError: when it is no Python.
    """
    main = types.ModuleType("__main__")
    main.__file__ = str(path)
    sys.modules["__main__"] = main
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, os.getcwd() if module else str(path.parent))
    try:
        code = compile(source, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise FixtureError(f"cannot be compiled: {error}") from error
    try:
        if module:
            main.__package__ = module.rpartition(".")[0]
            main.__spec__ = ModuleSpec(module, None, origin=str(path))
        if main.__package__:
            importlib.import_module(main.__package__)
        exec(code, main.__dict__)
    except BaseException as error:
        return error, main.__dict__
    return None, main.__dict__


def _observer(
    fixture: Fixture,
    ledger: Ledger,
    same: dict[int, list[bool]],
    needless: list[tuple[str, list[Span]]],
    initialisations: list[Initialisation],
) -> Callable[[LinenCall], None]:
    claimed = [claim.argument for claim in fixture.claims if claim.kind == "no-effect"]
    clean = any(claim.kind == "clean" for claim in fixture.claims)

    def observe(call: LinenCall) -> None:
        with ledger.muted():
            for stream in claimed:
                for line in _marked_lines(fixture, call) if takes(call, stream) else ():
                    has_no_effect(call, stream, same[line].append)
            if clean and call.initialises:
                _look_for_needless(call, needless)
            if call.makes_variables:
                initialisations.append(initialisation(call, ledger))

    return observe


def _look_for_needless(call: LinenCall, needless: list[tuple[str, list[Span]]]) -> None:
    for stream in sorted(set(call.given) - {"params"}):
        answers: list[bool] = []
        is_needless(call, stream, answers.append)
        if answers and all(answers):
            needless.append((f"init needs no {stream!r} at line {_line(call)}", [site.span for site in call.stack]))


def _idle(calls: list[LinenCall]) -> Iterator[tuple[str, list[Span]]]:
    for call in calls:
        for stream in call.idle if not call.initialises else ():
            yield f"{stream!r} is never read at line {_line(call)}", [site.span for site in call.stack]


def _marked_lines(fixture: Fixture, call: LinenCall) -> list[int]:
    return [line for line in fixture.marked if any(line in site.span for site in call.stack)]


def _line(call: LinenCall) -> str:
    return str(call.stack[-1].span) if call.stack else "?"


def probe(cache: Path | None) -> None:
    """Check that the ledger hears what it must hear, on the installed version of JAX.

    Args:
        cache: a directory for compiled expressions.

    Raises:
        UnsupportedVersion: when it does not.
    """
    configure(cache)
    import jax

    ledger = Ledger(load(), __file__)
    with ledger.listening(), StreamTrace(__file__).listening(), jax.disable_jit():
        key = jax.random.key(0)
        jax.random.normal(jax.random.split(key)[0])
        jax.vmap(lambda number: jax.random.bits(key) + number)(jax.numpy.arange(2))
    heard = [(event.kind, event.lanes) for event in ledger.events]
    if heard != [(MADE, 1), (SPLIT, 1), (DRAW, 1), (DRAW, 2)]:
        raise UnsupportedVersion(
            f"the verifier hears {heard} on {versions()}, which is wrong; it was tested on jax {TESTED}"
        )


def warm_up(cache: Path | None) -> None:
    """Let JAX and Flax set up what they set up when they are first used.

    Args:
        cache: a directory for compiled expressions.
    """
    configure(cache)
    share_lowering_context()
    jax, linen = importlib.import_module("jax"), importlib.import_module("flax.linen")
    keys = {"params": jax.random.key(0), "dropout": jax.random.key(1)}
    model = linen.Sequential([linen.Dense(2), linen.Dropout(0.5, deterministic=False)])

    def loss(variables: Any) -> Any:
        return model.apply(variables, jax.numpy.ones((1, 2)), rngs={"dropout": keys["dropout"]}).sum()

    for disabled in (True, False):
        with jax.disable_jit(disabled):
            jax.jit(jax.grad(loss))(model.init(keys, jax.numpy.ones((1, 2))))
            jax.vmap(jax.random.normal)(jax.random.split(keys["params"]))
            jax.effects_barrier()
