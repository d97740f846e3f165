"""Repairs of calls that are wrong by themselves: of the number of keys, of what stands in a key's place, of hashes."""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix, Range
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of, replaced, replaced_whole
from flake8_flax_rng.fixes.names import import_of, nobodys, spelled_as, spells
from flake8_flax_rng.fixes.statements import indentation, parent_of, statement_of, way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.names_in_text import bound_between

_FEWEST = 2
"""Keys that ``split`` makes where no number is given."""


def unpacked(target: Site, count: int) -> Fix:
    """Return the fix that splits into as many keys as there are names; the statement raises as it is.

    Args:
        target: the names.
        count: how many they are.
    """
    statement = way_to(target)[-3] if len(way_to(target)) > 3 else None
    value = statement.value if isinstance(statement, cst.Assign) else None
    starred = isinstance(target.node, cst.Tuple) and any(
        isinstance(element, cst.StarredElement) for element in target.node.elements
    )
    if value is None or starred:
        raise NoFix("the keys are made elsewhere")
    return _split_into(Site(value, target.chunk), count, safe=True)


def indexed(item: Site, index: int) -> Fix:
    """Return the fix that splits into more keys, where an index is past their end.

    Args:
        item: what is indexed, with the index.
        index: the index.
    """
    keys = item.node.value if isinstance(item.node, cst.Subscript) else None
    name = keys.value if isinstance(keys, cst.Name) else None
    made = [
        node.value
        for node in nodes_of(item.chunk.module)
        if isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Name)
        if node.targets[0].target.value == name
    ]
    if index < 0 or len(made) != 1:
        raise NoFix("the keys are made elsewhere")
    return _split_into(Site(made[0], item.chunk), index + 1, safe=False)


def _split_into(call: Site, count: int, safe: bool) -> Fix:
    node = call.node
    if not isinstance(node, cst.Call) or not spells(call, call.chunk.code(node.func), "jax.random.split"):
        raise NoFix("the keys are made by another call")
    title = f"split into {count} keys"
    if len(node.args) == 1 and node.args[0].keyword is None:
        place = range_of(Site(node.args[0], call.chunk))
        return Fix(title, (inserted(place.end_line, place.end_column, f", {count}"),), safe)
    if len(node.args) != 2 or not isinstance(node.args[1].value, cst.Integer):
        raise NoFix("the number of keys is computed")
    return Fix(title, (replaced(Site(node.args[1].value, call.chunk), str(count)),), safe)


def compared_with_none(key: Site) -> Fix:
    """Return the fix of a truth test on a key, which raises as it is."""
    text = key.chunk.code(key.node)
    outer = parent_of(key)
    if isinstance(outer.node, cst.UnaryOperation) and isinstance(outer.node.operator, cst.Not):
        return Fix("compare the key with `None`", (replaced(outer, f"{text} is None"),), safe=True)
    if isinstance(outer.node, cst.BooleanOperation):
        if not isinstance(outer.node.operator, cst.Or) or outer.node.left is not key.node:
            raise NoFix("it is part of a larger condition")
        other = key.chunk.module.code_for_node(outer.node.right)
        new = f"{text} if {text} is not None else {other}"
        plain = isinstance(parent_of(outer).node, (cst.Assign, cst.Return))
        return Fix("compare the key with `None`", (replaced(outer, new if plain else f"({new})"),), safe=True)
    if not isinstance(outer.node, (cst.If, cst.While, cst.IfExp, cst.Assert)):
        raise NoFix("it is part of a larger condition")
    return Fix("compare the key with `None`", (replaced(key, f"{text} is not None"),), safe=True)


def swapped(wrong: Site) -> Fix:
    """Return the fix that changes the places of the first two arguments of a call, which raises as it is."""
    way = way_to(wrong)
    call = next((node for node in reversed(way) if isinstance(node, cst.Call) and node is not wrong.node), None)
    given = [arg for arg in call.args if arg.keyword is None and not arg.star][:2] if call is not None else []
    if len(given) < 2 or given[0].value is not wrong.node:
        raise NoFix("it is not the first of two arguments")
    one, two = (Site(arg.value, wrong.chunk) for arg in given)
    code = wrong.chunk.module.code_for_node
    edits = replaced_whole(one, code(two.node)), replaced_whole(two, code(one.node))
    return Fix("change the places of the two arguments", edits, safe=True)


def seeded(seed: Site) -> Fix:
    """Return the fix that builds a key from a seed which stands in the place of one."""
    if not isinstance(seed.node, (cst.Integer, cst.Name, cst.Attribute)):
        raise NoFix("the seed is computed")
    text = f"{spelled_as(seed, 'jax.random.key')}({seed.chunk.code(seed.node)})"
    return Fix("build a key from the seed", (replaced(seed, text),), safe=False)


def folded_sum(term: Site) -> Fix:
    """Return the fix that folds a number into a key in place of arithmetic with it."""
    node = term.node
    if not isinstance(node, cst.BinaryOperation) or not isinstance(node.left, (cst.Name, cst.Attribute)):
        raise NoFix("it is no sum of a key and a number")
    if isinstance(node.operator, cst.Subtract) or isinstance(parent_of(term).node, cst.BinaryOperation):
        raise NoFix("the number may be negative, or is part of a longer sum")
    repeats = any(isinstance(inner, (cst.FloorDivide, cst.Modulo)) for inner in nodes_of(node.right))
    if repeats or isinstance(node.right, cst.Name):
        raise NoFix("the number may come again, or be a key too")
    code = term.chunk.code
    text = f"{spelled_as(term, 'jax.random.fold_in')}({code(node.left)}, {code(node.right)})"
    return Fix("fold the number into the key", (replaced_whole(term, text),), safe=False)


def _is_bytes(node: cst.BaseExpression) -> bool:
    """Return whether an expression is a text in bytes, as far as it is written there."""
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Attribute) and node.func.attr.value == "encode"
    return isinstance(node, cst.SimpleString) and "b" in node.prefix.lower()


def checksummed(number: Site) -> Fix:
    """Return the fix that computes a stable checksum of a text in place of its hash.

    Args:
        number: what is folded in; the hash stands in it, or alone in the function around it.
    """
    found = _hashes(number.node)
    if not found:
        function = next((node for node in reversed(way_to(number)) if isinstance(node, cst.FunctionDef)), None)
        found = _hashes(function) if function is not None else []
    if len(found) != 1 or len(found[0].args) != 1:
        raise NoFix("the hash is computed elsewhere")
    call = Site(found[0], number.chunk)
    given = found[0].args[0].value
    code = number.chunk.module.code_for_node(given)
    if isinstance(given, cst.Tuple):
        raise NoFix("it is no hash of a text")
    simple = isinstance(
        given, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.FormattedString | cst.SimpleString
    )
    text = code if simple else f"({code})"
    more = import_of(number, "zlib")
    data = code if _is_bytes(given) else f"{text}.encode()"
    edits = (replaced(call, f"zlib.crc32({data})"), *((more,) if more is not None else ()))
    return Fix("use a checksum that is the same in each process", edits, safe=False)


def _hashes(node: cst.CSTNode) -> list[cst.Call]:
    calls = [inner for inner in nodes_of(node) if isinstance(inner, cst.Call)]
    return [call for call in calls if isinstance(call.func, cst.Name) and call.func.value == "hash"]


def drawn_from_parameter(constant: Site, name: str, overwrites: bool) -> Fix:
    """Return the fix that uses the key which a function is given in place of a constant one.

    Args:
        constant: the call that builds the constant key.
        name: the parameter.
        overwrites: whether the constant key is bound to its name.
    """
    if not overwrites:
        return Fix(f"draw from `{name}`", (replaced(constant, name),), safe=False)
    statement = statement_of(constant)
    if not isinstance(statement.node, cst.Assign) or statement.node.value is not constant.node:
        raise NoFix("it is part of a larger statement")
    return Fix(f"draw from the `{name}` that is given", (without(statement),), safe=False)


def without(statement: Site) -> Edit:
    """Return the edit that takes a statement out, with its line and the comment on it."""
    way = way_to(statement)
    line, block = way[-2], way[-3]
    alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    if not alone or not isinstance(block, cst.IndentedBlock) or len(block.body) < _FEWEST:
        raise NoFix("it is not alone on its line, or all that there is")
    place = range_of(statement)
    indentation(statement)
    return Edit(Range(place.line, 0, place.end_line + 1, 0), "")


def typed(call: Site) -> Fix:
    """Return the fix that calls ``key`` in place of ``PRNGKey``."""
    named = [
        node.attr for node in nodes_of(call.node) if isinstance(node, cst.Attribute) and node.attr.value == "PRNGKey"
    ]
    if len(named) == 1:
        return Fix("make a typed key", (replaced(Site(named[0], call.chunk), "key"),), safe=False)
    if not isinstance(call.node, cst.Call) or not isinstance(call.node.func, cst.Name):
        raise NoFix("it has another name here")
    func = Site(call.node.func, call.chunk)
    return Fix("make a typed key", (replaced(func, spelled_as(func, "jax.random.key")),), safe=False)


def unnamed(call: Site, names: set[str]) -> Fix:
    """Return the fix that leaves keys without a name which nobody uses.

    Args:
        call: the call that derives them.
        names: those that are not used.
    """
    statement = statement_of(call)
    node = statement.node
    if sum(isinstance(inner, (cst.Call, cst.NamedExpr)) for inner in nodes_of(node)) > 1:
        raise NoFix("something else is called there too")
    if isinstance(node, cst.Expr) and node.value is call.node:
        return Fix("leave it out", (without(statement),), safe=True)
    target = node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None
    if isinstance(target, cst.Name) and isinstance(node, cst.Assign) and node.value is call.node:
        return Fix("leave it out", (without(statement),), safe=True)
    if not isinstance(target, cst.Tuple):
        raise NoFix("the keys have no names of their own")
    found = [element.value for element in target.elements if isinstance(element.value, cst.Name)]
    if names >= {name.value for name in found}:
        return Fix("leave it out", (without(statement),), safe=True)
    line, _ = call.chunk.position(call.node)
    _, last = call.chunk.lines(call.chunk.module)
    if {name.value for name in found} & bound_between(call.chunk, line + 1, last, call.chunk.around) - names:
        raise NoFix("another name is bound again")
    edits = [replaced(Site(name, call.chunk), nobodys(call)) for name in found if name.value in names]
    return Fix("leave the key without a name", tuple(edits), safe=True)
