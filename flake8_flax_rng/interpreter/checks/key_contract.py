"""Calls that are wrong by themselves: what is no key, data that cannot be folded in, constants in a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.checks import texts
from flake8_flax_rng.interpreter.domain.events import Misused, Stateful
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, Misuse, StreamMistake
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import parts
from flake8_flax_rng.interpreter.domain.values import Args, Const, Key, Keys, Opaque, Ref, Symbol, Tuple, Value
from flake8_flax_rng.interpreter.domain.walk import reachable
from flake8_flax_rng.semantics.jax_random import SEEDS
from flake8_flax_rng.semantics.libraries import GENERATORS, HOST_CLOCKS, INTEGERS, KEY_SEQUENCES
from flake8_flax_rng.semantics.transforms import BRANCHES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Trace
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.events import Made
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_WORD = 1 << 32
_INFINITE = 1e300
_COMPUTED = frozenset({Kind.PURE, Kind.DRAW, Kind.OP, Kind.MINUS, Kind.CONST})

REFUSED = "refused"
"""Label of what a call returns that was given no key."""


def check_key(engine: Engine, args: Args, position: int, name: str, label: str) -> None:
    """Note an argument that stands where a key is needed and cannot be one.

    A place that is given a key on another path through the same function is taken to be right: that paths
    which contradict each other have been followed is more likely than that the program raises.
    """
    value, node = args.get(position, name), args.node(position, name)
    if node is None or value is None:
        return
    if isinstance(value, Opaque) and (_swapped(value, args) or _is_shape(value)):
        engine.emit(Misused(Misuse.SWAPPED, _site(engine, node), label, "", engine.book.walks.number))
    elif isinstance(value, Opaque) and _words(value.term):
        engine.emit(Misused(Misuse.ARITHMETIC, _site(engine, node)))
    elif isinstance(value, Key) or (isinstance(value, Opaque) and not _generator(value)):
        if not (isinstance(value, Opaque) and value.term.label == REFUSED):
            for place in _handed_on(engine, value, node):
                engine.book.walks.keyed(place.node)
    else:
        refuse(engine, value, node, label)


def refuse(engine: Engine, value: Value, node: cst.BaseExpression, label: str) -> None:
    """Note a value that cannot be a key, where it is written: by the caller who hands it on, or here."""
    what = _no_key(value)
    if not what or (isinstance(value, Keys) and isinstance(node, cst.Attribute)):
        return  # of the keys that an object holds, a mapped function sees one
    place = _handed_on(engine, value, node)[-1] if isinstance(value, Const) else _site(engine, node)
    engine.emit(
        Misused(Misuse.NOT_A_KEY, place, label, what, engine.book.walks.number, engine.book.origins.site_of(value))
    )


def _handed_on(engine: Engine, value: Value, node: cst.BaseExpression) -> list[Site]:
    """Return where a value is written: here, in the call that handed it on to here, and so on outwards."""
    places = [_site(engine, node)]
    for step in reversed(engine.context.stack[:-1]):
        given = next((syntax for syntax, shown in step.arguments if shown is value or shown == value), None)
        if not isinstance(places[-1].node, cst.Name) or given is None:
            break
        places.append(Site(given, step.site.chunk))
    return places


def _site(engine: Engine, node: cst.CSTNode) -> Site:
    return Site(node, engine.context.stack[-1].site.chunk)


def _is_shape(value: Opaque) -> bool:
    return value.term.kind is Kind.ATTRIBUTE and value.term.name == "shape"


def _swapped(value: Opaque, args: Args) -> bool:
    """Return whether an array or a number stands for the key, and the key where something else belongs."""
    others = [other for other in args.values() if other is not value]
    return any(isinstance(other, Key) for other in others) and value.term.kind in _COMPUTED


def _words(term: Term) -> bool:
    """Return whether a value is made of the changed words of a key."""
    return any(part.kind is Kind.WORDS for part in parts(term))


def _no_key(value: Value) -> str:
    if isinstance(value, Const):
        return "`None`" if value.value is None else f"the {type(value.value).__name__} {value.value!r}"
    if isinstance(value, Keys):
        return "" if value.reshaped else "an array of keys"
    if isinstance(value, Symbol):
        return f"the function `{value.path}`" if value.path in SEEDS else ""
    if isinstance(value, Tuple):
        return "a tuple"
    return "a NumPy generator" if isinstance(value, Opaque) else ""


def _generator(value: Opaque) -> bool:
    return value.term.function in GENERATORS


def check_data(engine: Engine, data: Value, node: cst.BaseExpression | None) -> None:
    """Note data that ``fold_in`` cannot take: a Python number must fit into 32 bits."""
    if node is None:
        return
    number = data.value if isinstance(data, Const) else INTEGERS.get(data.path) if isinstance(data, Symbol) else None
    if isinstance(number, float) and abs(number) < _INFINITE:
        number = int(number)
    if isinstance(number, int) and not 0 <= number < _WORD:
        engine.emit(Misused(Misuse.FOLD_DATA, _site(engine, node), str(number)))
    elif isinstance(data, Opaque) and (what := _too_large(data.term)):
        code = Misuse.HASH if what.startswith("hash(") else Misuse.FOLD_DATA
        engine.emit(Misused(code, _site(engine, node), what))
    elif isinstance(data, Opaque) and any(texts.salted(engine, part) for part in parts(data.term)):
        engine.emit(Misused(Misuse.SALTED_HASH, _site(engine, node), "hash(…)"))


def _too_large(term: Term) -> str:
    """Return what a term is that has more than 32 bits in nearly all runs, empty if it need not."""
    while term.function in ("builtins.abs", "builtins.int") and len(term.arguments) == 1:
        inner = term.argument
        if inner is None:
            return ""
        term = inner
    name, given = term.function, term.argument
    if name is None:
        return ""
    if name == "builtins.hash" and given is not None:
        return "" if isinstance(given.value, int) or given.kind in (Kind.OBJECT, Kind.PARAMETER) else "hash(…)"
    if name == "time.time_ns":
        return "time.time_ns()"
    digest = any(part.kind is Kind.SYMBOL and str(part.path).startswith("hashlib.") for part in parts(term))
    return "a digest" if name == "builtins.int" and digest else ""


def check_seed(engine: Engine, seed: Value | None, term: Term, args: Args) -> None:
    """Note a seed that is a part of another key, the hash of a text, or read off the clock by a traced function."""
    node = args.node(0, "seed")
    if node is None:
        return
    site = Site(node, engine.context.stack[-1].site.chunk)
    found = parts(term)
    if any(part.kind in (Kind.WORD, Kind.KEY_DATA) for part in found) or _of_a_key(term):
        engine.emit(Misused(Misuse.WORD_AS_SEED, site))
    if any(texts.salted(engine, part) for part in found):
        engine.emit(Misused(Misuse.SALTED_HASH, site, "hash(…)"))
    if engine.context.traces and any(part.function in HOST_CLOCKS for part in found):
        engine.emit(Misused(Misuse.CLOCK, site, other=engine.context.traced_at()))


def _of_a_key(term: Term) -> bool:
    """Return whether a seed is computed from the words of a key, and not from a draw."""
    if term.kind not in (Kind.PURE, Kind.OP) or str(term.function).startswith("builtins."):
        return False
    computed = parts(term, into=lambda part: part.kind in (Kind.PURE, Kind.OP))
    return any(part.kind in (Kind.SEED, Kind.CHILD) for part in computed)


def check_generator(engine: Engine, method: Term, site: Site) -> None:
    """Note a traced function that draws from a generator of the host, unless it makes it of a fixed seed itself."""
    owner = method.owner
    if not engine.context.traces or owner is None or owner.function not in GENERATORS:
        return
    seeded = any(part.kind is Kind.CONST and part.value is not None for part in owner.parts)
    if not (seeded and owner.number >= engine.context.traces[0].terms):
        engine.emit(Misused(Misuse.HOST, site, f"{owner.function}(…).{method.name}", other=engine.context.traced_at()))


def check_constant(engine: Engine, key: Term, origin: int, signature: Term | None) -> None:
    """Note noise that is the same in every step: a constant key, and as many numbers as the input has."""
    if signature is not None and any(_shape_of_input(part) for part in signature.parts):
        check_layer(engine, key, origin)


def check_layer(engine: Engine, key: Term, origin: int) -> None:
    """Note dropout from a constant key that is built in the step itself."""
    made = engine.book.origins.root(origin)
    if made is not None and made.constant and made.place and is_fixed(key) and not _folded(engine, origin):
        if not _streamed(engine, origin):
            engine.emit(Misused(Misuse.CONSTANT, made.site, other=engine.context.stack[-1].site))
        elif _still_traced(engine, made):
            engine.emit(Stateful(StreamMistake.CONSTANT, made.site, other=engine.context.stack[-1].site))


def _still_traced(engine: Engine, made: Made) -> bool:
    """Return whether a seed was made within the trace that is being followed; what it left in an object goes on."""
    if not engine.context.traces:
        return False
    depth = engine.context.traces[-1].depth
    around = [step.site.node for step in engine.context.stack[:depth]]
    return [step.site.node for step in made.way[:depth]] == around


def _streamed(engine: Engine, origin: int) -> bool:
    """Return whether a stream of NNX has made a key on its way."""
    return any(made.kind is MakeKind.STREAM for made in engine.book.origins.line(origin))


def check_captured(engine: Engine, node: cst.Name, name: str, key: Key, state: State) -> None:
    """Note a compiled function that reads a key from outside: it keeps the one of its first call."""
    trace = next((trace for trace in reversed(engine.context.traces) if trace.compiled), None)
    frame = next((frame for frame in engine.context.scope.frames if state.lookup(frame, name) is not None), None)
    if trace is not None and frame is not None and frame < trace.start:
        _keeps(engine, trace, node, key)


def check_kept(engine: Engine, node: cst.CSTNode, owner: Value, key: Key) -> None:
    """Note a compiled method that reads a key of its object, which it does in its first call only."""
    trace = next((trace for trace in reversed(engine.context.traces) if trace.compiled), None)
    if trace is not None and trace.receiver == owner:
        _keeps(engine, trace, node, key)


def _keeps(engine: Engine, trace: Trace, node: cst.CSTNode, key: Key) -> None:
    assert trace.compiled is not None
    if engine.book.walks.captured(trace.compiled, node, key.term):
        engine.emit(Misused(Misuse.CAPTURED, engine.site(node), other=engine.book.origins.site_of(key)))


def check_leak(engine: Engine, node: cst.CSTNode, owner: Value, value: Value, state: State) -> None:
    """Note a key that is renewed in an object while JAX traces: that happens once, and leaves a tracer there.

    What the traced function is given is a copy there, which it may return.
    """
    if isinstance(value, Key) and isinstance(owner, Ref):
        _note_once(engine, Misuse.LEAK, owner, node, state)


def check_asked(engine: Engine, iterator: Value, given: Value | None, node: cst.CSTNode, state: State) -> None:
    """Note a traced function that asks an iterator from outside for its next key: it does so once.

    Args:
        engine: the analysis.
        iterator: what is asked.
        given: what it gives, None where that is not known.
        node: the call that asks.
        state: the path.
    """
    if isinstance(given, Key) or (isinstance(iterator, Opaque) and iterator.term.at(1) in KEY_SEQUENCES):
        _note_once(engine, Misuse.ASKED, iterator, node, state)


def _note_once(engine: Engine, what: Misuse, owner: Value, node: cst.CSTNode, state: State) -> None:
    """Note what JAX does once with an object from outside of the function that it traces."""
    traces = [trace for trace in engine.context.traces if not trace.eager]
    if what is Misuse.ASKED:
        traces = [trace for trace in traces if not _branches(engine, trace)]
    trace = traces[-1] if traces else None
    if trace is None or engine.book.uses.shapes_only or not _from_outside(owner, trace):
        return
    given = engine.context.stack[trace.depth - 1].arguments if trace.depth else ()
    if not any(owner == inner for _, argument in given for inner in reachable(argument, state.heap)):
        place = _in_traced(engine, trace) or engine.site(node)
        engine.emit(Misused(what, place, other=engine.context.traced_at()))


def _branches(engine: Engine, trace: Trace) -> bool:
    """Return whether JAX traces the arms of a branch, which it does anew where the program writes them anew."""
    return bool(trace.depth) and engine.context.stack[trace.depth - 1].label in BRANCHES


def _from_outside(owner: Value, trace: Trace) -> bool:
    if isinstance(owner, Opaque):
        return owner.term.number < trace.terms
    return isinstance(owner, Ref) and owner.address < trace.start


def _in_traced(engine: Engine, trace: Trace) -> Site | None:
    """Return the call in a traced function that leads to where the analysis stands; None where it stands in it."""
    inside = engine.context.stack[trace.depth :]
    return next((step.site for step in inside if step.turn is None), None)


def is_fixed(key: Term) -> bool:
    """Return whether a key comes of constants alone."""
    return all(part.kind in (Kind.CHILD, Kind.SEED, Kind.CONST) for part in parts(key))


def _folded(engine: Engine, origin: int) -> bool:
    """Return whether a key was folded on its way, with the number of the step most likely."""
    return any(made.kind is MakeKind.FOLD for made in engine.book.origins.line(origin))


def _shape_of_input(term: Term) -> bool:
    """Return whether a term is ``x.shape`` of something that the function was given."""
    if term.kind is not Kind.ATTRIBUTE or term.name != "shape":
        return False
    return any(part.kind in (Kind.PARAMETER, Kind.LANE, Kind.ITEM) for part in parts(term))
