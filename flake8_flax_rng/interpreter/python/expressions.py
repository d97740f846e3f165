"""Expressions: what they evaluate to, on each path."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core import handed_out
from flake8_flax_rng.interpreter.domain.budget import LARGEST_CONSTANT, LITERALS_REMEMBERED
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Class,
    Const,
    Function,
    Key,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.python import attributes, classes, comprehensions, operators, subscripts
from flake8_flax_rng.interpreter.python.assignment import assign
from flake8_flax_rng.interpreter.python.functions import make_lambda
from flake8_flax_rng.interpreter.python.iteration import Iteration, iterate, spread
from flake8_flax_rng.interpreter.python.lineage import is_linen
from flake8_flax_rng.interpreter.python.names import lookup
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


def _name(engine: Engine, node: cst.Name, state: State) -> Outcomes:
    value = lookup(engine, node.value, state)
    if isinstance(value, Key):
        engine.book.read(value)
        if engine.context.traces:
            key_contract.check_captured(engine, node, node.value, value, state)
    return [(value, state)]


def _literal(engine: Engine, node: cst.BaseExpression, state: State) -> Outcomes:
    value = engine.program.literals.get(node)
    if value is None:
        value = engine.program.literals[node] = _read_literal(engine, node)
    return [(value, state)]


def _read_literal(engine: Engine, node: cst.BaseExpression) -> Value:
    text: str = node.value  # type: ignore[attr-defined]
    try:
        value = _literal_value(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return engine.unknown("literal")
    too_large = isinstance(value, int) and value >= LARGEST_CONSTANT
    return engine.unknown("literal") if too_large else Const(value)


@lru_cache(maxsize=LITERALS_REMEMBERED)
def _literal_value(text: str) -> Any:
    if text[0] in "\"'" and text[-1] == text[0] and "\\" not in text and text[:3] not in ('"""', "'''"):
        return text[1:-1]
    return ast.literal_eval(text)


def _concatenated(engine: Engine, node: cst.ConcatenatedString, state: State) -> Outcomes:
    try:
        value = node.evaluated_value
    except (ValueError, SyntaxError):
        value = None
    return [(Const(value) if value is not None else engine.unknown("string"), state)]


def _formatted(engine: Engine, node: cst.FormattedString, state: State) -> Outcomes:
    parts = [part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
    rows = engine.eval_all(parts, state)
    inserted = [p for p in node.parts if isinstance(p, cst.FormattedStringExpression)]
    plain = not any(p.format_spec or p.conversion for p in inserted)
    return [(_joined(engine, node, values, plain, after), after) for values, after in rows]


def _joined(engine: Engine, node: cst.FormattedString, values: list[Value], plain: bool, state: State) -> Value:
    texts = [p.value if isinstance(p, cst.FormattedStringText) else None for p in node.parts]
    if plain and all(isinstance(value, Const) for value in values):
        words = iter(str(value.value) for value in values if isinstance(value, Const))
        return Const("".join(text if text is not None else next(words) for text in texts))
    text = "".join(part if part is not None else "{}" for part in texts)
    return Opaque(engine.terms.make(Kind.FORMAT, text, *(engine.term(value, state) for value in values)))


def _display(engine: Engine, node: cst.Tuple | cst.List | cst.Set, state: State) -> Outcomes:
    rows = engine.eval_all([element.value for element in node.elements], state)
    starred = [type(element) is cst.StarredElement for element in node.elements]
    result: Outcomes = []
    for values, after in rows:
        items, complete = _spread(engine, values, starred, after)
        for item in items:
            engine.book.read(item)
        if isinstance(node, cst.Tuple) and complete:
            result.append((Tuple(tuple(items)), after))
        else:
            result.append((engine.allocate(after, ListObject(tuple(items), complete)), after))
    return result


def _spread(engine: Engine, values: list[Value], starred: list[bool], state: State) -> tuple[list[Value], bool]:
    items: list[Value] = []
    for value, star in zip(values, starred, strict=True):
        inner = spread(engine, value, state) if star else [value]
        if inner is None:
            return items, False
        items.extend(inner)
    return items, True


def _dict(engine: Engine, node: cst.Dict, state: State) -> Outcomes:
    rows: list[tuple[DictObject, State]] = [(DictObject(()), state)]
    for element in node.elements:
        after: list[tuple[DictObject, State]] = []
        for found, at in rows:
            if isinstance(element, cst.DictElement):
                after.extend(_dict_entry(engine, element, found, at))
            else:
                after.extend(_dict_spread(engine, element, found, at))
        rows = after
    return [(engine.allocate(at, found), at) for found, at in rows]


def _dict_entry(
    engine: Engine, element: cst.DictElement, found: DictObject, state: State
) -> list[tuple[DictObject, State]]:
    result = []
    for (key, value), after in (
        ((row[0], row[1]), after) for row, after in engine.eval_all([element.key, element.value], state)
    ):
        engine.book.read(value)
        if isinstance(key, Const):
            result.append((found.set(key, value), after))
        else:
            # It may be the key of an entry before it.
            result.append((DictObject((), complete=False), after))
    return result


def _dict_spread(
    engine: Engine, element: cst.BaseDictElement, found: DictObject, state: State
) -> list[tuple[DictObject, State]]:
    result = []
    for value, after in engine.eval(element.value, state):
        other = after.heap.get(value.address) if isinstance(value, Ref) else None
        if isinstance(other, DictObject):
            result.append((found.updated(other), after))
        else:
            result.append((DictObject((), complete=False), after))
    return result


def _walrus(engine: Engine, node: cst.NamedExpr, state: State) -> Outcomes:
    result = engine.eval(node.value, state)
    for value, after in result:
        assign(engine, node.target, value, after, walrus=True)
    return result


def _lambda(engine: Engine, node: cst.Lambda, state: State) -> Outcomes:
    return make_lambda(engine, node, state)


def _passed_on(engine: Engine, node: cst.Await | cst.StarredElement, state: State) -> Outcomes:
    result: Outcomes = []
    for value, after in engine.eval(node.expression if isinstance(node, cst.Await) else node.value, state):
        engine.book.read(value)
        engine.book.escapes.note(value)
        result.append((value if isinstance(node, cst.Await) else engine.unknown("sent"), after))
    return result


def _yielded(engine: Engine, node: cst.Yield, state: State) -> Outcomes:
    """Note what a generator yields, in the order of the path; where nobody calls it, that goes out of sight."""
    if node.value is None:
        return [(engine.unknown("sent"), state)]
    whole = isinstance(node.value, cst.From)
    result: Outcomes = []
    for value, after in engine.eval(node.value.item if isinstance(node.value, cst.From) else node.value, state):
        engine.book.read(value)
        if not engine.context.stack:
            engine.book.escapes.note(value)
        handed_out.to_anybody(engine, value, node, after)
        address = engine.context.generators[-1] if engine.context.generators else 0
        found = after.heap.get(address)
        if isinstance(found, ListObject) and found.complete:
            iteration = iterate(engine, value, after) if whole else Iteration([value], exact=True)
            after.heap[address] = replaced(found, items=(*found.items, *iteration.passes), complete=iteration.exact)
        result.append((engine.unknown("sent"), after))
    return result


def _call(engine: Engine, node: cst.Call, state: State) -> Outcomes:
    result: Outcomes = []
    for function, after in engine.eval(node.func, state):
        for args, at in _arguments(engine, node, after):
            result += _apply(engine, node, function, args, at)
    return result if len(result) < 2 else engine.merge_outcomes(result)


def _apply(engine: Engine, node: cst.Call, function: Value, args: Args, state: State) -> Outcomes:
    site = engine.site(node)
    named = classes.implicit_super(engine, function, args, state) if type(function) is Symbol else None
    if named is not None:
        return [(named, state)]
    positional, keywords = args.positional, args.keywords
    pairs: list[tuple[cst.BaseExpression, Value]] = []
    for place, syntax in args.nodes.items():
        value = positional[place] if type(place) is int else keywords.get(place)  # type: ignore[arg-type]
        if value is not None:
            pairs.append((syntax, _shown(value, state) if type(value) is Ref else value))
    method, label = type(function) is Bound, engine.label(function, state)
    engine.book.signs.callees.note(node, function, f"nn.{label}" if _is_layer(function, state) else label)
    defined = _is_defined(function)
    # `engine.step` written out: nothing is done as often as this.
    stack = engine.context.stack
    stack.append(Step(site, label, arguments=tuple(pairs), owner=engine.owner(), method=method, defined=defined))
    try:
        return engine.call(function, args, state, site)
    finally:
        stack.pop()


_AROUND_ANOTHER = (Wrapped, Partial, Bound)


def _is_defined(function: Value) -> bool:
    """Return whether the project defines what is called; a lambda only stands for what is written in it."""
    while isinstance(function, _AROUND_ANOTHER):
        function = function.function
    return type(function) is Class or (type(function) is Function and isinstance(function.code.node, cst.FunctionDef))


def _is_layer(function: Value, state: State) -> bool:
    """Return whether a call is of an object whose class is a module of Linen that the program defines."""
    found = state.heap.get(function.address) if type(function) is Ref else None
    return isinstance(found, Instance) and isinstance(found.cls, Class) and is_linen(found.cls)


def _shown(value: Ref, state: State) -> Value:
    """Return a container's items as they are now, for reports."""
    found = state.heap.get(value.address)
    if isinstance(found, DictObject):
        return Tuple(tuple(item for _, item in found.entries))
    return Tuple(found.items) if isinstance(found, ListObject) else value


def _arguments(engine: Engine, node: cst.Call, state: State) -> list[tuple[Args, State]]:
    rows: list[tuple[Args, State]] = [(Args(), state)]
    for arg in node.args:
        if len(rows) == 1:
            args, at = rows[0]
            outcomes = engine.eval(arg.value, at)
            if len(outcomes) == 1:
                value, at = outcomes[0]
                _take(engine, args, arg, value, at)
                rows[0] = args, at
            else:
                rows = _each(engine, args, arg, outcomes)
        else:
            rows = [row for args, at in rows for row in _each(engine, args, arg, engine.eval(arg.value, at))]
    return rows


def _each(engine: Engine, args: Args, arg: cst.Arg, outcomes: Outcomes) -> list[tuple[Args, State]]:
    """Add an argument on each of the paths on which it has a value."""
    rows: list[tuple[Args, State]] = []
    for value, path in outcomes:
        copy = args if len(outcomes) == 1 else args.shift(0)
        _take(engine, copy, arg, value, path)
        rows.append((copy, path))
    return rows


def _take(engine: Engine, args: Args, arg: cst.Arg, value: Value, state: State) -> None:
    if type(value) is not Key:
        engine.book.read(value)
    if arg.star:
        _take_starred(engine, args, arg, value, state)
    elif arg.keyword is not None:
        name = arg.keyword.value
        args.keywords[name] = value
        args.nodes[name] = arg.value
    elif args.open_positional:
        engine.book.read(value)
    else:
        args.nodes[len(args.positional)] = arg.value
        args.positional.append(value)


def _take_starred(engine: Engine, args: Args, arg: cst.Arg, value: Value, state: State) -> None:
    if arg.star == "*":
        items = spread(engine, value, state)
        if items is None:
            args.open_positional = True
        else:
            for item in items:
                args.nodes[len(args.positional)] = arg.value
                args.positional.append(item)
    else:
        found = state.heap.get(value.address) if isinstance(value, Ref) else None
        if isinstance(found, DictObject):
            for key, item in found.entries:
                args.keywords[str(key.value)] = item
                args.nodes[str(key.value)] = arg.value
        if not (isinstance(found, DictObject) and found.complete):
            args.open_keywords = True


EVALUATORS: dict[type[cst.CSTNode], Callable[[Engine, Any, State], Outcomes]] = {
    cst.Name: _name,
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.Imaginary: _literal,
    cst.SimpleString: _literal,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Tuple: _display,
    cst.List: _display,
    cst.Set: _display,
    cst.Dict: _dict,
    cst.UnaryOperation: operators.unary,
    cst.BinaryOperation: operators.binary,
    cst.Comparison: operators.comparison,
    cst.BooleanOperation: operators.boolean,
    cst.IfExp: operators.conditional,
    cst.NamedExpr: _walrus,
    cst.Lambda: _lambda,
    cst.Await: _passed_on,
    cst.Yield: _yielded,
    cst.Call: _call,
    cst.Attribute: attributes.evaluate,
    cst.Subscript: subscripts.evaluate,
    cst.ListComp: comprehensions.evaluate,
    cst.SetComp: comprehensions.evaluate,
    cst.GeneratorExp: comprehensions.evaluate,
    cst.DictComp: comprehensions.evaluate_dict,
}
"""What evaluates the expressions of each kind; all others are unknown."""
