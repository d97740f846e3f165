"""The repair of an initialiser that draws from a constant key, and ignores the one that it is given."""

from __future__ import annotations

import ast

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced
from flake8_flax_rng.fixes.elsewhere import definition_of, node_at, site_of
from flake8_flax_rng.fixes.names import spells
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.walk import walk

_BUILDERS = ("jax.random.key", "jax.random.PRNGKey")


def drawn_from_argument(initializer: Site) -> Fix:
    """Return the fix that draws from the first argument in place of the one constant key of an initialiser.

    Args:
        initializer: the initialiser where it is given to a layer, a function or its name.
    """
    function = _function(initializer)
    given = [*function.args.posonlyargs, *function.args.args]
    if not given:
        raise NoFix("it takes no key")
    name = given[0].arg
    named = [node for node in walk(function) if isinstance(node, ast.Name) and node.id == name]
    built = [node for node in walk(function) if isinstance(node, ast.Call) and _builds(initializer, node)]
    if named or len(built) != 1 or not name.strip("_"):
        raise NoFix("the key is read, or the constant one is built elsewhere")
    return Fix(f"draw from `{name}`", (replaced(site_of(built[0], initializer.chunk), name),), safe=False)


def _function(initializer: Site) -> ast.FunctionDef | ast.Lambda:
    found = node_at(initializer, ast.Lambda) if isinstance(initializer.node, cst.Lambda) else definition_of(initializer)
    if isinstance(found, ast.Lambda):
        return found
    if not isinstance(found, ast.FunctionDef) or found.decorator_list:
        raise NoFix("the initialiser is written elsewhere")
    return found


def _builds(place: Site, call: ast.Call) -> bool:
    text = ast.unparse(call.func)
    return any(spells(place, text, path) for path in _BUILDERS)
