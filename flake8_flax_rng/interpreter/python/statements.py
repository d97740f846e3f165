"""Statements: where each path goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.context import NORMAL, Completion, Completions, Ending
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Const,
    Key,
    Keys,
    Native,
    Opaque,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.interpreter.python.assignment import assign
from flake8_flax_rng.interpreter.python.decorators import decorate, lift_class
from flake8_flax_rng.interpreter.python.functions import make_function
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.interpreter.python.loops import run_for, run_while
from flake8_flax_rng.interpreter.python.names import run_import, run_import_from
from flake8_flax_rng.interpreter.python.operators import augmented, decide
from flake8_flax_rng.semantics.libraries import EXPECT_FAILURE, IMPORT_ERRORS, UNRELATED_ERRORS
from flake8_flax_rng.semantics.linen import REPLACES_METHODS
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.main_guard import is_main_guard

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


def run_block(engine: Engine, body: cst.BaseSuite | cst.Module, state: State) -> Completions:
    """Follow the statements of a block.

    Args:
        engine: the analysis.
        body: an indented block, statements on the line of a colon, or a whole piece of text.
        state: the path that enters; it is changed.

    Returns:
        how each path leaves the block.
    """
    return run_statements(engine, body.body, state)


def run_statements(engine: Engine, statements: Sequence[Any], state: State) -> Completions:
    """Follow statements one after the other."""
    live = [state]
    done: Completions = []
    for statement in statements:
        after: list[State] = []
        for path in live:
            for completion, end in run_statement(engine, statement, path):
                if completion is NORMAL:
                    after.append(end)
                else:
                    done.append((completion, end))
        live = after if len(after) == 1 else engine.merge(after)
        if not live:
            break
    return [*done, *((NORMAL, path) for path in live)]


def run_statement(engine: Engine, node: cst.CSTNode, state: State) -> Completions:
    """Follow one statement."""
    if type(node) is cst.SimpleStatementLine:
        body = node.body
        if len(body) > 1:
            return run_statements(engine, body, state)
        node = body[0]
    handler = _HANDLERS.get(type(node))
    return handler(engine, node, state) if handler else [(NORMAL, state)]


def _normal(states: list[State]) -> Completions:
    return [(NORMAL, state) for state in states]


def _expression(engine: Engine, node: cst.Expr, state: State) -> Completions:
    inner = node.value
    while type(inner) is cst.Call:
        engine.book.signs.unused_result(inner)
        inner = inner.func.value if type(inner.func) is cst.Attribute else inner.func
    outcomes = engine.eval(node.value, state)
    for value, after in outcomes:
        if isinstance(value, (Native, Ref)) or engine.program.unkept:
            engine.hooks.dropped(value, after, engine.site(node.value))
        if isinstance(value, (Key, Keys)) and isinstance(node.value, cst.Call) and not engine.context.muted:
            engine.book.origins.throw_away(value.origin, engine.site(node.value))
    return _normal([after for _, after in outcomes])


def _assign(engine: Engine, node: cst.Assign, state: State) -> Completions:
    outcomes = engine.eval(node.value, state)
    for value, after in outcomes:
        for target in node.targets:
            assign(engine, target.target, value, after)
    return _normal([after for _, after in outcomes if not after.ended])


def _annotated(engine: Engine, node: cst.AnnAssign, state: State) -> Completions:
    if node.value is None:
        return [(NORMAL, state)]
    outcomes = engine.eval(node.value, state)
    for value, after in outcomes:
        assign(engine, node.target, value, after)
    return _normal([after for _, after in outcomes])


def _augmented(engine: Engine, node: cst.AugAssign, state: State) -> Completions:
    outcomes = augmented(engine, node, state)
    for value, after in outcomes:
        assign(engine, node.target, value, after)
    return _normal([after for _, after in outcomes])


def _return(engine: Engine, node: cst.Return, state: State) -> Completions:
    if node.value is None:
        return [(Completion(Ending.RETURN), state)]
    outcomes = engine.eval(node.value, state)
    for value, after in outcomes:
        if not engine.context.stack:
            engine.hooks.returned(value, after, engine.site(node.value))
            unknown_code.escape(engine, value, after)
    return [(Completion(Ending.RETURN, value), after) for value, after in outcomes]


def _raise(engine: Engine, node: cst.Raise, state: State) -> Completions:
    return [(Completion(Ending.RAISE), state)]


def _jump(engine: Engine, node: cst.Break | cst.Continue, state: State) -> Completions:
    return [(Completion(Ending.BREAK if isinstance(node, cst.Break) else Ending.CONTINUE), state)]


def _pass(engine: Engine, node: cst.CSTNode, state: State) -> Completions:
    return [(NORMAL, state)]


def _assert(engine: Engine, node: cst.Assert, state: State) -> Completions:
    engine.book.signs.assertions.require(node.test, held=True)
    return _normal([path for held, path in decide(engine, node.test, state) if held])


def _delete(engine: Engine, node: cst.Del, state: State) -> Completions:
    parts = node.target.elements if isinstance(node.target, (cst.Tuple, cst.List)) else [node.target]
    for part in parts:
        target = part.value if isinstance(part, cst.Element) else part
        if isinstance(target, cst.Name):
            state.unbind(engine.context.scope.frame_of(target.value), target.value)
        elif isinstance(target, (cst.Subscript, cst.Attribute)):
            for owner, after in engine.eval(target.value, state)[:1]:
                unknown_code.escape(engine, owner, after)
    return [(NORMAL, state)]


def _global(engine: Engine, node: cst.Global, state: State) -> Completions:
    for item in node.names:
        engine.context.scope.redirected[item.name.value] = engine.home.frame
    return [(NORMAL, state)]


def _nonlocal(engine: Engine, node: cst.Nonlocal, state: State) -> Completions:
    for item in node.names:
        name = item.name.value
        for frame in engine.context.scope.frames[1:]:
            if state.lookup(frame, name) is not None:
                engine.context.scope.redirected[name] = frame
                break
    return [(NORMAL, state)]


def _if(engine: Engine, node: cst.If, state: State) -> Completions:
    result: Completions = []
    waiting = [state]
    current: cst.If | cst.Else | None = node
    while type(current) is cst.If and waiting:
        otherwise: list[State] = []
        main = is_main_guard(current.test)  # the linted program is read as if it were run
        if _is_for_checkers(current.test):
            _import_for_checkers(engine, current.body, state)
            current = current.orelse
            continue
        _note_required(engine, current)
        for path in waiting:
            if main and engine.context.chunk is not None and engine.context.chunk.file:
                otherwise.append(path)
                continue
            for held, way in decide(engine, current.test, path):
                if held:
                    result.extend(engine.run_block(current.body, way))
                elif not main:
                    otherwise.append(way)
        waiting = engine.merge(otherwise)
        current = current.orelse
    for path in waiting:
        if type(current) is cst.Else:
            result.extend(engine.run_block(current.body, path))
        else:
            result.append((NORMAL, path))
    return result


def _note_required(engine: Engine, node: cst.If) -> None:
    """Note a condition without which, or with which, the program raises."""
    assertions = engine.book.signs.assertions
    if _raises(node.body):
        assertions.require(node.test, held=False)
    if type(node.orelse) is cst.Else and _raises(node.orelse.body):
        assertions.require(node.test, held=True)


def _raises(body: cst.BaseSuite) -> bool:
    last = body.body[-1] if body.body else None
    if type(last) is cst.SimpleStatementLine:
        last = last.body[-1]
    return type(last) is cst.Raise


def _is_for_checkers(test: cst.BaseExpression) -> bool:
    """Return whether this is ``TYPE_CHECKING``, which is false where the program runs."""
    name = test.attr if type(test) is cst.Attribute else test
    return type(name) is cst.Name and name.value == "TYPE_CHECKING"


def _import_for_checkers(engine: Engine, body: cst.BaseSuite, state: State) -> None:
    """Bind what is imported for annotations only."""
    for line in body.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(statement, cst.Import):
                run_import(engine, statement, state)
            elif isinstance(statement, cst.ImportFrom):
                run_import_from(engine, statement, state)


def _try(engine: Engine, node: cst.Try | cst.TryStar, state: State) -> Completions:
    """Follow ``try``: a handler starts where the body started, because nobody knows how far it came.

    A ``raise`` in the body itself also leads to the handlers, with all that happened before it.
    """
    entry = state.fork()
    result: Completions = []
    raised = not node.handlers
    live: list[State] = []
    thrown: list[State] = []
    expected = any(_catches(engine, handler, entry) for handler in node.handlers)
    with engine.within(engine.context.expecting_failure(expected)):
        completions = engine.run_block(node.body, state)
    for completion, after in completions:
        if completion is NORMAL:
            live.append(after)
        elif completion.kind is Ending.RAISE and not raised:
            thrown.append(after)
        else:
            result.append((completion, after))
    for path in engine.merge(live):
        result.extend(engine.run_block(node.orelse.body, path) if node.orelse else [(NORMAL, path)])
    optional = all(isinstance(part, cst.SimpleStatementLine) and _imports(part) for part in node.body.body)
    for handler in node.handlers:
        if optional and live and _is_import_error(engine, handler, entry):
            continue  # what is imported is taken to be there
        for path in engine.merge([state.fork() for state in (entry, *thrown)]):
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                path.bind(engine.context.scope.frames[0], handler.name.name.value, engine.unknown("error"))
            with engine.within(engine.context.expecting_failure()):
                result.extend(engine.run_block(handler.body, path))
    if node.finalbody is None:
        return result
    return _finally(engine, node.finalbody, result)


def _imports(line: cst.SimpleStatementLine) -> bool:
    return all(isinstance(part, (cst.Import, cst.ImportFrom, cst.Pass)) for part in line.body)


def _is_import_error(engine: Engine, handler: cst.ExceptHandler | cst.ExceptStarHandler, state: State) -> bool:
    """Return whether a handler is there for a missing package alone."""
    if handler.type is None:
        return False
    value = engine.eval_one(handler.type, state.fork())[0]
    errors = value.items if isinstance(value, Tuple) else (value,)
    return all(isinstance(error, Symbol) and error.path in IMPORT_ERRORS for error in errors)


def _catches(engine: Engine, handler: cst.ExceptHandler | cst.ExceptStarHandler, state: State) -> bool:
    """Return whether a handler may be there for the errors that wrong randomness raises."""
    if handler.type is None:
        return True
    value = engine.eval_one(handler.type, state.fork())[0]
    errors = value.items if isinstance(value, Tuple) else (value,)
    return not all(isinstance(error, Symbol) and error.path in UNRELATED_ERRORS for error in errors)


def _finally(engine: Engine, node: cst.Finally, completions: Completions) -> Completions:
    result: Completions = []
    for completion, path in completions:
        for last, after in engine.run_block(node.body, path):
            result.append((completion if last is NORMAL else last, after))
    return result


def _with(engine: Engine, node: cst.With, state: State) -> Completions:
    rows = [state]
    fails = replaced = False
    managers: list[Value] = []
    for item in node.items:
        after: list[State] = []
        for path in rows:
            for value, at in engine.eval(item.item, path):
                made_by = _made_by(value)
                fails = fails or made_by in EXPECT_FAILURE
                replaced = replaced or made_by == REPLACES_METHODS
                managers.append(value)
                for entered, inside in _managed(engine, item, value, "__enter__", at):
                    if item.asname is not None:
                        assign(engine, item.asname.name, entered, inside)
                    after.append(inside)
        rows = after
    with (
        engine.within(engine.context.expecting_failure(fails)),
        # Nobody knows how far such a block comes, and what it has drawn is lost.
        engine.book.uses.for_shapes_only() if fails else nullcontext(),
        engine.without_runs() if replaced else nullcontext(),
    ):
        done = [done for path in rows for done in engine.run_block(node.body, path)]
    for manager in reversed(managers):
        done = [
            (completion, after)
            for completion, path in done
            for _, after in _managed(engine, node, manager, "__exit__", path)
        ]
    return done


def _managed(engine: Engine, node: cst.CSTNode, manager: Value, name: str, state: State) -> Outcomes:
    """Enter or leave a context manager; one that is not known may change what it refers to."""
    found = state.instance(manager)
    method = classes.member(found.cls, name) if found is not None and isinstance(found.cls, Class) else None
    if method is None:
        known = engine.hooks.managed(found, name, state) if found is not None else None
        if known is not None:
            return known
        if isinstance(manager, Ref):
            unknown_code.escape(engine, manager, state)
        return [(engine.unknown("context"), state)]
    args = Args([NONE, NONE, NONE]) if name == "__exit__" else Args()
    return engine.call(Bound(method, manager), args, state, engine.site(node))


def _made_by(value: Value) -> str:
    """Return the name of the function that made a context manager, as far as it is known."""
    if not isinstance(value, Opaque):
        return ""
    callee = value.term.callee
    if callee is not None and callee.kind in (Kind.ATTRIBUTE, Kind.SYMBOL):
        return callee.path or callee.name or ""
    return value.term.function or ""


def _match(engine: Engine, node: cst.Match, state: State) -> Completions:
    result: Completions = []
    for subject, entry in engine.eval(node.subject, state):
        waiting = [entry]
        for case in node.cases:
            otherwise: list[State] = []
            for path in waiting:
                for held, way in _case(engine, case, subject, path):
                    if held:
                        result.extend(engine.run_block(case.body, way))
                    else:
                        otherwise.append(way)
            waiting = engine.merge(otherwise)
        result.extend((NORMAL, path) for path in waiting)
    return result


def _case(engine: Engine, case: cst.MatchCase, subject: Value, state: State) -> list[tuple[bool, State]]:
    condition = _pattern(engine, case.pattern, subject, state)
    ways = conditions.branch(engine, condition, state)
    if case.guard is None:
        return ways
    result = [way for way in ways if not way[0]]
    for held, path in ways:
        if held:
            result.extend(decide(engine, case.guard, path))
    return result


def _pattern(engine: Engine, pattern: cst.MatchPattern, subject: Value, state: State) -> Value:
    """Return the condition that a pattern matches, and bind the names that it captures."""
    if isinstance(pattern, cst.MatchAs):
        if pattern.name is not None:
            state.bind(engine.context.scope.frames[0], pattern.name.value, subject)
        return Const(True) if pattern.pattern is None else _pattern(engine, pattern.pattern, subject, state)
    if isinstance(pattern, cst.MatchValue):
        value = engine.eval_one(pattern.value, state)[0]
        return conditions.compared(engine, "==", subject, value, state)
    if isinstance(pattern, cst.MatchSingleton):
        value = {"None": NONE, "True": Const(True), "False": Const(False)}[pattern.value.value]
        return conditions.compared(engine, "==", subject, value, state)
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        items = known_items(subject, state)
        parts = [part.value if isinstance(part, cst.MatchSequenceElement) else None for part in pattern.patterns]
        if items is not None and None not in parts:
            if len(items) != len(parts):
                return Const(False)
            tests = [
                _pattern(engine, part, item, state) for part, item in zip(parts, items, strict=True) if part is not None
            ]
            unsure = [test for test in tests if conditions.truth(test, state) is not True]
            if any(conditions.truth(test, state) is False for test in unsure):
                return Const(False)
            return Const(True) if not unsure else unsure[0] if len(unsure) == 1 else engine.unknown("pattern")
    for name in _captured(pattern):
        state.bind(engine.context.scope.frames[0], name, engine.unknown(name))
    return engine.unknown("pattern")


def _captured(pattern: cst.CSTNode) -> list[str]:
    bindings = (node for node in nodes_of(pattern) if isinstance(node, (cst.MatchAs, cst.MatchStar)))
    return [node.name.value for node in bindings if node.name is not None]


def _function(engine: Engine, node: cst.FunctionDef, state: State) -> Completions:
    result = []
    for function, after in make_function(engine, node, state, engine.context.scope.body_of):
        for value, at in decorate(engine, node, function, after):
            state_frame = engine.context.scope.frame_of(node.name.value)
            at.bind(state_frame, node.name.value, value)
            result.append(at)
    return _normal(result)


def _class(engine: Engine, node: cst.ClassDef, state: State) -> Completions:
    result = []
    for cls, made in classes.make_class(engine, node, state):
        for value, after in lift_class(engine, list(node.decorators), cls, made):
            after.bind(
                engine.context.scope.frame_of(node.name.value),
                node.name.value,
                value,
            )
            result.append(after)
    return _normal(result)


def _import(engine: Engine, node: cst.Import, state: State) -> Completions:
    run_import(engine, node, state)
    return [(NORMAL, state)]


def _import_from(engine: Engine, node: cst.ImportFrom, state: State) -> Completions:
    run_import_from(engine, node, state)
    return [(NORMAL, state)]


_HANDLERS: dict[type[cst.CSTNode], Callable[[Engine, Any, State], Completions]] = {
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _jump,
    cst.Continue: _jump,
    cst.Pass: _pass,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.If: _if,
    cst.For: run_for,
    cst.While: run_while,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.Match: _match,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
}
