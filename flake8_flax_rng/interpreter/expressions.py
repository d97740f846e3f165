"""Expressions: what they evaluate to, on each path."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_flax_rng.interpreter import attributes, classes, comprehensions, conditions, subscripts
from flake8_flax_rng.interpreter.events import Step
from flake8_flax_rng.interpreter.functions import make_lambda
from flake8_flax_rng.interpreter.heap import DictObject, ListObject
from flake8_flax_rng.interpreter.names import lookup
from flake8_flax_rng.interpreter.sequences import known_items, spread
from flake8_flax_rng.interpreter.targets import assign
from flake8_flax_rng.interpreter.values import Args, Const, Key, Opaque, Ref, Tuple, Value

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine, Outcomes
    from flake8_flax_rng.interpreter.state import State

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Divide: "/",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
}


_PLAIN_OPERATORS: dict[type[cst.CSTNode], type[cst.CSTNode]] = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
}


def evaluate(engine: Engine, node: cst.CSTNode, state: State) -> Outcomes:
    """Evaluate an expression.

    Args:
        engine: the analysis.
        node: the expression.
        state: the path that reaches it; it is changed.

    Returns:
        one outcome for each path on which the expression has a value.
    """
    handler = _HANDLERS.get(type(node))
    return handler(engine, node, state) if handler else [(engine.unknown(), state)]


def _name(engine: Engine, node: cst.Name, state: State) -> Outcomes:
    value = lookup(engine, node.value, state)
    if isinstance(value, Key):
        engine.ledger.touch(value)
    return [(value, state)]


def _literal(engine: Engine, node: cst.BaseExpression, state: State) -> Outcomes:
    try:
        value = ast.literal_eval(node.value)  # type: ignore[attr-defined]
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [(engine.unknown("literal"), state)]
    return [(Const(value), state)]


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
    return Opaque(engine.terms.make("format", text, *(engine.term(value, state) for value in values)))


def _display(engine: Engine, node: cst.Tuple | cst.List | cst.Set, state: State) -> Outcomes:
    rows = engine.eval_all([element.value for element in node.elements], state)
    starred = [isinstance(element, cst.StarredElement) for element in node.elements]
    result: Outcomes = []
    for values, after in rows:
        items, complete = _spread(engine, values, starred, after)
        for item in items:
            engine.ledger.touch(item)
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
        engine.ledger.touch(value)
        if isinstance(key, Const):
            result.append((found.set(key, value), after))
        else:
            result.append((DictObject(found.entries, complete=False), after))
    return result


def _dict_spread(
    engine: Engine, element: cst.BaseDictElement, found: DictObject, state: State
) -> list[tuple[DictObject, State]]:
    result = []
    for value, after in engine.eval(element.value, state):
        other = after.heap.get(value.address) if isinstance(value, Ref) else None
        if isinstance(other, DictObject):
            for key, item in other.entries:
                found = found.set(key, item)
            result.append((DictObject(found.entries, found.complete and other.complete), after))
        else:
            result.append((DictObject((), complete=False), after))
    return result


def _unary(engine: Engine, node: cst.UnaryOperation, state: State) -> Outcomes:
    result: Outcomes = []
    for value, after in engine.eval(node.expression, state):
        if isinstance(node.operator, cst.Not):
            result.append((conditions.negated(engine, value, after), after))
        elif isinstance(node.operator, cst.Minus):
            result.append((_minus(engine, value, after), after))
        else:
            result.append((Opaque(engine.terms.make("unary", engine.term(value, after))), after))
    return result


def _minus(engine: Engine, value: Value, state: State) -> Value:
    if isinstance(value, Const) and isinstance(value.value, int | float):
        return Const(-value.value)
    term = engine.term(value, state)
    if term.kind == "draw":
        engine.ledger.negated(term)
    return Opaque(engine.terms.make("minus", term))


def _binary(engine: Engine, node: cst.BinaryOperation, state: State) -> Outcomes:
    spine: list[cst.BinaryOperation] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BinaryOperation):
        spine.append(left)
        left = left.left
    rows = engine.eval(left, state)
    for operation in reversed(spine):
        sign = _OPERATORS.get(type(operation.operator), type(operation.operator).__name__)
        rows = [
            (_computed(engine, sign, first, second, after), after)
            for first, at in rows
            for second, after in engine.eval(operation.right, at)
        ]
    return rows


def augmented(engine: Engine, node: cst.AugAssign, state: State) -> Outcomes:
    """Return the value that ``target += value`` assigns."""
    sign = _OPERATORS.get(_PLAIN_OPERATORS.get(type(node.operator), cst.Add), "?")
    if type(node.operator) not in _PLAIN_OPERATORS:
        sign = type(node.operator).__name__
    rows = engine.eval_all([node.target, node.value], state)
    return [(_computed(engine, sign, values[0], values[1], after), after) for values, after in rows]


def _computed(engine: Engine, sign: str, left: Value, right: Value, state: State) -> Value:
    if isinstance(left, Const) and isinstance(right, Const):
        folded = _folded(sign, left.value, right.value)
        if folded is not None:
            return Const(folded)
    if sign == "*" and isinstance(left, Ref | Tuple) and isinstance(right, Const):
        return _repeated(engine, left, right, state)
    if sign == "BitOr":
        merged = _merged(left, right, state)
        if merged is not None:
            return engine.allocate(state, merged)
    if sign == "+":
        first, second = known_items(left, state), known_items(right, state)
        if first is not None and second is not None:
            if isinstance(left, Tuple):
                return Tuple((*first, *second))
            return engine.allocate(state, ListObject((*first, *second)))
    _note_antithetic(engine, sign, left, right, state)
    numbers = [_index_value(value) for value in (left, right)]
    known = None
    if sign in "+-" and None not in numbers:
        known = _folded(sign, numbers[0], numbers[1])
    first_term, second_term = engine.term(left, state), engine.term(right, state)
    term = engine.terms.make("op", sign, first_term, second_term)
    if sign == "-" and first_term.draws & second_term.draws:
        engine.ledger.difference(term, first_term.draws & second_term.draws)
    return Opaque(term, known if isinstance(known, int) else None)


def _merged(left: Value, right: Value, state: State) -> DictObject | None:
    """Return the union of two dicts."""
    first = state.heap.get(left.address) if isinstance(left, Ref) else None
    second = state.heap.get(right.address) if isinstance(right, Ref) else None
    if not (isinstance(first, DictObject) and isinstance(second, DictObject)):
        return None
    for key, value in second.entries:
        first = first.set(key, value)
    return DictObject(first.entries, first.complete and second.complete)


def _note_antithetic(engine: Engine, sign: str, left: Value, right: Value, state: State) -> None:
    """Note draws that are mirrored: ``-scale * draw`` and ``1 - draw``."""
    for one, other in ((left, right), (right, left)):
        term = engine.term(other, state)
        if term.kind != "draw":
            continue
        negative = engine.term(one, state).kind == "minus" or (
            isinstance(one, Const) and isinstance(one.value, int | float) and one.value < 0
        )
        if (sign == "*" and negative) or (sign == "-" and other is right and isinstance(left, Const)):
            engine.ledger.negated(term)


def _repeated(engine: Engine, left: Value, right: Const, state: State) -> Value:
    items = known_items(left, state)
    if items is None or not isinstance(right.value, int) or len(items) * right.value > 64:
        return engine.unknown("repeated")
    return engine.allocate(state, ListObject(tuple(items) * right.value))


def _index_value(value: Value) -> int | None:
    if isinstance(value, Opaque):
        return value.known
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    return None


def _folded(sign: str, left: Any, right: Any) -> int | float | str | None:
    if isinstance(left, str) and isinstance(right, str):
        return left + right if sign == "+" and len(left) + len(right) < 1000 else None
    if not (isinstance(left, int | float) and isinstance(right, int | float)):
        return None
    if abs(left) > 1 << 64 or abs(right) > 1 << 64:
        return None
    try:
        return {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
            "//": lambda: left // right,
            "%": lambda: left % right,
        }.get(sign, lambda: None)()
    except (ArithmeticError, ValueError):
        return None


def _comparison(engine: Engine, node: cst.Comparison, state: State) -> Outcomes:
    operands = [node.left, *(target.comparator for target in node.comparisons)]
    result: Outcomes = []
    for values, after in engine.eval_all(operands, state):
        if len(values) == 2:
            sign = _OPERATORS[type(node.comparisons[0].operator)]
            terms = [engine.term(value, after) for value in values]
            if sign in ("==", "!="):
                engine.ledger.compared([term.draws for term in terms])
            small = sign in ("<", "<=", ">", ">=") or Const(0) in values or Const(0.0) in values
            if small and any(isinstance(value, Const) for value in values):
                engine.ledger.measured(terms)
            result.append((conditions.compared(engine, sign, values[0], values[1], after), after))
        else:
            term = engine.terms.make("chain", *(engine.term(value, after) for value in values))
            result.append((Opaque(term), after))
    return result


def decide(engine: Engine, node: cst.BaseExpression, state: State) -> list[tuple[bool, State]]:
    """Return the ways that a path can go at a condition, each with what it takes to go there."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return [(not held, path) for held, path in decide(engine, node.expression, state)]
    if not isinstance(node, cst.BooleanOperation):
        return [way for value, at in engine.eval(node, state) for way in conditions.branch(engine, value, at)]
    spine: list[cst.BooleanOperation] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BooleanOperation):
        spine.append(left)
        left = left.left
    ways = decide(engine, left, state)
    for operation in reversed(spine):
        going_on = isinstance(operation.operator, cst.And)
        ways = [
            way
            for held, path in ways
            for way in (decide(engine, operation.right, path) if held is going_on else [(held, path)])
        ]
        ways = [
            (held, path)
            for held in (True, False)
            for path in engine.merge([path for truth, path in ways if truth is held])
        ]
    return ways


def _boolean(engine: Engine, node: cst.BooleanOperation, state: State) -> Outcomes:
    spine: list[cst.BooleanOperation] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BooleanOperation) and not (spine and left.lpar):
        spine.append(left)
        left = left.left
    rows = engine.eval(left, state)
    for operation in reversed(spine):
        going_on = isinstance(operation.operator, cst.And)
        after: Outcomes = []
        for value, at in rows:
            for held, path in conditions.branch(engine, value, at):
                after.extend(engine.eval(operation.right, path) if held is going_on else [(value, path)])
        rows = engine.merge_outcomes(after)
    return rows


def _conditional(engine: Engine, node: cst.IfExp, state: State) -> Outcomes:
    result: Outcomes = []
    for held, path in decide(engine, node.test, state):
        result.extend(engine.eval(node.body if held else node.orelse, path))
    return engine.merge_outcomes(result)


def _walrus(engine: Engine, node: cst.NamedExpr, state: State) -> Outcomes:
    result = engine.eval(node.value, state)
    for value, after in result:
        assign(engine, node.target, value, after, walrus=True)
    return result


def _lambda(engine: Engine, node: cst.Lambda, state: State) -> Outcomes:
    return make_lambda(engine, node, state)


def _passed_on(engine: Engine, node: cst.Await | cst.Yield | cst.StarredElement, state: State) -> Outcomes:
    inner = getattr(node, "expression", None) or node.value  # type: ignore[union-attr]
    if inner is None:
        return [(engine.unknown(), state)]
    if isinstance(inner, cst.From):
        inner = inner.item
    result: Outcomes = []
    for value, after in engine.eval(inner, state):
        engine.ledger.touch(value)
        result.append((value if isinstance(node, cst.Await) else engine.unknown("sent"), after))
    return result


def _call(engine: Engine, node: cst.Call, state: State) -> Outcomes:
    result: Outcomes = []
    for function, after in engine.eval(node.func, state):
        for args, at in _arguments(engine, node, after):
            result.extend(_apply(engine, node, function, args, at))
    return result if len(result) < 2 else engine.merge_outcomes(result)


def _apply(engine: Engine, node: cst.Call, function: Value, args: Args, state: State) -> Outcomes:
    site = engine.site(node)
    named = classes.implicit_super(engine, function, args, state)
    if named is not None:
        return [(named, state)]
    pairs = tuple(
        (syntax, _shown(value, state))
        for place, syntax in args.nodes.items()
        if (value := args.get(place, None) if isinstance(place, int) else args.keywords.get(place)) is not None
    )
    step = Step(site, engine.label(function, state), arguments=pairs, owner=engine.owner())
    with engine.step(step):
        return engine.call(function, args, state, site)


def _shown(value: Value, state: State) -> Value:
    """Return a container's items as they are now, for reports."""
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if isinstance(found, DictObject):
        return Tuple(tuple(item for _, item in found.entries))
    return Tuple(found.items) if isinstance(found, ListObject) else value


def _arguments(engine: Engine, node: cst.Call, state: State) -> list[tuple[Args, State]]:
    rows: list[tuple[Args, State]] = [(Args(), state)]
    for arg in node.args:
        after: list[tuple[Args, State]] = []
        for args, at in rows:
            outcomes = engine.eval(arg.value, at)
            for value, path in outcomes:
                if not isinstance(value, Key):
                    engine.ledger.touch(value)
                copy = args if len(outcomes) == 1 else args.shift(0)
                _add(engine, copy, arg, value, path)
                after.append((copy, path))
        rows = after
    return rows


def _add(engine: Engine, args: Args, arg: cst.Arg, value: Value, state: State) -> None:
    if arg.star == "*":
        items = spread(engine, value, state)
        if items is None:
            args.open_positional = True
        else:
            for item in items:
                args.nodes[len(args.positional)] = arg.value
                args.positional.append(item)
    elif arg.star == "**":
        found = state.heap.get(value.address) if isinstance(value, Ref) else None
        if isinstance(found, DictObject):
            for key, item in found.entries:
                args.keywords[str(key.value)] = item
                args.nodes[str(key.value)] = arg.value
        if not (isinstance(found, DictObject) and found.complete):
            args.open_keywords = True
    elif arg.keyword is not None:
        args.keywords[arg.keyword.value] = value
        args.nodes[arg.keyword.value] = arg.value
    elif args.open_positional:
        engine.ledger.touch(value)
    else:
        args.nodes[len(args.positional)] = arg.value
        args.positional.append(value)


_HANDLERS: dict[type[cst.CSTNode], Callable[[Engine, Any, State], Outcomes]] = {
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
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.Comparison: _comparison,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _conditional,
    cst.NamedExpr: _walrus,
    cst.Lambda: _lambda,
    cst.Await: _passed_on,
    cst.Yield: _passed_on,
    cst.Call: _call,
    cst.Attribute: attributes.evaluate,
    cst.Subscript: subscripts.evaluate,
    cst.ListComp: comprehensions.evaluate,
    cst.SetComp: comprehensions.evaluate,
    cst.GeneratorExp: comprehensions.evaluate,
    cst.DictComp: comprehensions.evaluate_dict,
}
