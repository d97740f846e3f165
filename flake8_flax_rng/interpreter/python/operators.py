"""Operators: arithmetic, comparisons, and what branches within an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_flax_rng.interpreter.core.key_words import combined
from flake8_flax_rng.interpreter.domain.budget import (
    ITEMS_REPEATED,
    LARGEST_CONSTANT,
    LARGEST_EXPONENT,
    LARGEST_NUMBER,
    LONGEST_TEXT,
)
from flake8_flax_rng.interpreter.domain.events import Misused
from flake8_flax_rng.interpreter.domain.heap import DictObject, ListObject
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import FALSE, Const, Key, Opaque, Ref, Stacked, Tuple, Value
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python.iteration import known_items

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_GIVEN = frozenset({Kind.PARAMETER, Kind.ATTRIBUTE})
"""What a caller gives, or leaves out."""

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Divide: "/",
    cst.Power: "**",
    cst.LeftShift: "<<",
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


def unary(engine: Engine, node: cst.UnaryOperation, state: State) -> Outcomes:
    """Evaluate ``not x``, ``-x`` and the like."""
    result: Outcomes = []
    for value, after in engine.eval(node.expression, state):
        if isinstance(node.operator, cst.Not):
            result.append((conditions.negated(engine, value, after), after))
        elif isinstance(node.operator, cst.Minus):
            result.append((_minus(engine, value, after), after))
        else:
            result.append((Opaque(engine.terms.make(Kind.UNARY, engine.term(value, after))), after))
    return result


def _minus(engine: Engine, value: Value, state: State) -> Value:
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(-value.value)
    term = engine.term(value, state)
    engine.book.signs.arithmetic.negate(term, tuple(engine.context.stack))
    return Opaque(engine.terms.make(Kind.MINUS, term))


def binary(engine: Engine, node: cst.BinaryOperation, state: State) -> Outcomes:
    """Evaluate a chain of arithmetic operators; a chain may be longer than Python can recurse."""
    spine: list[cst.BinaryOperation] = []
    left: cst.BaseExpression = node
    while type(left) is cst.BinaryOperation:
        spine.append(left)
        left = left.left
    rows = engine.eval(left, state)
    for operation in reversed(spine):
        sign = _OPERATORS.get(type(operation.operator), type(operation.operator).__name__)
        rows = [
            (
                _on_keys(engine, operation, sign, first, second, after)
                or _computed(engine, sign, first, second, after),
                after,
            )
            for first, at in rows
            for second, after in engine.eval(operation.right, at)
        ]
        if sign == "-" and _same_callee(operation):
            engine.book.signs.contrast(operation.left, operation.right)
    return rows


def _same_callee(node: cst.BinaryOperation) -> bool:
    """Return whether both operands are calls of one function."""
    left, right = node.left, node.right
    return isinstance(left, cst.Call) and isinstance(right, cst.Call) and left.func.deep_equals(right.func)


def _on_keys(
    engine: Engine, node: cst.BinaryOperation, sign: str, left: Value, right: Value, state: State
) -> Value | None:
    """Note arithmetic on a key: on a typed one it raises, on the words of one it makes another key."""
    if isinstance(left, Opaque) and left.term.kind is Kind.KEY_DATA and left.term.key is not None:
        words = left.term.key, left.term.origin or 0
        return Opaque(engine.terms.make(Kind.KEY_DATA, *combined(engine, node, sign, words, right, state)))
    for operand, other in ((left, right), (right, left)):
        legacy = engine.book.origins.legacy(operand.origin) if isinstance(operand, Key) else None
        if isinstance(operand, Key) and legacy is not None:
            what, made = Misuse.ARITHMETIC if legacy else Misuse.TYPED, engine.book.origins.site_of(operand)
            engine.emit(Misused(what, engine.site(node), "arithmetic", other=made))
            turned = sign if operand is left or sign != "-" else "mirrored"
            key = operand.term, operand.origin
            return Key(*combined(engine, node, turned, key, other, state)) if legacy else None
    return None


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
    if sign == "*" and isinstance(left, (Ref, Tuple)):
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
    numbers = [_index_value(value) for value in (left, right)]
    known = None
    if sign in "+-" and None not in numbers:
        known = _folded(sign, numbers[0], numbers[1])
    first_term, second_term = engine.term(left, state), engine.term(right, state)
    term = engine.terms.make(Kind.OP, sign, first_term, second_term)
    if first_term.draws or second_term.draws:
        _note_signs(engine, sign, first_term, second_term)
    ends = [value.last if isinstance(value, Opaque) else _index_value(value) for value in (left, right)]
    last = _folded(sign, ends[0], ends[1]) if sign in "+-" and None not in ends else None
    return Opaque(term, known if isinstance(known, int) else None, last if isinstance(last, int) else None)


def _note_signs(engine: Engine, sign: str, left: Term, right: Term) -> None:
    """Note what arithmetic says of the draws in it."""
    engine.book.signs.arithmetic.note(sign, left, right, tuple(engine.context.stack))
    if sign == "*":
        engine.book.signs.selections.multiply(left, right)
    if sign in ("*", cst.MatrixMultiply.__name__):
        engine.book.signs.selections.weigh(left, right)


def _merged(left: Value, right: Value, state: State) -> DictObject | None:
    """Return the union of two dicts."""
    first = state.heap.get(left.address) if isinstance(left, Ref) else None
    second = state.heap.get(right.address) if isinstance(right, Ref) else None
    if not (isinstance(first, DictObject) and isinstance(second, DictObject)):
        return None
    return first.updated(second)


def _repeated(engine: Engine, left: Value, right: Value, state: State) -> Value:
    items = known_items(left, state)
    if items is not None and len(items) == 1 and isinstance(items[0], Key):
        return Stacked(items[0], alike=True)
    times = right.value if isinstance(right, Const) and isinstance(right.value, int) else None
    if items is None or times is None or len(items) * times > ITEMS_REPEATED:
        return engine.unknown("repeated")
    return engine.allocate(state, ListObject(tuple(items) * times if items else ()))


def _index_value(value: Value) -> int | None:
    if isinstance(value, Opaque):
        return value.known
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    return None


def _folded(sign: str, left: Any, right: Any) -> int | float | str | None:
    if isinstance(left, str) and isinstance(right, str):
        return left + right if sign == "+" and len(left) + len(right) < LONGEST_TEXT else None
    if not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return None
    if abs(left) > LARGEST_NUMBER or abs(right) > LARGEST_NUMBER:
        return None
    if sign in ("**", "<<"):
        return _raised(sign, left, right)
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


def _raised(sign: str, left: int | float, right: int | float) -> int | None:
    if not (isinstance(left, int) and isinstance(right, int) and 0 <= right <= LARGEST_EXPONENT):
        return None
    found = left << right if sign == "<<" else left**right
    return found if abs(found) < LARGEST_CONSTANT else None


def comparison(engine: Engine, node: cst.Comparison, state: State) -> Outcomes:
    """Evaluate a comparison."""
    operands = [node.left, *(target.comparator for target in node.comparisons)]
    result: Outcomes = []
    for values, after in engine.eval_all(operands, state):
        if len(values) == 2:
            sign = _OPERATORS[type(node.comparisons[0].operator)]
            result.append((conditions.compared(engine, sign, values[0], values[1], after), after))
        else:
            term = engine.terms.make(Kind.CHAIN, *(engine.term(value, after) for value in values))
            result.append((Opaque(term), after))
    return result


def decide(engine: Engine, node: cst.BaseExpression, state: State) -> list[tuple[bool, State]]:
    """Return the ways that a path can go at a condition, each with what it takes to go there."""
    if type(node) is cst.UnaryOperation and type(node.operator) is cst.Not:
        return [(not held, path) for held, path in decide(engine, node.expression, state)]
    if type(node) is not cst.BooleanOperation:
        rows = engine.eval(node, state)
        _no_truth(engine, node, rows)
        for value, _ in rows:
            if isinstance(value, Opaque):
                engine.book.signs.assertions.test(node, value.term)
        return [way for value, at in rows for way in conditions.branch(engine, value, at)]
    spine: list[cst.BooleanOperation] = []
    left: cst.BaseExpression = node
    while type(left) is cst.BooleanOperation:
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


def _no_truth(engine: Engine, node: cst.BaseExpression, rows: Outcomes) -> None:
    """Note a truth test of a key, which raises."""
    key = next((value for value, _ in rows if isinstance(value, Key)), None)
    if key is not None:
        engine.emit(Misused(Misuse.TRUTH_TEST, engine.site(node), other=engine.book.origins.site_of(key)))


def boolean(engine: Engine, node: cst.BooleanOperation, state: State) -> Outcomes:
    """Evaluate ``a and b`` or ``a or b`` for its value."""
    spine: list[cst.BooleanOperation] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BooleanOperation) and not (spine and left.lpar):
        spine.append(left)
        left = left.left
    rows = engine.eval(left, state)
    _no_truth(engine, left, rows)
    for operation in reversed(spine):
        going_on = isinstance(operation.operator, cst.And)
        after: Outcomes = []
        for value, at in rows:
            for held, path in conditions.branch(engine, value, at):
                if held is going_on:
                    after.extend(_go_on(engine, operation, value, path))
                else:
                    # What is false and unknown is taken to be False, so that the paths stay apart.
                    after.append((FALSE if going_on and isinstance(value, Opaque) else value, path))
        rows = engine.merge_outcomes(after)
    return rows


def _go_on(engine: Engine, operation: cst.BooleanOperation, value: Value, state: State) -> Outcomes:
    """Evaluate the right side of ``a and b`` or ``a or b``, where the left side has not settled it."""
    if isinstance(operation.operator, cst.And) or not (isinstance(value, Opaque) and value.term.kind in _GIVEN):
        return engine.eval(operation.right, state)
    with engine.within(engine.context.standing_in()):
        return engine.eval(operation.right, state)


def conditional(engine: Engine, node: cst.IfExp, state: State) -> Outcomes:
    """Evaluate ``a if c else b``."""
    result: Outcomes = []
    for held, path in decide(engine, node.test, state):
        result.extend(engine.eval(node.body if held else node.orelse, path))
    if len(result) > 1:
        engine.book.signs.selections.alternate([engine.term(value, after) for value, after in result])
    return engine.merge_outcomes(result)
