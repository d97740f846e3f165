"""The excuses: the reasons for which two uses of one key are taken as meant, each with its name.

An excuse is about two uses: it says nothing of any other use of that key. A new one is an entry of ``EXCUSES``, a
predicate, and a fixture in which the rule RNG091 names it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Parting, part
from flake8_flax_rng.interpreter.domain.key_lineage import with_parents
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, is_elementwise, parts
from flake8_flax_rng.interpreter.domain.values import Const, Key, Keys, Opaque, Ref, Stacked, Tuple, Value
from flake8_flax_rng.interpreter.intent.candidates import keeps_the_best, ranks_all
from flake8_flax_rng.interpreter.intent.evaluates_the_model import (
    comes_back,
    looks_on,
    only_initialises,
    only_serves_to_look,
    only_unread,
)
from flake8_flax_rng.interpreter.intent.only_looked_at import is_rehearsal
from flake8_flax_rng.interpreter.intent.only_shapes_count import is_example, only_shapes_count
from flake8_flax_rng.interpreter.intent.outcomes import only_traced, only_waited_for
from flake8_flax_rng.interpreter.intent.thrown_away import is_thrown_away, scope_of
from flake8_flax_rng.interpreter.intent.unison import goes_over_fields, is_index, lengths_differ, same_order
from flake8_flax_rng.interpreter.intent.unread_draws import is_unread
from flake8_flax_rng.semantics.consumers import Makes
from flake8_flax_rng.semantics.jax_random import CHOOSING
from flake8_flax_rng.semantics.transforms import CONTROL
from flake8_flax_rng.syntax.cst_children import ancestors, holds

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made, Step, Use
    from flake8_flax_rng.interpreter.intent.demonstrations import Demonstrations
    from flake8_flax_rng.interpreter.intent.signs import Signs

_SHARED_BY_A_PAIR = 3
"""Arguments that two calls have in common, beside keys and constants, if one setting of many differs."""


class Case:
    """Two uses of one key, and what is known of the program around them.

    Args:
        first: the first use.
        second: the second use.
        signs: what the program does with what it has drawn.
        makers: the calls that made keys, by number.
        imported: the names of imported modules and functions.
        demonstrations: those of the file.
        text: the statements of the file.

    Attributes:
        parting: where the ways to the two uses part.
    """

    __slots__ = ("demonstrations", "first", "imported", "makers", "parting", "second", "signs", "text")

    def __init__(
        self,
        first: Use,
        second: Use,
        signs: Signs,
        makers: Mapping[int, Made],
        imported: frozenset[str],
        demonstrations: Demonstrations,
        text: Sequence[ast.stmt] = (),
    ) -> None:
        self.first = first
        self.second = second
        self.signs = signs
        self.makers = makers
        self.imported = imported
        self.demonstrations = demonstrations
        self.text = text
        self.parting = part(first, second)

    @property
    def direct(self) -> bool:
        """Whether one of the two calls that a reader compares consumes the key itself."""
        return self.parting.first is self.first.way[-1] or self.parting.second is self.second.way[-1]

    @property
    def same_text(self) -> bool:
        """Whether both uses stand at one place of the text."""
        return self.first.site.node is self.second.site.node


class Of(Enum):
    """The uses that an excuse is for."""

    ALL = "all"
    STREAMS = "runs of Linen modules"
    DRAWS = "draws, and draws beside splits"


class Excuse(NamedTuple):
    """One reason for which a repeat is meant.

    Args:
        name: its name, which RNG091 says.
        meaning: what the program does, as that rule says it.
        holds: whether it is so of two uses.
        of: the uses that it is for.
        unless_idle: whether a key refutes it that was made beside this one, and that nobody uses.
    """

    name: str
    meaning: str
    holds: Callable[[Case], bool]
    of: Of = Of.ALL
    unless_idle: bool = False


# -- comparisons -----------------------------------------------------------------------------------


def _compared(case: Case) -> bool:
    """The program raises unless what both have made is equal."""
    steps = case.parting.first, case.parting.second
    by_one_function = not case.direct and steps[0].label == steps[1].label
    return case.signs.assertions.compare(case.first, case.second, by_one_function)


def _guess_compared(case: Case) -> bool:
    """A guess for a posterior, and what it is held against, are drawn alike."""
    return "guess" in (case.first.makes, case.second.makes) and case.signs.assertions.mention(case.first.term)


def _subtracted(case: Case) -> bool:
    """Two results of a function that draws from the key are subtracted from each other.

    So are those of two variants of one module, which are built with other settings and start alike.
    """
    first, second, parting = case.first, case.second, case.parting
    if first.initialises and second.initialises and first.label == second.label and first.built is not second.built:
        return case.signs.arithmetic.subtracts(first, second)
    if case.direct or not _differ(parting):
        return False
    if case.signs.are_contrasted(parting.first.site.node, parting.second.site.node):
        return True
    same = case.same_text and not parting.loop and case.signs.arithmetic.subtracts(case.first, case.second)
    return same and _is_given(parting.first, case.first) and _is_given(parting.second, case.second) and _differ(parting)


def _one_setting_differs(case: Case) -> bool:
    """A function is evaluated twice with the same data and noise, to compare two settings.

    What differs is one argument of many: functions that only draw, or add noise to what they are given, take few.
    """
    if case.parting.loop or not case.same_text:
        return False
    before, after = _arguments(case.parting.first), _arguments(case.parting.second)
    pairs = list(zip(before, after, strict=False))
    differing = [one for one, other in pairs if one != other]
    if len(before) != len(after) or len(differing) != 1:
        return False
    keys = with_parents(case.second.term)
    common = [one for one, other in pairs if one == other and not isinstance(one, (Const, Key, Keys))]
    return sum(not (isinstance(one, Opaque) and one.term in keys) for one in common) >= _SHARED_BY_A_PAIR


def _paired_evaluation(case: Case) -> bool:
    """One module runs on the same inputs with other variables."""
    first, second = case.first, case.second
    if first.module != second.module or (first.initialises and second.initialises):
        return False
    if first.call is not second.call or first.variables is second.variables:
        return False
    return not case.same_text or (second.variables is not None and _from_loop_item(second.variables))


# -- calls that only prepare, or only look ---------------------------------------------------------


def _warm_up(case: Case) -> bool:
    """The first call only compiles a function, or somebody just waits for what it makes."""
    parting = case.parting
    if parting.loop:
        return False
    compiles = case.signs.only_compiled(parting.first.site.node, parting.second.site.node)
    return compiles or only_waited_for(case.text, parting)


def _same_objective(case: Case) -> bool:
    """A function, or a part of it, is evaluated again after its gradient, on the same noise.

    Two gradients are of one function at one point if they are given the same parameters.
    """
    parting = case.parting
    nodes = {parting.first.site.node, parting.second.site.node}
    gradients = case.signs.gradients(nodes)
    if parting.loop or len(nodes) != 2 or not gradients:
        return False
    before, after = _behind(case.first, parting.first), _behind(case.second, parting.second)
    part_of_it = parting.first.site.node in gradients and before[-len(after) :] == after
    if before != after and not (part_of_it and _share_an_argument(parting)):
        return False
    at, other = _arguments(parting.first)[:1], _arguments(parting.second)[:1]
    return len(gradients) == 1 or bool(at and at == other) or _captured_by_one(case)


def _share_an_argument(parting: Parting) -> bool:
    """Return whether two calls are given one thing, or what a step makes of it.

    A part of a function that gets other inputs is another function.
    """
    given, first = _arguments(parting.second), _arguments(parting.first)
    terms = {value.term for value in first if isinstance(value, Opaque)}
    stepped = [part for value in given if isinstance(value, Opaque) for part in parts(value.term, into=is_elementwise)]
    return not given or any(value in first for value in given) or not terms.isdisjoint(stepped)


def _only_looked_at(case: Case) -> bool:
    """A loop that renews other keys only looks at what it makes of this one in each pass."""
    parting = case.parting
    loop = parting.around.site.node if parting.loop and parting.around is not None else None
    if loop is None or case.first.origin != case.second.origin or parting.second is case.second.way[-1]:
        return False
    if not _is_given(parting.second, case.second) or not _renews(case.makers, loop, case.second.term):
        return False
    return is_rehearsal(loop, parting.second.site.node, case.imported)


def _evaluation(case: Case) -> bool:
    """A helper in a loop evaluates what the loop trains, each time with the same key.

    So may the loop itself; but who splits a key in a loop wants others in each pass.
    """
    parting = case.parting
    if parting.around is None or not parting.loop:
        return False
    if parting.second is case.second.way[-1] and case.second.kind is UseKind.SPLIT:
        return False
    if parting.second in (case.second.way[-1], case.first.way[-1]):
        loop, call = parting.around.site.node, parting.second.site.node
        return case.same_text and only_serves_to_look(loop, call, case.imported)
    return looks_on(parting.around.site.node, parting.second.site.node)


def _candidates(case: Case) -> bool:
    """Candidates are scored on the same numbers, each perhaps on several batches, and the best one is kept."""
    around, call = case.parting.around, case.parting.second
    if around is None or case.direct or not _is_given(call, case.second):
        return False
    made = case.makers.get(case.second.origin)
    before = made.way if made is not None else ()
    loops = [step.site.node for step in case.second.way if step.turn is not None and step not in before]
    # The key must be the same in a loop around this one, too, if that is where candidates are compared.
    outer = loops[: loops.index(around.site.node) + 1] if around.site.node in loops else []
    if any(keeps_the_best(loop, call.site.node) for loop in outer):
        return True
    scope = scope_of(ancestors(call.site.chunk.module, call.site.node))
    differ = _arguments(case.parting.first) != _arguments(call)
    return (
        scope is not None and differ and any(isinstance(loop, cst.CompFor) and ranks_all(scope, loop) for loop in outer)
    )


def _input_for_init(case: Case) -> bool:
    """A draw only makes an input to initialise a model with: only its shape counts.

    Of an object that is not known itself, an example that is given to ``init`` is one wherever else it goes.
    """
    return any(
        use.kind is UseKind.DRAW
        and (
            only_initialises(use.site.chunk.module, use.site.node, loosely=use.makes is Makes.DECLARED)
            or (not use.site.chunk.file and is_example(case.text, use.site.chunk.position(use.site.node)))
        )
        for use in (case.first, case.second)
    )


def _only_shapes(case: Case) -> bool:
    """Of what comes of one of the two, or of a call that makes both, only the shapes are looked at."""
    if only_traced(case.text, case.first, case.second, case.parting):
        return True
    if case.parting.loop:
        return False
    ways = (case.first, case.parting.first.site), (case.second, case.parting.second.site)
    places = [site for use, site in ways if use.kind in (UseKind.DRAW, UseKind.STREAM)]
    return any(only_shapes_count(site.chunk.module, site.node, case.imported) for site in places)


def _demonstration(case: Case) -> bool:
    """A module shows that its own classes work; the keys of one that others import are theirs."""
    return case.demonstrations.hold(case.parting.first.site, case.parting.second.site)


def _rows_of_tests(case: Case) -> bool:
    """Both keys are built in tables of tests, in rows that no test gets at once."""
    one, other = _seed(case, case.first), _seed(case, case.second)
    return one is not None and other is not None and case.signs.tables.keep_apart(one.site, other.site)


def _thrown_away(case: Case) -> bool:
    """What one of two calls has made is overwritten, given up by an exception, or bound to ``_``.

    A method may keep what it has made, and a handler that makes the same call again gets the same numbers.
    """
    uses, steps = (case.first, case.second), (case.parting.first, case.parting.second)
    if any(step.method and use.kind is not UseKind.STREAM for step, use in zip(steps, uses, strict=True)):
        return False
    scopes = [scope_of(ancestors(step.site.chunk.module, step.site.node)) for step in steps]
    scope = scopes[0] if scopes[0] is scopes[1] else None
    if scope is None:
        return False
    first, second = (step.site.node for step in steps)
    splits = [use.kind is UseKind.SPLIT and use.way[-1] is step for step, use in zip(steps, uses, strict=True)]
    again = steps[0].label == steps[1].label
    return is_thrown_away(scope, first, first if again else second, splits[0]) or is_thrown_away(
        scope, second, first, splits[1]
    )


def _never_read(case: Case) -> bool:
    """A draw is a dummy: it is only handed to a function that does not read it."""
    return any(
        use.kind is UseKind.DRAW and only_unread(use.site.chunk.module, use.site.node, case.signs.is_unread)
        for use in (case.first, case.second)
    )


def _unread(case: Case) -> bool:
    """Nobody reads what one of the two has drawn, wherever the functions on the way to it hand it on."""
    parting, callees = case.parting, case.signs.callees
    first, second = (None, None) if parting.loop else (parting.first, parting.second)
    return is_unread(case.first, callees, parting.first, second) or is_unread(
        case.second, callees, parting.second, first
    )


def _an_item_each(case: Case) -> bool:
    """Models, prompts or panels are gone through on the numbers of one constant key.

    Each call is given something else, and nothing that it returns comes back. A draw itself is another matter: the
    shape of an item is no reason for equal noise.
    """
    first, second, parting = case.first, case.second, case.parting
    if not _made_anew(case) or (parting.second is second.way[-1] and second.kind is not UseKind.STREAM):
        return False
    if parting.first.site.node is not parting.second.site.node and parting.second is second.way[-1]:
        return False
    if parting.around is not None and comes_back(parting.around.site.node, parting.second.site.node, case.imported):
        return False
    keys = {*with_parents(first.term), *with_parents(second.term)}
    pairs = zip(_arguments(parting.first), parting.second.arguments, strict=False)
    seed, streams = _seed(case, second), _holders(case)
    other = [
        after
        for before, (node, after) in pairs
        if before != after
        and not (_is_key(after) or after in streams)
        and not (seed is not None and holds(node, seed.site.node))
    ]
    drawn = any(isinstance(value, Opaque) and not keys.isdisjoint(value.term.draws) for value in other)
    return bool(other) and not drawn and not _of_shape_given(second, other)


def _made_anew(case: Case) -> bool:
    """Return whether the key of two uses is built twice, at one place of the text, and from a constant."""
    makers = [_seed(case, use) for use in (case.first, case.second)]
    ours, theirs = makers
    if ours is None or theirs is None or ours is theirs:
        return False
    return ours.kind is theirs.kind is MakeKind.SEED and ours.site.node is theirs.site.node and not theirs.clock


def _holders(case: Case) -> list[Value]:
    """Return the streams of NNX that the second key comes of, as a call is given them."""
    found: list[Value] = []
    made = case.makers.get(case.second.origin)
    while made is not None:
        if made.drawn is not None:
            found.append(Ref(made.drawn.holder))
        made = case.makers.get(made.parent)
    return found


def _is_key(value: Value) -> bool:
    """Return whether a value is a key, or holds keys alone."""
    return isinstance(value, (Key, Keys)) or (isinstance(value, Tuple) and all(map(_is_key, value.items)))


def _of_shape_given(use: Use, given: list[Value]) -> bool:
    """Return whether what is drawn has the shape of an item that a call was given: noise for it, as a rule."""
    terms = {value.term for value in given if isinstance(value, Opaque)}
    shapes = [term for term in parts(use.signature) if term.name == "shape"] if use.signature is not None else []
    return any(not terms.isdisjoint(parts(shape)) for shape in shapes)


def _one_is_selected(case: Case) -> bool:
    return case.signs.selections.part(case.first, case.second)


def _replayed(case: Case) -> bool:
    """A loop over what was recorded makes the same calls again."""
    return case.signs.records.replayed(case.first, case.second)


# -- things that are made alike ----------------------------------------------------------------------


def _made_alike(case: Case) -> bool:
    """The same thing is made twice on purpose: a target network, a sample and its log-probability.

    Equal layers of one model are a mistake, and so are the equal models of an ensemble that a loop makes.
    """
    first, second, parting = case.first, case.second, case.parting
    if not (first.makes or first.builders) or not (second.makes or second.builders):
        return False
    if Makes.DECLARED in (first.makes, second.makes):
        return False
    if parting.loop:
        return bool(first.makes) and first.signature is second.signature and first.call is not second.call
    if parting.second.owner in second.builders:
        return False
    if case.same_text and second.builders:
        return not _of_own_streams(case) and _arguments(parting.first) == _arguments(parting.second)
    whole = second.makes != "layer" or parting.second is not second.way[-1]
    return bool(second.makes) and first.signature is second.signature and whole


def _of_own_streams(case: Case) -> bool:
    """Return whether a constructor of a module makes the streams itself, so that all its modules start alike."""
    made = case.makers.get(case.second.origin)
    streamed = False
    while made is not None and made.parent:
        streamed = streamed or made.kind is MakeKind.STREAM
        made = case.makers.get(made.parent)
    return streamed and made is not None and made.way[-1].owner in case.second.builders


def _target_network(case: Case) -> bool:
    """One module is initialised twice."""
    first, second = case.first, case.second
    if first.module != second.module or not (first.initialises and second.initialises):
        return False
    return not (case.same_text and case.parting.loop) or first.call is not second.call


# -- equal draws that belong together ------------------------------------------------------------------


def _in_unison(case: Case) -> bool:
    """One permutation is applied to several arrays."""
    first, second = case.first, case.second
    if first.subject is None or second.subject is None or first.label != second.label:
        return False
    if first.settings is None or first.settings is not second.settings:
        return False
    if lengths_differ(first.subject, second.subject, first.settings):
        return False
    if first.term in second.subject.draws:
        return False  # what the first has ordered is ordered again
    if case.same_text:
        return first.subject is not second.subject and (_array(second.subject) or _over_leaves(case))
    if first.subject is second.subject:
        return True
    return _array(first.subject) and _array(second.subject)


def _one_order(case: Case) -> bool:
    """Several arrays are indexed by equal draws: their rows stay together.

    They are those that a loop goes over, or the two draws stand in the indices of one each.
    """
    first, second, around = case.first, case.second, case.parting.around
    if first.signature is None or second.signature is None or first.label not in CHOOSING:
        return False
    ours, theirs = (case.signs.orders.arrays(draw) for draw in (first.signature, second.signature))
    if not case.same_text:
        inline = is_index(first.site) and is_index(second.site)
        return inline and len(ours | theirs) > 1 and same_order(first.signature, second.signature)
    if _over_leaves(case):
        return len(ours | theirs) > 1 and (first.signature is second.signature or bool(ours and theirs))
    listed = around is not None and (around.sweep or goes_over_fields(around.site))
    return first.signature is second.signature and listed and len(ours) > 1


def _transformed_alike(case: Case) -> bool:
    """A helper applies one random choice to several arrays: an image and its mask are cropped alike.

    Noise is another matter: its shape is that of the array.
    """
    first, second, parting = case.first, case.second, case.parting
    if not case.same_text or first.label not in CHOOSING or second.signature is None:
        return False
    if parting.second is second.way[-1] or any(_measures(part) for part in second.signature.parts[1:]):
        return False
    pairs = zip(_arguments(parting.first), _arguments(parting.second), strict=False)
    other = [(before, after) for before, after in pairs if before != after]
    return bool(other) and all(_is_array(before) and _is_array(after, first.term) for before, after in other)


def _antithetic(case: Case) -> bool:
    """One of two equal draws was negated; what is mirrored within each of them is no pair."""
    signature = case.first.signature
    if signature is None or signature is not case.second.signature:
        return False
    ours, theirs = set(case.first.way) - set(case.second.way), set(case.second.way) - set(case.first.way)
    within = {
        (not ours.isdisjoint(way), not theirs.isdisjoint(way)) for way in case.signs.arithmetic.negations(signature)
    }
    outside = (False, False) in within and not case.parting.loop
    return outside or within - {(False, False)} in ({(True, False)}, {(False, True)})


def _undone(case: Case) -> bool:
    """What the second draw is for takes back what the first one did."""
    return case.signs.arithmetic.undoes(case.first, case.second)


EXCUSES = (
    Excuse("compared", "what both make must be equal", _compared),
    Excuse("warm-up", "the first call only compiles the function", _warm_up),
    Excuse("same-objective", "one function is evaluated beside its gradient, on the same numbers", _same_objective),
    Excuse("only-looked-at", "the loop renews other keys, and only looks at what comes of this one", _only_looked_at),
    Excuse("thrown-away", "what one of the two has made is thrown away", _thrown_away),
    Excuse("one-is-selected", "each element is taken from one of the two", _one_is_selected, unless_idle=True),
    Excuse("replayed", "a loop over what was recorded makes the same call again", _replayed),
    Excuse("subtracted", "the two results are subtracted from each other: common random numbers", _subtracted),
    Excuse("guess-compared", "a guess is held against what is drawn alike", _guess_compared),
    Excuse("only-shapes", "only the shapes of what comes of one of the two are looked at", _only_shapes),
    Excuse("demonstration", "the file only shows that its classes work", _demonstration),
    Excuse("rows-of-tests", "the two are in rows of which each is a test of its own", _rows_of_tests),
    Excuse("made-alike", "the same thing is made twice", _made_alike),
    Excuse("one-setting-differs", "two settings are compared on the same numbers", _one_setting_differs),
    Excuse("evaluation", "what the loop trains is evaluated on the same numbers each time", _evaluation),
    Excuse("candidates", "candidates are scored on the same numbers, and the best one is kept", _candidates),
    Excuse("never-read", "what is drawn is only handed to a function that does not read it", _never_read),
    Excuse("an-item-each", "each call is given data of its own, and nothing of it comes back", _an_item_each),
    Excuse("input-for-init", "what is drawn is only an input to initialise a model with", _input_for_init),
    Excuse("target-network", "one module is initialised twice", _target_network, Of.STREAMS),
    Excuse("paired-evaluation", "one module runs with other variables on equal inputs", _paired_evaluation, Of.STREAMS),
    Excuse("in-unison", "one order is applied to several arrays", _in_unison, Of.DRAWS),
    Excuse("one-order", "equal draws are the indices of several arrays", _one_order, Of.DRAWS),
    Excuse("transformed-alike", "one choice is applied to several arrays", _transformed_alike, Of.DRAWS),
    Excuse("antithetic", "one of two equal draws is negated", _antithetic, Of.DRAWS),
    Excuse("undone", "what is done with one of them undoes what was done with the other", _undone, Of.DRAWS),
    Excuse("unread", "nobody reads what one of the two has drawn", _unread),
)


def excuse_for(case: Case) -> Excuse | None:
    """Return the reason for which two uses of a key are meant, None if there is none."""
    kinds = case.first.kind, case.second.kind
    asked = {Of.ALL}
    if kinds != ("split", "split"):
        asked.add(Of.STREAMS if kinds == ("stream", "stream") else Of.DRAWS)
    excuses = [excuse for excuse in EXCUSES if excuse.of in asked]
    if _of_a_lost_copy(case):
        excuses = [excuse for excuse in excuses if excuse.name in _OF_ANY_NUMBERS]
    return next((excuse for excuse in excuses if excuse.holds(case)), None)


_OF_ANY_NUMBERS = frozenset(
    {"compared", "warm-up", "thrown-away", "one-is-selected", "only-shapes", "rows-of-tests", "never-read", "unread"}
)
"""Excuses that do not rest on numbers which somebody has chosen to be the same."""


def _of_a_lost_copy(case: Case) -> bool:
    """Return whether a transform has drawn from a copy of a stream of NNX: nobody has asked for the same numbers."""
    made = case.makers.get(case.second.origin)
    while made is not None:
        if made.drawn is not None and made.drawn.via.startswith(("jax.", "flax.")):
            return True
        made = case.makers.get(made.parent)
    return False


# -- what the predicates look at -------------------------------------------------------------------------


def _seed(case: Case, use: Use) -> Made | None:
    """Return the call that has built the key of which a used one comes."""
    made = case.makers.get(use.origin)
    while made is not None and made.parent:
        made = case.makers.get(made.parent)
    return made


def _is_given(step: Step, use: Use) -> bool:
    """Return whether a call is given the key that it uses, or one that this comes of."""
    keys = with_parents(use.term)
    return any(
        (isinstance(value, (Key, Opaque)) and value.term in keys) or (isinstance(value, Keys) and value.parent in keys)
        for _, value in step.arguments
    )


def _differ(parting: Parting) -> bool:
    """Return whether two calls are of two functions, or of one with other arguments."""
    calls = parting.first.site, parting.second.site
    callees = [site.chunk.code(site.node.func) for site in calls if isinstance(site.node, cst.Call)]
    return callees[:1] != callees[1:] or _arguments(parting.first) != _arguments(parting.second)


def _behind(use: Use, step: Step) -> list[cst.CSTNode]:
    """Return the places that lead from a step to a use."""
    return [inner.site.node for inner in use.way[use.way.index(step) + 1 :]]


def _arguments(step: Step) -> list[Value]:
    return [value for _, value in step.arguments]


def _captured_by_one(case: Case) -> bool:
    """Return whether one of two calls runs the very function that draws from a captured key, so that both run it."""
    parting, first, second = case.parting, case.first, case.second
    near = parting.first in first.way[-2:-1] or parting.second in second.way[-2:-1]
    keys = with_parents(first.term)
    given = [*_arguments(parting.first), *_arguments(parting.second)]
    return near and not any(isinstance(value, (Key, Opaque)) and value.term in keys for value in given)


def _renews(makers: Mapping[int, Made], loop: cst.CSTNode, key: Term) -> bool:
    """Return whether the passes of a loop split or fold new keys, which do not come of a certain one."""
    sources: dict[cst.CSTNode, set[Term]] = {}
    for made in makers.values():
        inside = any(step.site.node is loop and step.turn is not None for step in made.way)
        if inside and key not in with_parents(made.source):
            found = sources.setdefault(made.site.node, set())
            found.add(made.source)
            if made.varied or (made.kind is MakeKind.SPLIT and len(found) > 1):
                return True
    return False


def _from_loop_item(term: Term) -> bool:
    """Return whether a value is taken from what a loop goes over."""
    return any(part.kind is Kind.ITEM for part in parts(term))


def _is_array(value: Value, key: Term | None = None) -> bool:
    """Return whether an argument is an array, or several, and not one that was made from a key."""
    if isinstance(value, Opaque):
        return _array(value.term) and key not in value.term.draws
    return isinstance(value, (Ref, Stacked, Tuple))


def _array(term: Term) -> bool:
    """Return whether a value can be an array that is shuffled, rather than a number or a part of another."""
    pending, seen = [(term, False)], {(term, False)}
    for current, nested in pending:
        inner: list[tuple[Term, bool]] = []
        if current.kind in (Kind.OP, Kind.MINUS):
            inner = [(part, True) for part in current.parts]
        elif current.kind is Kind.PURE:
            if current.function != "len":
                return True
        elif current.kind in (Kind.ATTRIBUTE, Kind.SUBSCRIPT) and (owner := current.owner) is not None:
            inner = [(owner, nested)] if current.name not in ("shape", "size", "ndim") else []
        elif not nested and current.kind not in (Kind.CONST, Kind.SLICE):
            return True
        pending.extend(new for new in dict.fromkeys(inner) if new not in seen)
        seen.update(inner)
    return False


def _measures(term: Term) -> bool:
    """Return whether a value is computed from the shape of another."""
    return any(part.kind is Kind.ATTRIBUTE and part.name in ("shape", "size") for part in parts(term))


def _over_leaves(case: Case) -> bool:
    """Return whether two passes are those of ``jax.tree.map``, which go over the arrays of one tree."""
    around = case.parting.around
    return around is not None and any(
        step.turn is None and step.site.node is around.site.node and CONTROL.get(step.label) == "tree_map"
        for step in case.second.way
    )
