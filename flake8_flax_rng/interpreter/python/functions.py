"""Functions of the linted file: making them, giving them arguments, following their bodies."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.checks import ignored_keys
from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.context import Ending, Scope
from flake8_flax_rng.interpreter.core.lifted import is_kept
from flake8_flax_rng.interpreter.core.program import Chosen
from flake8_flax_rng.interpreter.core.work import Calls
from flake8_flax_rng.interpreter.domain.budget import (
    CALL_DEPTH,
    CALLS_ABROAD_APART,
    RECURSION,
    STEPS_PER_CALL_ABROAD,
    Limit,
)
from flake8_flax_rng.interpreter.domain.events import Draw
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Class,
    Const,
    Function,
    FunctionCode,
    Key,
    Keys,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, OBJECTS, any_inside, any_key, kind_of
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.paths.conditions import EITHER
from flake8_flax_rng.interpreter.python import effectless_calls, fixed_objects
from flake8_flax_rng.interpreter.python.declared_types import linen_class, meant
from flake8_flax_rng.interpreter.python.lineage import is_frozen, is_linen
from flake8_flax_rng.interpreter.python.names import dotted
from flake8_flax_rng.records import replaced
from flake8_flax_rng.syntax.cst_children import children_of
from flake8_flax_rng.syntax.names_in_text import definition, loaded

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_DOCUMENTED = 2
_NOT_IMPLEMENTED = ("NotImplementedError", "NotImplemented")


def make_lambda(engine: Engine, node: cst.Lambda, state: State) -> Outcomes:
    """Evaluate a ``lambda``."""
    code = _code(engine, node, "<lambda>")
    return _made(engine, code, node.params, state, None)


def make_function(engine: Engine, node: cst.FunctionDef, state: State, owner: Class | None) -> Outcomes:
    """Evaluate a ``def`` without its decorators."""
    return _made(engine, _code(engine, node, node.name.value), node.params, state, owner)


def _code(engine: Engine, node: cst.FunctionDef | cst.Lambda, name: str) -> FunctionCode:
    code = engine.program.codes.get(node)
    if code is None:
        assert engine.context.chunk is not None
        # A walk over LibCST costs more than following the function does, so the text is asked first.
        generator = isinstance(node, cst.FunctionDef) and "yield" in engine.context.chunk.text and _yields(node.body)
        number, unit = len(engine.program.codes), _unit(engine, name)
        positional = tuple([p.name.value for p in (*node.params.posonly_params, *node.params.params)])
        code = FunctionCode(node, engine.context.chunk, name, generator, number, unit, positional)
        engine.program.codes[node] = code
    return code


def _unit(engine: Engine, name: str) -> str:
    """Return the name under which the index knows a function."""
    scope, module = engine.context.scope, (engine.home.frame,)
    if scope.frames == module:
        return name
    if scope.body_of is not None and scope.frames[1:] == module:
        return f"{scope.body_of.name}.{name}"
    return engine.context.functions[-1].unit if engine.context.functions else ""


def _yields(body: cst.CSTNode) -> bool:
    """Return whether a function body holds a ``yield`` of its own."""
    pending: list[cst.CSTNode] = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Yield):
            return True
        if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            pending.extend(children_of(node))
    return False


def _made(engine: Engine, code: FunctionCode, params: cst.Parameters, state: State, owner: Class | None) -> Outcomes:
    with_default = [p for p in _parameters(params) if p.default is not None]
    result: Outcomes = []
    for values, after in engine.eval_all([p.default for p in with_default if p.default is not None], state):
        defaults = tuple((p.name.value, value) for p, value in zip(with_default, values, strict=True))
        _note_keys(engine, code, with_default, values)
        for param, value in zip(with_default, values, strict=True):
            if isinstance(value, Ref) and param.default is not None:
                engine.hooks.declared(value, after, engine.site(param.default))
        frames = engine.context.scope.frames if owner is None else engine.context.scope.frames[1:]
        function = Function(code, frames, defaults, owner)
        engine.program.captured.update(frames)
        engine.program.functions[code] = function
        engine.program.defined[code] = engine.program.defined.get(code, 0) + 1
        result.append((function, after))
    return result


def _note_keys(engine: Engine, code: FunctionCode, params: list[cst.Param], values: list[Value]) -> None:
    """Note the defaults that build a key: it is built once, and every call gets that one."""
    for param, value in zip(params, values, strict=True):
        if isinstance(value, (Key, Keys)) and isinstance(param.default, cst.Call):
            engine.book.origins.mark_default(value.origin)
            engine.program.defaults[code, param.name.value] = engine.site(param.default)


def _parameters(params: cst.Parameters) -> list[cst.Param]:
    return [*params.posonly_params, *params.params, *params.kwonly_params]


def parameter_names(function: Function) -> list[str]:
    """Return the names of the parameters that can be given by position."""
    return [*function.code.positional]


def symbolic_args(engine: Engine, function: Function, state: State, receiver: Value | None = None) -> Args:
    """Return arguments that stand for any that a caller could give; one annotated with a class is an instance."""
    args = Args()
    names = parameter_names(function)
    if receiver is not None and names:
        args.positional.append(receiver)
        names = names[1:]
    annotations = {p.name.value: p.annotation for p in _parameters(function.code.node.params)}
    for name in (*names, *(p.name.value for p in function.code.node.params.kwonly_params)):
        known = _annotated(engine, function, name, annotations.get(name), state) or _default(engine, function, name)
        args.keywords[name] = known if known is not None else engine.parameter(function.code, name)
    args.open_positional = args.open_keywords = True
    return args


def _annotated(
    engine: Engine, function: Function, name: str, annotation: cst.Annotation | None, state: State
) -> Value | None:
    """Return an instance with unknown fields for ``model: Net``; None where the class is no known module."""
    if annotation is None:
        return None
    known = meant(engine, annotation.annotation, function.frames, state)
    if isinstance(known, (Class, Symbol)) and is_frozen(known):
        engine.program.unchanging.add(engine.parameter(function.code, name).term)
    if not isinstance(known, Class):
        return None
    any_module = engine.hooks.annotated(known, state)
    if any_module is not None:
        return any_module
    cls = linen_class(engine, known)
    return engine.allocate(state, Instance(cls, frozen=True, symbolic=True)) if cls is not None else None


def _default(engine: Engine, function: Function, name: str) -> Value | None:
    """Return the class of modules that a parameter is by default: one of those that it can be."""
    value = dict(function.defaults).get(name)
    cls = value.function if isinstance(value, Partial) else value
    if isinstance(cls, (Class, Symbol)) and is_linen(cls):
        engine.chosen = Chosen.DEFAULT
        return value
    return None


_OF_A_CALL = frozenset({Kind.CALL, Kind.PURE, Kind.RESULT, Kind.ITEM, Kind.SUBSCRIPT})


def call_function(engine: Engine, function: Function, args: Args, state: State) -> Outcomes:
    """Follow a function's body with these arguments.

    Returns:
        one outcome for each path on which it returns; a call in a recursive one has an unknown result and no
        effect, and a generator is taken to be used up at once: its result is a list of what it yields.
    """
    code = function.code
    if code.chunk.file and engine.work.abroad < CALLS_ABROAD_APART:
        return _abroad(engine, function, args, state)
    return _call(engine, function, args, state)


def _abroad(engine: Engine, function: Function, args: Args, state: State) -> Outcomes:
    """Call a function of another file: whatever goes wrong there, nothing is known of it then."""
    if not engine.work.may_enter(function.code) or not _worth_going(engine, function, args, state):
        return _unknown(engine, function, args, state)
    before = state.fork()
    try:
        with engine.work.in_other_file(STEPS_PER_CALL_ABROAD >> engine.work.abroad):
            return _call(engine, function, args, state)
    except Exception:  # too large, or odd, which is for whoever lints that file
        engine.work.too_large.add(function.code)
        return _unknown(engine, function, args, before)


def _worth_going(engine: Engine, function: Function, args: Args, state: State) -> bool:
    """Return whether a method of a module can matter: only a run or a missing key asks what it draws.

    One that is given a key matters in any case.
    """
    if engine.context.runs or is_kept(engine, "params") or function.owner is None or not is_linen(function.owner):
        return True
    found = state.instance(args.positional[0]) if args.positional else None
    held = found.attributes.values() if found is not None else ()
    return any(_of_interest(value, state) for value in args.values()[1:]) or any(
        isinstance(value, (Key, Keys)) for value in held
    )


def _unknown(engine: Engine, function: Function, args: Args, state: State) -> Outcomes:
    if (engine.context.runs or engine.context.activations) and engine.context.stack:
        state.draws = (*state.draws, Draw("*", engine.context.stack[-1].site, certain=False))
    return unknown_code.unknown_call(engine, function, args, state)


def _call(engine: Engine, function: Function, args: Args, state: State) -> Outcomes:
    code = function.code
    traced = not engine.context.functions and code in engine.program.jitted
    if engine.context.stack:
        engine.program.called.add(code)
    if _too_deep(engine, code, args, state):
        engine.bounds.recursed()
        with engine.book.escapes.not_noted():
            for value in args.values():
                engine.book.escapes.note(value)
        return [(engine.unknown("recursion"), state)]
    wanted = engine.hooks.wanted(state)
    if not (wanted or _worth_following(engine, function, args, state)):
        return unknown_code.unknown_call(engine, function, args, state)
    if function.owner is not None and is_left_to_subclasses(code):
        return engine.hooks.left_open(function, args, state) or _unknown(engine, function, args, state)
    if _is_stub(code) or _lacks(function, args):
        return _unknown(engine, function, args, state)
    if engine.context.functions and _too_much(engine, code, args, state):
        engine.bounds.exhausted(engine.context, engine.work.abroad)
        with engine.book.escapes.not_noted():
            return _unknown(engine, function, args, state)
    engine.work.followed.add(code)
    engine.book.signs.callees.enter(code, engine.context.stack, engine.owner())
    names = _bound(engine, function, args, state)
    _note_unread(engine, function, args)
    ignored_keys.note_call(engine, function, names)
    _take_as_given(engine, function, args, state)
    trial = None if wanted else effectless_calls.begin(engine, function, names, state)
    known = trial.result(state) if trial is not None else None
    if known is not None:
        return [(known, state)]
    result = _entered(engine, function, names, state, traced)
    if trial is not None:
        trial.end(result)
    return result


def _note_unread(engine: Engine, function: Function, args: Args) -> None:
    """Note the arguments that are drawn values, and whether the function reads them at all."""
    names = function.code.positional
    for place, node in args.nodes.items():
        value = args.positional[place] if isinstance(place, int) else args.keywords.get(place)
        if not (isinstance(value, Opaque) and value.term.kind is Kind.DRAW):
            continue
        name = place if isinstance(place, str) else names[place] if place < len(names) else ""
        reader = _receiver(function.code, name)
        engine.book.signs.give(node, not reader or _reads(function.code, reader))


def _receiver(code: FunctionCode, keyword: str) -> str:
    """Return the parameter that gets what is given by a keyword: its own, or the one that collects the others."""
    params = code.node.params
    if not params.star_kwarg or any(param.name.value == keyword for param in _parameters(params)):
        return keyword
    return params.star_kwarg.name.value


def _is_made(term: Term) -> bool:
    """Return whether a value comes of a call, or of a part of what one has returned."""
    if term.kind is Kind.FRESH:
        return term.label != EITHER
    return term.kind in _OF_A_CALL


def _take_as_given(engine: Engine, function: Function, args: Args, state: State) -> None:
    """Go on as if what a call has returned were there, where it is given for a parameter that may be left out.

    Who has nothing to give leaves it out: what the function does for want of it is not what this call is for.
    """
    made: dict[int | str, Opaque] = {}
    for place in args.nodes:
        value = args.positional[place] if isinstance(place, int) else args.keywords.get(place)
        if isinstance(value, Opaque) and _is_made(value.term):
            made[place] = value
    if not made:
        return
    names, params = function.code.positional, function.code.node.params
    optional = {
        param.name.value
        for param in (*params.posonly_params, *params.params, *params.kwonly_params)
        if type(param.default) is cst.Name and param.default.value == "None"
    }
    for place, value in made.items():
        name = place if isinstance(place, str) else names[place] if place < len(names) else ""
        if name in optional:
            conditions.take_as_some(engine, value, state)


def _reads(code: FunctionCode, name: str) -> bool:
    """Return whether the text of a function names one of its parameters again."""
    found = definition(code.chunk, code.node) if isinstance(code.node, cst.FunctionDef) else None
    return found is None or bool(loaded(found, name))


def _entered(engine: Engine, function: Function, names: dict[str, Value], state: State, traced: bool) -> Outcomes:
    code = function.code
    if engine.context.stack:
        engine.program.entered.add(code)
    frame = engine.number()
    state.open_frame(frame, names)
    first = next(iter(names.values()), None)
    yielded = engine.allocate(state, ListObject((), once=True)) if code.generator else None
    around = engine.context
    context = replaced(
        around,
        scope=Scope((frame, *function.frames), owner=function.owner, receiver=first),
        chunk=code.chunk,
        functions=(*around.functions, code),
        generators=around.generators if yielded is None else (*around.generators, yielded.address),
    )
    with engine.within(context), engine.tracing() if traced else nullcontext():
        result = _followed(engine, code, state, yielded)
    if frame not in engine.program.captured:
        for _, after in result:
            after.close_frame(frame)
    elif result:
        paths = [(after.frame(frame), after) for _, after in result]
        rebound = fixed_objects.nonlocal_names(code.chunk.text)
        engine.program.closures[frame] = fixed_objects.common(engine, paths, rebound)
    return engine.merge_outcomes(result)


def _too_deep(engine: Engine, code: FunctionCode, args: Args, state: State) -> bool:
    """Return whether a call is not followed: one of a function within itself is, but only for keys that it hands on."""
    depth = engine.context.functions.count(code)
    if depth and (code.generator or depth >= RECURSION):
        return True
    handed_on = not depth or any(
        isinstance(value, (Key, Keys)) or (isinstance(value, Opaque) and engine.book.uses.drawn_from(value.term))
        for value in args.values()
    )
    if handed_on and len(engine.context.functions) >= CALL_DEPTH:
        engine.bounds.reached(engine.context, Limit.DEPTH)
        return True
    if not handed_on:
        engine.program.cut.setdefault(code, set()).update(v.term for v in args.values() if isinstance(v, Opaque))
    return not handed_on


def _worth_following(engine: Engine, function: Function, args: Args, state: State) -> bool:
    """Return whether a body can matter: it names something of interest, or it or a function around it is given that."""
    code = function.code
    index = engine.files.homes[code.chunk.file].index
    if index is None or not code.unit or code.unit == "<lambda>" or index.followed(code.unit):
        return True
    return any(_of_interest(value, state) for value in args.values()) or _closes_over_more(function, state)


def _closes_over_more(function: Function, state: State) -> bool:
    """Return whether the functions around one hold what is of interest, beside functions of their own text."""
    held = (value for frame in function.frames[:-1] for value in state.frame(frame).values())
    return any(
        _of_interest(value, state)
        for value in held
        if not (isinstance(value, Function) and value.code.unit == function.code.unit)
    )


def is_left_to_subclasses(code: FunctionCode) -> bool:
    """Return whether a method is abstract, or only says that it is not implemented: what its subclasses do is open."""
    line = _last_of_few(code)
    if line is None:
        return False
    if isinstance(line, cst.Raise):
        name = line.exc.func if isinstance(line.exc, cst.Call) else line.exc
        return isinstance(name, cst.Name) and name.value in _NOT_IMPLEMENTED
    if _is_stub(code):
        return True
    if not isinstance(line, (cst.Pass, cst.Expr)) or isinstance(code.node, cst.Lambda):
        return False
    return any(dotted(item.decorator).endswith("abstractmethod") for item in code.node.decorators)


def _last_of_few(code: FunctionCode) -> cst.CSTNode | None:
    """Return what a function does that holds nothing else but its documentation."""
    body = code.node.body.body if isinstance(code.node, cst.FunctionDef) else ()
    if not body or len(body) > _DOCUMENTED:
        return None
    last = body[-1]
    return last.body[0] if isinstance(last, cst.SimpleStatementLine) and last.body else last


def _is_stub(code: FunctionCode) -> bool:
    """Return whether the body of a function is ``...``: what it does is written elsewhere, or not yet."""
    line = _last_of_few(code)
    return type(line) is cst.Expr and isinstance(line.value, cst.Ellipsis)


def _lacks(function: Function, args: Args) -> bool:
    """Return whether a call in the text gives fewer arguments than a function needs, so that nothing of it runs."""
    if not args.nodes or not args.complete():
        return False
    params = function.code.node.params
    needed = sum(param.default is None for param in (*params.posonly_params, *params.params, *params.kwonly_params))
    return len(args.positional) + len(args.keywords) < needed


def _too_much(engine: Engine, code: FunctionCode, args: Args, state: State) -> bool:
    """Return whether so much was followed from one function that a call in it must stay unknown."""
    followed = engine.work.calls
    if followed is not Calls.NEW:
        return followed is Calls.NONE
    keyed = any(any_key(value, state.heap, OBJECTS) for value in args.values())
    return code in engine.work.followed and not keyed


def _of_interest(value: Value, state: State) -> bool:
    """Return whether a value is, or holds, more than constants, names and what nothing is known of."""

    def is_more(inner: Value) -> bool:
        return not (isinstance(inner, (Opaque, Const, Symbol)) or kind_of(inner, state.heap) in CONTAINERS)

    return any_inside(value, state.heap, is_more, CONTAINERS, unsure=True)


def _followed(engine: Engine, code: FunctionCode, state: State, yielded: Ref | None) -> Outcomes:
    if not isinstance(code.node, cst.FunctionDef):
        return engine.eval(code.node.body, state)
    result: Outcomes = []
    for completion, after in engine.run_block(code.node.body, state):
        if completion.kind in (Ending.NORMAL, Ending.RETURN):
            result.append((completion.value if yielded is None else yielded, after))
    return result


def _bound(engine: Engine, function: Function, args: Args, state: State) -> dict[str, Value]:
    """Bind arguments to parameters; one that the call does not show is unknown."""
    params = function.code.node.params
    names = function.code.positional
    defaults = dict(function.defaults)
    bound: dict[str, Value] = dict(zip(names, args.positional, strict=False))
    rest = args.positional[len(names) :]
    keywords = dict(args.keywords)
    for index, name in enumerate([*names, *(p.name.value for p in params.kwonly_params)]):
        if name in bound and name not in keywords:
            continue
        if name in keywords:
            bound[name] = keywords.pop(name)
        elif args.open_keywords or (args.open_positional and index < len(names)):
            bound[name] = engine.unknown(name)
        else:
            bound[name] = defaults.get(name) or engine.unknown(name)
            if isinstance(bound[name], Ref):
                engine.hooks.defaulted(bound[name], (function.code, name), state)
            if function.owner is not None and function.owner.configured:
                _default(engine, function, name)
    if type(params.star_arg) is cst.Param:
        known = Tuple(tuple(rest))
        bound[params.star_arg.name.value] = engine.unknown("args") if args.open_positional else known
    if params.star_kwarg is not None:
        entries = tuple((Const(name), value) for name, value in keywords.items())
        found = DictObject(entries, complete=not args.open_keywords)
        bound[params.star_kwarg.name.value] = engine.allocate(state, found)
    return bound
