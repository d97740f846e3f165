"""Calls that are wrong by themselves: what is no key, data that cannot be folded in, constants in a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.events import Misused, Site
from flake8_flax_rng.interpreter.values import Args, Const, Key, Keys, Opaque, Ref, Tuple, Value
from flake8_flax_rng.semantics.libraries import GENERATORS, HOST_CLOCKS

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.engine import Engine, Trace
    from flake8_flax_rng.interpreter.state import State
    from flake8_flax_rng.interpreter.terms import Term

_WORD = 1 << 32
_PARTS_READ = 60


def check_key(engine: Engine, value: Value | None, node: cst.BaseExpression | None, label: str) -> None:
    """Note a value that is given for a key and cannot be one.

    A place that is given a key on one path is taken to be right on all: that paths which contradict each
    other have been followed is more likely than that the program raises.
    """
    if node is None or value is None:
        return
    if isinstance(value, Key) or (isinstance(value, Opaque) and not _generator(value)):
        engine.ledger.keyed(node)
        return
    what = _no_key(value)
    if what:
        engine.emit(Misused("not a key", Site(node, engine.stack[-1].site.chunk), label, what))


def _no_key(value: Value) -> str:
    if isinstance(value, Const):
        return "None" if value.value is None else f"the {type(value.value).__name__} {value.value!r}"
    if isinstance(value, Keys):
        return "" if value.reshaped else "an array of keys"
    if isinstance(value, Tuple):
        return "a tuple"
    return "a NumPy generator" if isinstance(value, Opaque) else ""


def _generator(value: Opaque) -> bool:
    return value.term.kind == "pure" and value.term.args[0] in GENERATORS


def check_data(engine: Engine, data: Value, node: cst.BaseExpression | None) -> None:
    """Note data that ``fold_in`` cannot take: it must fit into 32 bits."""
    if node is None:
        return
    site = Site(node, engine.stack[-1].site.chunk)
    if isinstance(data, Const) and isinstance(data.value, int) and not 0 <= data.value < _WORD:
        engine.emit(Misused("fold data", site, str(data.value), "negative" if data.value < 0 else "large"))
    if isinstance(data, Opaque) and data.term.kind == "pure" and data.term.args[0] == "builtins.hash":
        hashed = data.term.part(1)
        if hashed is None or not isinstance(hashed.value, int):
            engine.emit(Misused("fold data", site, "hash(…)", "hash"))


def check_seed(engine: Engine, seed: Value | None, term: Term, args: Args) -> None:
    """Note a seed that is a part of another key, or that a traced function reads off the clock."""
    node = args.node(0, "seed")
    if node is None:
        return
    site = Site(node, engine.stack[-1].site.chunk)
    found = parts(term)
    if any(part.kind in ("word", "key data") for part in found):
        engine.emit(Misused("buffer", site, "seed"))
    if engine.traced and any(part.kind == "pure" and part.args[0] in HOST_CLOCKS for part in found):
        engine.emit(Misused("host", site, "the clock"))


def check_constant(engine: Engine, key: Term, origin: int, signature: Term | None) -> None:
    """Note noise that is the same in every step: a constant key, and as many numbers as the input has."""
    if signature is not None and any(_shape_of_input(part) for part in signature.parts):
        check_layer(engine, key, origin)


def check_layer(engine: Engine, key: Term, origin: int) -> None:
    """Note dropout from a constant key that is built in the step itself."""
    made = engine.ledger.root(origin)
    if made is not None and made.constant and made.place and _fixed(key) and not _folded(engine, origin):
        engine.emit(Misused("constant", made.site))


def check_captured(engine: Engine, node: cst.Name, name: str, key: Key, state: State) -> None:
    """Note a compiled function that reads a key from outside: it keeps the one of its first call."""
    trace = next((trace for trace in reversed(engine.traced) if trace.compiled), None)
    frame = next((frame for frame in engine.scope.frames if state.lookup(frame, name) is not None), None)
    if trace is not None and frame is not None and frame < trace.start:
        _keeps(engine, trace, node, key)


def check_kept(engine: Engine, node: cst.CSTNode, owner: Value, key: Key) -> None:
    """Note a compiled method that reads a key of its object, which it does in its first call only."""
    trace = next((trace for trace in reversed(engine.traced) if trace.compiled), None)
    if trace is not None and trace.receiver == owner:
        _keeps(engine, trace, node, key)


def _keeps(engine: Engine, trace: Trace, node: cst.CSTNode, key: Key) -> None:
    assert trace.compiled is not None
    if engine.ledger.captured(trace.compiled, node, key.term):
        engine.emit(Misused("captured", engine.site(node)))


def check_leak(engine: Engine, node: cst.CSTNode, owner: Value, value: Value) -> None:
    """Note a key that is renewed in an object while JAX traces: that happens once, and leaves a tracer there."""
    if engine.traced and isinstance(value, Key) and isinstance(owner, Ref) and owner.address < engine.traced[-1].start:
        engine.emit(Misused("leak", engine.site(node)))


def _fixed(key: Term) -> bool:
    """Return whether a key comes of constants alone."""
    return all(part.kind in ("child", "seed", "const") for part in parts(key))


def _folded(engine: Engine, origin: int) -> bool:
    """Return whether a key was folded on its way, with the number of the step most likely."""
    while (made := engine.ledger.maker(origin)) is not None:
        if made.kind == "fold":
            return True
        origin = made.parent
    return False


def _shape_of_input(term: Term) -> bool:
    """Return whether a term is ``x.shape`` of something that the function was given."""
    if term.kind != "attribute" or term.args[1] != "shape":
        return False
    return any(part.kind in ("parameter", "lane", "item") for part in parts(term))


def parts(term: Term) -> list[Term]:
    """Return a term and what it is computed from, up to a bound."""
    found = [term]
    for current in found:
        if len(found) > _PARTS_READ:
            break
        found.extend(current.parts)
    return found
