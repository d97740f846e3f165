"""The flag that turns dropout off: set never, set twice, or set to the opposite of what its name says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Flagged, Rated
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import FlagMistake
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Const, Opaque, Value
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.semantics.linen import FLAG, MODE_FLAGS, TRAINING_FLAGS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State
    from flake8_flax_rng.semantics.linen import Layer


def settled(
    engine: Engine, layer: Layer, found: Instance, args: Args, state: State, site: Site, certain: bool = True
) -> bool:
    """Return whether a layer's flag is set as Flax asks for: once; report it if it certainly is not.

    Args:
        engine: the analysis.
        layer: what is known of the layer.
        found: the layer.
        args: what it is called with.
        state: the path.
        site: the place of the call.
        certain: whether the layer is certain to look at the flag.
    """
    place = layer.inputs.index(FLAG) if FLAG in layer.inputs else None
    own = found.attributes.get(FLAG, NONE)
    given = args.get(place, FLAG) or NONE
    node = args.node(place, FLAG)
    what = _what(own, given, state)
    if what is FlagMistake.NEVER and not args.complete():
        what = None
    name = engine.class_name(found)
    written = [syntax for syntax in (node, found.flag.node if found.flag is not None else None) if syntax is not None]
    if what is not None and certain:
        handed = bool(written) and all(_flag_like(syntax) for syntax in written)
        engine.emit(Flagged((_outer(engine) if handed else None) or site, name, what, site, way=engine.way()))
    elif what is None:
        engine.book.walks.settle(engine.way())
        here = engine.site(node) if node is not None else found.flag if given == NONE else None
        _check_inverted(engine, given if given != NONE else own, here or site, name, site)
    return what is None


def contradiction(engine: Engine, first: Value, second: Value, site: Site, state: State) -> bool:
    """Return whether ``nn.merge_param`` raises for certain, and report it."""
    what = _what(first, second, state)
    if what is not None:
        engine.emit(Flagged(_outer(engine) or site, "merge_param", what, site, way=engine.way()))
    else:
        engine.book.walks.settle(engine.way())
    return what is not None


def _what(own: Value, given: Value, state: State) -> FlagMistake | None:
    if own == NONE and given == NONE:
        return FlagMistake.NEVER
    return FlagMistake.TWICE if _given(own, state) and _given(given, state) else None


def _given(value: Value, state: State) -> bool:
    return value != NONE and conditions.never_none(value, state)


def _outer(engine: Engine) -> Site | None:
    """Return the innermost call that does not merely hand a flag on."""
    for step in reversed(engine.context.stack[:-1]):
        if step.turn is None and not _hands_on(step.site.node):
            return step.site
    return None


def _hands_on(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and any(_flag_like(arg.value) for arg in node.args)


def _flag_like(node: cst.CSTNode) -> bool:
    return _last_name(node) in MODE_FLAGS


def _last_name(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _check_inverted(engine: Engine, flag: Value, place: Site, name: str, site: Site) -> None:
    """Note a flag that is what seems to be the training flag itself, without a ``not``."""
    term = flag.term if isinstance(flag, Opaque) else None
    if term is None or term.name not in TRAINING_FLAGS or not _is_given(term):
        return
    here = term.kind is Kind.PARAMETER and term.serial == engine.owner()
    for written in origins(engine, place, flag):
        if here or _last_name(written.node) in TRAINING_FLAGS:
            engine.emit(Flagged(written, name, FlagMistake.INVERTED, site, str(term.name)))
            return


def _is_given(term: Term) -> bool:
    """Return whether a value is an argument, or an attribute that nothing can have changed."""
    return term.kind is Kind.PARAMETER or (term.kind is Kind.ATTRIBUTE and term.version is None)


def origins(engine: Engine, place: Site, value: Value) -> list[Site]:
    """Return where a value is written: here, where the caller or constructor was given it, and so on outwards."""
    places = [place]
    for step in reversed(engine.context.stack):
        field = _field(engine, places[-1].node)
        if field is not None:
            return [*places, field]
        if not isinstance(places[-1].node, cst.Name):
            break
        given = next((syntax for syntax, shown in step.arguments if _same(shown, value)), None)
        if given is not None and given is not places[-1].node:
            places.append(Site(given, step.site.chunk))
    return places


def _same(shown: Value, value: Value) -> bool:
    if isinstance(shown, Opaque) and isinstance(value, Opaque):
        return shown.term is value.term
    return shown == value


def _field(engine: Engine, node: cst.CSTNode) -> Site | None:
    """Return where the field that ``self.name`` reads was given to the constructor."""
    if not (isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and engine.context.activations):
        return None
    return engine.program.fields.get(engine.context.activations[-1].origin, {}).get(node.attr.value)


def check_rate(engine: Engine, layer: Layer, found: Instance, args: Args, site: Site) -> None:
    """Note a dropout rate that is no probability of being dropped."""
    rate = found.attributes.get(layer.rate) if layer.rate else None
    number = rate.value if isinstance(rate, Const) else None
    if rate is None or isinstance(number, bool) or not isinstance(number, (int, float)):
        return
    # nn.Dropout drops everything at rate 1, without a draw; attention divides by zero there.
    if 0 <= number < 1 or (number == 1 and layer.default_rate is None):
        return
    node = args.node(layer.fields.index(layer.rate), layer.rate)
    place = engine.site(node) if node is not None else site
    engine.emit(Rated(origins(engine, place, rate)[-1], engine.class_name(found), number, place))
