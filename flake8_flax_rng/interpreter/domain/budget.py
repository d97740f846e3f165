"""Every limit of the interpreter: its value, the reason for it, and what is said where it is reached.

A limit that can hide a finding is said by RNG090, under one of the names of :class:`Limit`; each such limit names it
below. Of the others the text says "silently": past them a value is unknown, or two ways are no longer told apart, as
where the program itself leaves them open.

The limits stand in the lowest room, and import nothing, because terms and paths are bounded too.
"""

from __future__ import annotations

from enum import StrEnum


class Limit(StrEnum):
    """What RNG090 tells apart."""

    WORK = "work"
    """What one function calls."""

    FILE = "file"
    """The work of the whole file."""

    PATHS = "paths"
    """Ways that are told apart."""

    DEPTH = "depth"
    """Calls in each other."""

    ABROAD = "abroad"
    """Work in other files."""


# -- work: expressions that are evaluated ------------------------------------------------------------------------------

STEPS_PER_ROOT = 10_000
"""From one function; what was found until then stands. RNG090 ``work``."""

STEPS_PER_FILE = 20_000
"""For a file's body, and once more for its functions, so that no file takes a minute. RNG090 ``file``."""

STEPS_PER_LINE = 40
"""More of them for each line, so that time grows with the length of the text only. RNG090 ``file``, ``work``."""

EFFORT_FOR_ALL_CALLS = 2_000
"""Past it, a function that was followed before is followed again only for a key: keys are what matters. RNG090
``work``."""

EFFORT_FOR_CALLS = 4_000
"""Past it, no call is followed, so that the rest of the function itself is. RNG090 ``work``."""

EFFORT_REMEMBERED = 12
"""What a call must have cost to be remembered as one without effect: following fewer is cheap, and tells more. Hides
nothing."""

# -- calls -------------------------------------------------------------------------------------------------------------

CALL_DEPTH = 20
"""Calls in each other: deeper ones hand the same keys on, and Python's own stack is finite. RNG090 ``depth``."""

RECURSION = 2
"""How often a function is followed within itself: as with the passes of a loop, two tell what does not change.
Silently: the result is unknown."""

SETUPS_KEPT = 3
"""Ways through a module's ``setup``: each of its methods is followed once for each. Silently joined."""

SETTERS_FOLLOWED = 2
"""Methods of a class, beside its constructor, that are followed for what they store; few have more. Silently unknown.
"""

ALTERNATIVES_FOLLOWED = 3
"""Kinds of models that an object may hold, each of which its methods are followed with. Silently: unknown."""

# -- other files -------------------------------------------------------------------------------------------------------

STEPS_ABROAD_PER_FILE = 5_000
"""In all other files together, so that a file that uses much costs little more. RNG090 ``abroad``."""

STEPS_ABROAD_PER_LINE = 8
"""More of them for each line of the linted file. RNG090 ``abroad``."""

STEPS_PER_CALL_ABROAD = 3_000
"""From one call of the linted file: a large library must not hide its caller. RNG090 ``abroad``."""

CALLS_ABROAD_APART = 2
"""Calls within calls that have such a bound of their own, each half of the one around it. RNG090 ``abroad``."""

SHORT_CALL_ABROAD = 150
"""Still followed where nothing is left of the file's share: a factory takes no more. RNG090 ``abroad``."""

STEPS_FOR_SHORT_CALLS = 2_000
"""For all such short calls together. Silently: their results are unknown."""

SHARE_FOR_ALL_CALLS = 0.5
"""Of a bound abroad: past it, only keys have a function followed again. RNG090 ``abroad``."""

SHARE_FOR_CALLS = 0.75
"""Of a bound abroad: past it, no call is followed. RNG090 ``abroad``."""

STEPS_PER_PIECE = 2_000
"""From one piece of another file's body, which mostly defines things. Silently: its names are unknown."""

LINES_PER_PIECE = 3_000
"""Longer pieces are not even read: they are generated tables. Silently: their names are unknown."""

HOPS = 12
"""Files through which one name is handed on: no package re-exports as often, and a circle must end. Silently
unknown."""

# -- paths -------------------------------------------------------------------------------------------------------------

PATHS_KEPT = 5
"""Paths that are followed apart at one place: work doubles with each condition. RNG090 ``paths``."""

PATHS_BY_EFFORT = ((6_000, 1), (2_000, 2), (700, 3))
"""How many instead, once so many expressions were evaluated from one function. RNG090 ``paths``."""

CLASSES_REGISTERED = 6
"""Classes in a registry of modules, each of which is followed where the name is not known. Silently: it is unknown."""

UNFED_TRACED = 4
"""Runs of models without streams for which the callers in other files are followed. Silently: nothing is supplied."""

PATHS_KEPT_ABROAD = 2
"""How many at most in another file of which much was followed. RNG090 ``paths``."""

ALTERNATIVES_KEPT = 6
"""Ways to one place that are told apart by the conditions taken on them: comparing them is quadratic. Silently: only
what holds on all is kept."""

FACTS_KEPT = 40
"""Conditions that one way remembers: the oldest says least of what follows. Silently forgotten."""

TEXTS_REMEMBERED = 8
"""Pieces of text whose ``nonlocal`` names are kept: a function is called many times. Hides nothing."""

FACTS_REMEMBERED = 256
"""Conditions of which is kept what they are about: each is asked for with each draw. Hides nothing."""

# -- uses of keys ------------------------------------------------------------------------------------------------------

SPLITS_KEPT = 4
"""Splits of one key that are compared with each later one: pairs grow with their square. Silently: a finding less."""

CHILDREN_READ = 200
"""Keys of one split that are told apart; more of them are lanes or steps. Silently: any of them may be meant."""

# -- loops and containers ----------------------------------------------------------------------------------------------

PASSES = 2
"""Passes of a loop whose items are not known: two tell what differs from pass to pass. Hides nothing but what needs a
third."""

EXACT_ITEMS = 6
"""Passes of a loop all of whose items are known, such as layers or seeds by name. Silently: two stand for all."""

EXACT_PASSES = 64
"""Such passes of loops within loops, all together; two stand for those of the loop within that would make more.
Silently."""

ITEMS_KNOWN = 5_000
"""Items of a list: a few doublings of a list have no end. Silently: the items are unknown."""

KEYS_UNPACKED = 64
"""Keys of one split, or rows of a product, that become items of their own. Silently: one item stands for each."""

ROWS_KNOWN = 64
"""Rows of an array of keys that are told apart after ``reshape``. Silently unknown."""

LAZY_KNOWN = 3
"""How often ``zip`` and its kin stand in each other: each zips what it was given anew. Silently: the items are unknown.
"""

ROUNDS_KNOWN = 64
"""Items of ``itertools.cycle`` that are laid out. Silently: the later ones are unknown."""

ITEMS_REPEATED = 64
"""Items of ``[key] * n``. Silently unknown."""

TREE_NODES_READ = 200
"""Nodes of a tree that ``jax.tree.map`` goes over, shared ones as often as they are held. Silently: no more leaves."""

LANES_COMPARED = 32
"""Lanes of a ``vmap`` whose keys are set against those of other calls. Silently: the later lanes are not."""

LANES_TAKEN_FOR_ANY = 2
"""Lanes of a ``vmap`` whose number is not known, of which the same holds: as many as passes of a loop. Silently: the
later lanes are not."""

# -- constants ---------------------------------------------------------------------------------------------------------

LARGEST_NUMBER = 1 << 64
"""Numbers that are computed: a seed or a count has no more bits. Silently unknown."""

LARGEST_CONSTANT = 1 << 1_000
"""Numbers that are known at all: each can be made a float, and be printed. Silently unknown."""

LARGEST_EXPONENT = 64
"""Powers and shifts that are computed, which would else fill the memory. Silently unknown."""

LONGEST_TEXT = 1_000
"""Characters of joined strings: keys of a dict have no more. Silently unknown."""

LITERALS_REMEMBERED = 1_024
"""Texts whose value as a literal a process keeps. Hides nothing."""

SYMBOLS_REMEMBERED = 2_048
"""Attributes of modules that are kept as they are: the same functions are named again and again. Hides nothing."""

# -- how far into a value one looks ------------------------------------------------------------------------------------
# Programs nest containers two or three deep; what is nested deeper is mostly a circle, or generated.

VALUES_VISITED = 5_000
"""Values inside of one that are visited, shared ones once. Silently: what is not visited counts as the caller says."""

NESTING_VISITED = 100
"""How deep containers are visited. Silently: what lies deeper counts as the caller says."""

NESTING_NAMED = 6
"""Containers in each other that get a name by their contents. Silently: a deeper one is a value of its own."""

ITEMS_NAMED = 40
"""Items of a container that are part of its name. Silently: a longer list or dict is a value of its own, and of a
longer tuple the rest does not count."""

NESTING_FIXED = 8
"""How deep an object is searched for what may change it: configurations are deep. Silently: it is unknown."""

NESTING_REMEMBERED = 4
"""How deep the arguments of a call without effect are compared. Hides nothing: the call is followed again."""

PARTS_REMEMBERED = 60
"""How many parts of them. Hides nothing: the call is followed again."""

# -- how far into a term one looks -------------------------------------------------------------------------------------

DRAWS_KEPT = 24
"""Draws that a value is known to depend on, the newest ones. Silently forgotten."""

PARTS_READ = 200
"""Terms that a term is computed from. Silently: the rest is taken to be like what was seen."""

DRAWS_SOUGHT = 2_000
"""Terms that are searched for the draws a compared value holds. Silently: then its keys decide."""

NESTING_TIMELESS = 4
"""How deep a condition is read to compare it with a later one. Silently: deeper parts are compared as they are."""

IGNORED_TEXTS = 64
"""Functions whose unread parameters are remembered: one is called many times. Hides nothing: it is read anew."""

CLASSES_NAMED = 3
"""Classes that a message names. Silently: the others are counted."""

DRAWING_DEPTH = 3
"""Functions that hand a key on to each other before one draws. Silently: then nothing is certain to draw."""

STATE_DEPTH = 3
"""Fields and entries that lead to a key in a state. Silently: deeper ones are not looked at."""

# -- how far what is drawn is followed ---------------------------------------------------------------------------------

NESTING_OF_PARTS = 3
"""Tuples in each other whose items are told apart: ``(loss, (a, b)), grads`` is as deep as programs go. Hides nothing:
the deeper ones count as one."""

EXPRESSIONS_UNREAD = 6_000
"""Expressions that are looked at to tell that a draw is not read, a few long functions. Hides nothing: it is read."""

EXPRESSIONS_UNREAD_TOGETHER = 20_000
"""The same for all draws of a file together: many draws from one key in one long function. Hides nothing: they are
read."""

CALLS_UNREAD = 6
"""Calls in each other into which a draw is followed as an argument. Hides nothing: it is read."""

PASSES_UNREAD = 6
"""Passes of a loop after which all names that come of a draw are known: each pass finds one more. Hides nothing: it is
read."""

KEYS_AWAITED = 32
"""Keys that a run of Haiku was asked for and of which it is open whether anything is drawn from them, one for each
dropout of a deep network. Hides nothing: past it, they count as drawn from."""
