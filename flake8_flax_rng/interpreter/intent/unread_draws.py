"""Draws that nobody reads, wherever the functions on the way to them hand them on.

The way to a use is walked outwards: from the function in which the draw stands, whose text tells where the result goes,
to its caller, if the result only leaves by ``return``, and so on. What the outermost function returns is read, and so
is what it binds to a name that it never reads, or of which it asks no more than its form: the text may not be finished.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import CALLS_UNREAD, EXPRESSIONS_UNREAD, EXPRESSIONS_UNREAD_TOGETHER
from flake8_flax_rng.interpreter.domain.callees import Callee, Way
from flake8_flax_rng.interpreter.domain.kinds import RunKind, UseKind
from flake8_flax_rng.interpreter.domain.parts_of_values import ANYWHERE, NOWHERE, Parts, as_whole, of_item
from flake8_flax_rng.interpreter.intent.reading import Flow, Read
from flake8_flax_rng.semantics.computing import FORMS, FUNCTIONAL_METHODS, UPDATES, only_computes
from flake8_flax_rng.semantics.libraries import ARRAY_METHODS, SEEDED_METHODS
from flake8_flax_rng.semantics.linen import INITIALISING
from flake8_flax_rng.semantics.transforms import calling
from flake8_flax_rng.syntax.cst_children import ancestors
from flake8_flax_rng.syntax.main_guard import is_main_guard
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.callees import Callees
    from flake8_flax_rng.interpreter.domain.events import Step, Use
    from flake8_flax_rng.interpreter.domain.values import FunctionCode

Given = Sequence[tuple[cst.Arg, Parts]]
_STREAMS = frozenset({"rngs", "rng"})
_SCANS = calling("scan")
_MAPS = calling("tree_map")


def is_unread(use: Use, callees: Callees, here: Step, other: Step | None) -> bool:
    """Return whether nobody reads what a use of a key has made.

    Args:
        use: the use.
        callees: what the calls of the text have called.
        here: the step of its way that a reader compares with that of another use.
        other: the step of that other use; None where the two are passes of one loop.
    """
    if use.kind in (UseKind.UNKNOWN, UseKind.SPLIT) or use.initialises or not _only_draws(use):
        return False
    if callees.looked_at > EXPRESSIONS_UNREAD_TOGETHER:
        return False
    try:
        return _Walk(use, callees, here, other).ends()
    except Read:
        return False


def _only_draws(use: Use) -> bool:
    """Return whether the use has no other effect than its result."""
    if use.kind is UseKind.STREAM:
        return True
    return only_computes(use.label) or use.label.rpartition(".")[2] in SEEDED_METHODS


class _Walk:
    """The walk outwards along the way to one use.

    Args:
        use: the use.
        callees: what the calls of the text have called.
        here: the step of its way at which the ways to two uses part.
        other: the step of the other use.
    """

    def __init__(self, use: Use, callees: Callees, here: Step, other: Step | None) -> None:
        self._calls = [step for step in use.way if step.turn is None]
        self._callees = callees
        self._here = here
        self._other = other
        self._functions = _Functions(callees)

    def ends(self) -> bool:
        """Return whether the walk comes to a function that drops what was made."""
        made = ANYWHERE
        for index in range(len(self._calls) - 1, 0, -1):
            step, caller = self._calls[index], self._calls[index - 1]
            scope = _scope_of(step)
            if scope not in self._callees.entered(caller.site.node):
                return False  # a property, say, which Python has called by itself
            made = self._handed_on(caller, self._followed(step, scope, made).returned)
            if not made:
                return True
        return self._dropped_at_last(self._calls[0], made)

    def _followed(self, step: Step, scope: cst.CSTNode, made: Parts) -> Flow:
        toward = self._other.site.node if self._other is not None and step is self._here else None
        flow = Flow(self._functions, {}, step.site.node, made, toward)
        flow.follow(scope)
        if not flow.met:
            raise Read
        return flow

    def _handed_on(self, caller: Step, returned: Parts) -> Parts:
        """Return the parts of a call's result, given those of what the function returns that it has called."""
        if not returned:
            return NOWHERE
        call = caller.site.node
        called = self._callees.of(call)
        if not isinstance(call, cst.Call) or not called or any(callee.way is Way.OTHER for callee in called):
            raise Read
        if all(callee.way in (Way.DIRECT, Way.OBJECT) or _only_applies(callee, call) for callee in called):
            return returned
        if not all(_is_functional(callee) for callee in called):
            raise Read
        scans = all(callee.label in _SCANS for callee in called)
        for code in self._callees.entered(call).values():
            # A loop hands on to each pass what the one before has returned.
            while True:
                around = _carry(code, of_item(returned, 0)) if scans else _every_parameter(code)
                more = self._functions.returned(code, around) | returned
                if more == returned:
                    break
                returned = more
        return returned if scans else as_whole(returned)

    def _dropped_at_last(self, step: Step, made: Parts) -> bool:
        scope = _scope_of(step)
        flow = self._followed(step, scope, made)
        left = {name for name in flow.left if name.strip("_")}
        if isinstance(scope, (cst.FunctionDef, cst.Lambda)):
            serves = self._functions.serves or bool(flow.apart)
            return not flow.returned and left <= (flow.seen | flow.apart if serves else set())
        # What a script binds may be read by its functions, and by what follows.
        return not left and flow.bound.isdisjoint(_read_by_functions(step))


class _Functions:
    """What the calls of the text do with what they are given, as far as it is known.

    Args:
        callees: what the calls have called.

    Attributes:
        serves: whether the value was an example to initialise a model with, or an argument that is not read: that is
            what it is for, while the text of a function that asks for its shape alone may not be finished.
    """

    def __init__(self, callees: Callees) -> None:
        self.serves = False
        self._callees = callees
        self._spent = 0
        self._under_way: list[cst.CSTNode] = []
        self._known: dict[tuple[cst.CSTNode, frozenset[tuple[str, Parts]]], Parts] = {}

    def spend(self) -> None:
        """Count one expression."""
        self._spent += 1
        self._callees.looked_at += 1
        if self._spent > EXPRESSIONS_UNREAD or self._callees.looked_at > EXPRESSIONS_UNREAD_TOGETHER:
            raise Read

    def returned(self, code: FunctionCode, parameters: dict[str, Parts]) -> Parts:
        """Return the parts of what a function returns that come of its parameters."""
        question = code.node, frozenset(parameters.items())
        if question not in self._known:
            if code.node in self._under_way or len(self._under_way) >= CALLS_UNREAD or code.generator:
                raise Read
            self._under_way.append(code.node)
            flow = Flow(self, parameters)
            flow.follow(code.node)
            self._under_way.pop()
            self._known[question] = flow.returned
        return self._known[question]

    def result(self, call: cst.Call, owner: Parts, given: Given) -> Parts:
        """Return the parts of a call's result that come of the value."""
        if not owner and not any(parts for _, parts in given):
            return NOWHERE
        called, entered = self._callees.of(call), self._callees.entered(call)
        name = _last_name(call)
        if any(arg.keyword is not None and arg.keyword.value == "out" for arg, _ in given):
            raise Read
        if called and all(callee.way is Way.DIRECT for callee in called):
            if {callee.label for callee in called} != {code.name.strip("<>") for code in entered.values()}:
                raise Read  # it was not followed on each path
            bound = {callee.bound for callee in called}
            found = self._followed(list(entered.values()), bound, owner, given)
            self.serves = self.serves or not found
            return found
        if name in INITIALISING and not owner:
            self.serves = True
            return _initialised(name, given)
        if called and all(callee.label in FORMS for callee in called):
            return NOWHERE
        if _is_of_array(call, name, owner) or _runs_a_model(name, given):
            return ANYWHERE
        if not called or not all(_is_functional(callee) for callee in called):
            raise Read
        found = NOWHERE.union(*(self.returned(code, _every_parameter(code)) for code in entered.values()))
        maps = entered and all(callee.label in _MAPS for callee in called)
        return as_whole(found) if maps else ANYWHERE

    def _followed(self, codes: list[FunctionCode], bound: set[bool], owner: Parts, given: Given) -> Parts:
        found = NOWHERE
        for code in codes:
            for receives in bound:
                found |= self.returned(code, _parameters(code, receives, owner, given))
        return found | (as_whole(owner) if bound == {False} else NOWHERE)


def _is_functional(callee: Callee) -> bool:
    """Return whether a call only computes its result, of what it is given and by the functions that it is given."""
    match callee.way:
        case Way.DIRECT | Way.TRANSFORM:
            return True
        case Way.NATIVE:
            return callee.label in FUNCTIONAL_METHODS
    return only_computes(callee.label)


def _only_applies(callee: Callee, call: cst.Call) -> bool:
    """Return whether a call runs a model, and returns what the method of the model does."""
    other = {"mutable", "capture_intermediates"}
    plain = all(arg.star != "**" and (arg.keyword is None or arg.keyword.value not in other) for arg in call.args)
    return callee.label == "linen.apply" and plain


def _runs_a_model(name: str, given: Given) -> bool:
    """Return whether a call runs a model of which nothing is known but that it is of Linen: it takes streams."""
    return name == RunKind.APPLY and any(arg.keyword is not None and arg.keyword.value == "rngs" for arg, _ in given)


def _initialised(name: str, given: Given) -> Parts:
    """Return the parts of what initialises a model, given an example: only its shape counts, but for the output."""
    for place, (arg, parts) in enumerate(given):
        streams = arg.keyword.value in _STREAMS if arg.keyword is not None else place == 0
        if parts and (streams or arg.star == "**"):
            raise Read
    return frozenset({(0,)}) if INITIALISING[name] else NOWHERE


def _is_of_array(call: cst.Call, name: str, owner: Parts) -> bool:
    """Return whether a call is of a method of arrays, which computes another one."""
    if not isinstance(call.func, cst.Attribute):
        return False
    place = call.func.value
    updated = place.value if isinstance(place, cst.Subscript) else None
    if isinstance(updated, cst.Attribute) and updated.attr.value == "at":
        return name in UPDATES
    return bool(owner) and name in ARRAY_METHODS


def _parameters(code: FunctionCode, receives: bool, owner: Parts, given: Given) -> dict[str, Parts]:
    """Return the parts of a function's parameters, given those of its object and of its arguments."""
    params = code.node.params
    places = [param.name.value for param in (*params.posonly_params, *params.params)]
    named = {*places, *(param.name.value for param in params.kwonly_params)}
    found: dict[str, Parts] = {places[0]: owner} if receives and places and owner else {}
    spread = False
    for place, (arg, parts) in enumerate(given):
        spread = spread or bool(arg.star)
        if not parts:
            continue
        at = place + receives
        if spread:
            return {**_every_parameter(code), **found}
        if arg.keyword is not None:
            name = arg.keyword.value if arg.keyword.value in named else _collecting(params.star_kwarg)
        else:
            name = places[at] if at < len(places) else _collecting(params.star_arg)
        found[name] = found.get(name, NOWHERE) | (parts if name in named else ANYWHERE)
    return found


def _collecting(param: object) -> str:
    """Return the name of a parameter that collects arguments."""
    if not isinstance(param, cst.Param):
        raise Read  # the call fails
    return param.name.value


def _carry(code: FunctionCode, parts: Parts) -> dict[str, Parts]:
    """Return the parts of the parameters of a function that a scan runs, given those of what it carries."""
    params = code.node.params
    places = [param.name.value for param in (*params.posonly_params, *params.params)]
    return {places[0]: parts} if len(places) == 2 else _every_parameter(code)


def _every_parameter(code: FunctionCode) -> dict[str, Parts]:
    """Return the parameters of a function, all of which hold something but the object of a method."""
    params = code.node.params
    places = [param.name.value for param in (*params.posonly_params, *params.params)]
    collecting = [param for param in (params.star_arg, params.star_kwarg) if isinstance(param, cst.Param)]
    others = [param.name.value for param in (*params.kwonly_params, *collecting)]
    around = ancestors(code.chunk.module, code.node)
    method = any(isinstance(node, cst.ClassDef) for node in around[-2:])
    return dict.fromkeys([*places[method:], *others], ANYWHERE)


def _scope_of(step: Step) -> cst.CSTNode:
    """Return the function, the script's block or the text that a step stands in."""
    module, inner = step.site.chunk.module, step.site.node
    for node in reversed(ancestors(module, inner)):
        if isinstance(node, (cst.FunctionDef, cst.Lambda)):
            if inner is not node.body:
                raise Read  # a default, or a decorator
            return node
        if isinstance(node, cst.ClassDef):
            raise Read
        if isinstance(node, cst.If) and is_main_guard(node.test) and inner is node.body:
            return node.body
        inner = node
    return module


def _read_by_functions(step: Step) -> frozenset[str]:
    """Return the names that the functions and classes of a file may read."""
    return _inner_names(tuple(step.site.chunk.around))


@lru_cache(maxsize=2)
def _inner_names(text: tuple[ast.stmt, ...]) -> frozenset[str]:
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    inner = (node for statement in text for node in walk(statement) if isinstance(node, scopes))
    return frozenset(part.id for node in inner for part in walk(node) if isinstance(part, ast.Name))


def _last_name(call: cst.Call) -> str:
    function = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return function.value if isinstance(function, cst.Name) else ""
