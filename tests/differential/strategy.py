"""Writes random small programs about keys, the way people write them.

A program has a function ``main``, and whatever helpers, closures, classes and bodies of transforms it calls. The
writer keeps account of which keys are still unused; how often it looks at this account decides whether a program
comes out right or wrong. The account is rough: what is right and wrong is decided by running the program.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from . import mistakes, ways

Item = TypeVar("Item")

ALWAYS = tuple(f"import {name}" for name in ("functools", "itertools", "jax", "jax.numpy as jnp", "numpy as np"))
IMPORTS = {
    "random": "from jax import lax, random",
    "jr": "import jax.random as jr\nfrom jax import lax",
    "jax.random": "from jax import lax",
}
SAMPLERS = ("normal", "normal", "uniform", "exponential", "gumbel", "laplace", "bernoulli", "randint")


@dataclass(frozen=True)
class Program:
    """A program, and what to know of it.

    Args:
        source: its text.
        silent: why the analysis says nothing about some of it, by design; empty when it has to say everything.
    """

    source: str
    silent: frozenset[str] = frozenset()


@dataclass
class Scope:
    """What can be named at one place of the program.

    Args:
        keys: expressions that are keys, and whether each is still unused.
        arrays: names of key arrays with their lengths, and whether each is still unused.
        root: the key that is split for new ones, and not drawn from by those who take care.
        numbers: names of loop variables.
        tests: conditions that an input decides.
        returns: whether the place may return ``x``.
        loop: whether the place is in a Python loop, which it may leave.
        counts: expressions that say how often a loop runs.
        sweep: whether the place is in a loop over things that the program lists.
        traced: whether the place is in a function that JAX traces.
        unsure: whether the place is in a loop of which it is not known how often it runs.
        closed: whether it is in a nested function, where a name must not be bound that is read from outside.
        local: in a nested function, its own names.
    """

    keys: dict[str, bool] = field(default_factory=dict)
    arrays: dict[str, tuple[int, bool]] = field(default_factory=dict)
    root: str | None = None
    numbers: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    returns: bool = True
    loop: bool = False
    counts: tuple[str, ...] = ("3", "COUNT")
    sweep: bool = False
    traced: bool = False
    unsure: bool = False
    closed: bool = False
    local: frozenset[str] = frozenset()

    def inner(self, **changes: Any) -> Scope:
        """Return a copy for a block inside of this one."""
        values = {**self.__dict__, "keys": dict(self.keys), "arrays": dict(self.arrays), **changes}
        return Scope(**values)

    def leave(self, inner: Scope) -> None:
        """Note what a block inside of this one has used; names that it has made may not exist afterwards."""
        self.keys = {name: fresh and inner.keys.get(name, False) for name, fresh in self.keys.items()}
        self.arrays = {
            name: (count, fresh and inner.arrays.get(name, (count, False))[1])
            for name, (count, fresh) in self.arrays.items()
        }


class Choices:
    """The decisions of one program."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)

    def below(self, count: int) -> int:
        """Choose a number."""
        return self._random.randrange(count)

    def one(self, items: Sequence[Item]) -> Item:
        """Choose an item."""
        return self._random.choice(items)

    def chance(self, percent: int) -> bool:
        """Choose yes or no."""
        return self._random.randrange(100) < percent

    def weighted(self, items: Sequence[tuple[int, Item]]) -> Item:
        """Choose an item by its weight."""
        (item,) = self._random.choices([item for _, item in items], [weight for weight, _ in items])
        return item


class Writer:
    """Writes one program."""

    def __init__(self, choices: Choices, features: frozenset[str]) -> None:
        self.choose = choices
        self.features = features
        self.silent: set[str] = set()
        self.head: list[str] = []
        self.lines: list[str] = []
        self.depth = 0
        self.serial = 0
        self.care = 100
        self.budget = 0
        self.random = "random"
        self.forks = 0
        self.helpers: list[tuple[str, str]] = []
        self.nesting = 0
        self.functions = 0

    def program(self) -> Program:
        choose = self.choose
        self.random = choose.one(list(IMPORTS))
        self.care = choose.one((100, 97, 90, 75, 100))
        self.budget = 4 + choose.below(8)
        scope = Scope({"key": True}, root="key", tests=("flag", "train", "flag and train", "n > 1", "bias.sum() > 0"))
        scope.counts = ("3", "n", "COUNT", "n")
        with self.function("def main(key, flag, train, n, x, bias):"):
            self.block(scope, 3 + choose.below(6))
            if not self.careful():
                mistakes.error(self, scope)
            self.emit("return x")
        imports = [*ALWAYS, *IMPORTS[self.random].split("\n")]
        source = "\n".join([*imports, "", "FLAG = True", "COUNT = 3", "", *self.head]) + "\n"
        return Program(source, frozenset(self.silent))

    # What is written

    def emit(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def name(self, stem: str) -> str:
        self.serial += 1
        return f"{stem}{self.serial}"

    @contextmanager
    def indented(self, head: str) -> Iterator[None]:
        self.emit(head)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.emit("pass")
        self.depth -= 1

    @contextmanager
    def function(self, head: str) -> Iterator[None]:
        """Write a top-level function, in front of those that are being written."""
        lines, depth, forks = self.lines, self.depth, self.forks
        self.lines, self.depth, self.forks = [], 0, 0
        self.functions += 1
        with self.indented(head):
            yield
        self.functions -= 1
        self.head += ["", *self.lines, ""]
        self.lines, self.depth, self.forks = lines, depth, forks

    # Keys

    def careful(self) -> bool:
        return not self.choose.chance(100 - self.care)

    def take(self, scope: Scope) -> str:
        """Choose a key to consume."""
        fresh = [name for name, unused in scope.keys.items() if unused and name != scope.root]
        if self.careful():
            if not fresh and scope.root is not None:
                fresh = [self.split_root(scope)]
            chosen = self.choose.one(fresh or list(scope.keys))
        else:
            chosen = self.choose.one(list(scope.keys))
        scope.keys[chosen] = False
        array = chosen.partition("[")[0]
        if array in scope.arrays:
            scope.arrays[array] = (scope.arrays[array][0], False)
        return chosen

    def free(self, scope: Scope, stems: Sequence[str]) -> str:
        """Choose a name to bind, not that of a key which would be lost unused."""
        name = self.choose.one(stems)
        lost = scope.keys.get(name) or scope.arrays.get(name, (0, False))[1]
        return self.name(name) if scope.closed or lost or self.choose.chance(40) else name

    def split_root(self, scope: Scope) -> str:
        name = self.free(scope, ("sub", "k", "sub", "noise_key"))
        self.emit(f"{scope.root}, {name} = {self.random}.split({scope.root})")
        self.bind(scope, name)
        return name

    def bind(self, scope: Scope, name: str, fresh: bool = True) -> None:
        """Note that a name is a key now; what was picked from its old value is gone."""
        scope.keys = {known: state for known, state in scope.keys.items() if not known.startswith(f"{name}[")}
        scope.arrays.pop(name, None)
        scope.keys[name] = fresh
        scope.local |= {name}

    def take_array(self, scope: Scope) -> tuple[str, int]:
        """Choose a key array to consume, or make one."""
        known = [name for name, (_, fresh) in scope.arrays.items() if fresh or not self.careful()]
        if known and self.choose.chance(60):
            name = self.choose.one(known)
            count = scope.arrays[name][0]
            self.spend(scope, name)
            return name, count
        count = 2 + self.choose.below(2)
        return f"{self.random}.split({self.take(scope)}, {count})", count

    def own(self, scope: Scope, key: str) -> bool:
        """Tell whether a key is a name that may be bound anew here."""
        return key.isidentifier() and (not scope.closed or key in scope.local)

    def spend(self, scope: Scope, name: str) -> None:
        count = scope.arrays[name][0]
        scope.arrays[name] = (count, False)
        for known in scope.keys:
            if known.startswith(f"{name}["):
                scope.keys[known] = False

    def draw(self, key: str) -> str:
        sampler = self.choose.one(SAMPLERS)
        call = f"{self.random}.{sampler}"
        if sampler == "bernoulli":
            return f"{call}({key}, 0.5, (2,))"
        if sampler == "randint":
            return f"{call}({key}, (2,), 0, 9)"
        return self.choose.weighted(
            [
                (6, f"{call}({key}, (2,))"),
                (1, f"{call}({key}, shape=(2,))"),
                (1, f"{call}(key={key}, shape=(2,))"),
                (1, f"{call}({key}, x.shape)"),
                (1, f"jax.nn.initializers.normal(0.1)({key}, (2,))"),
            ]
        )

    # Statements

    def block(self, scope: Scope, count: int) -> None:
        known = scope.inner()
        if scope.local != frozenset():
            known.keys = {name: unused for name, unused in known.keys.items() if name not in scope.local}
        for _ in range(count):
            if self.budget > 0:
                self.budget -= 1
                self.statement(scope)
        self.finish(scope, known)

    def finish(self, scope: Scope, known: Scope) -> None:
        """Draw from the keys that a block has made and left over, as it would hardly have made them for nothing."""
        for name, unused in list(scope.keys.items()):
            array = name.partition("[")[0]
            fresh = unused and name != scope.root and not known.keys.get(name) and (array not in scope.arrays)
            if fresh and scope.keys[name]:
                scope.keys[name] = False
                self.add(self.draw(name))
        for name, (_, unused) in list(scope.arrays.items()):
            if unused and name not in known.arrays:
                self.spend(scope, name)
                self.add(f"sum({self.draw('k')} for k in {name})")

    def statement(self, scope: Scope) -> None:
        kinds: list[tuple[int, Callable[[Scope], None]]] = [
            (20, self.write_draw),
            (8, self.write_split),
            (5, self.write_array),
            (4, self.write_fold),
            (4, self.write_rebinding),
            (5, self.write_container),
            (6, self.write_comprehension),
            (9, self.write_helper_call),
            (4, self.write_vmap),
            (4, self.write_closure),
            (3, self.write_object),
            (2, self.write_silent),
            (1, self.write_discard),
            (2, functools.partial(mistakes.seed, self)),
            (1, functools.partial(mistakes.default, self)),
            (1, functools.partial(mistakes.wrapped, self)),
            (1, functools.partial(mistakes.past_the_end, self)),
            (1, functools.partial(mistakes.host, self)),
            (2, functools.partial(ways.order, self)),
            (2, functools.partial(ways.joined, self)),
            (2, functools.partial(ways.recursion, self)),
        ]
        if self.nesting < 3:
            kinds += [(8, self.write_for), (2, self.write_while), (5, self.write_scan), (3, self.write_fori)]
            kinds += [(3, self.write_transform), (3, functools.partial(ways.stream, self))]
            if self.forks < 2 and scope.tests:
                kinds += [(16, self.write_if), (5, self.write_cond), (4, self.write_choice)]
        self.choose.weighted(kinds)(scope)

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.nesting += 1
        yield
        self.nesting -= 1

    def add(self, value: str) -> None:
        self.emit(
            self.choose.weighted(
                [(4, f"x = x + {value}"), (2, f"x += {value}"), (1, f"x = jnp.tanh(x + 0.1 * {value})")]
            )
        )

    def write_draw(self, scope: Scope) -> None:
        key = self.take(scope)
        if self.choose.chance(15):
            name = self.name("noise")
            self.emit(f"{name} = {self.draw(key)}")
            self.emit(f"x = x * {name}")
        else:
            self.add(self.draw(key))

    def write_split(self, scope: Scope) -> None:
        key = self.take(scope) if self.choose.chance(40) or scope.root is None else scope.root
        split = f"{self.random}.split"
        one, two, three = (self.name("k") for _ in range(3))
        shape = self.choose.below(8)
        if shape == 0 and self.own(scope, key):
            self.emit(f"{key}, {one} = {split}({key})")
            made = [key, one]
        elif shape == 1:
            self.emit(f"{one}, {two} = {split}({key}, 2)")
            made = [one, two]
        elif shape == 2:
            self.emit(f"{one}, {two}, {three} = {split}({key}, 3)")
            made = [one, two, three]
        elif shape == 3 and self.own(scope, key):
            self.emit(f"{key}, *{one} = {split}({key}, 3)")
            made = [key, f"{one}[0]", f"{one}[1]"]
        elif shape == 4:
            self.emit(f"{one} = {split}({key})[{self.choose.below(2)}]")
            made = [one]
        elif shape == 5 and self.own(scope, key):
            self.emit(f"_, {key} = {split}({key})")
            made = [key]
        elif shape == 6:
            self.emit(f"({one}, {two}), {three} = {split}({key}), x")
            made = [one, two]
        else:
            self.emit(f"{one}, {two} = {split}({key}, num=2)")
            made = [one, two]
        if key not in made:
            scope.keys[key] = False
            if key == scope.root:
                scope.root = made[0] if self.careful() else key
        for name in made:
            self.bind(scope, name)

    def write_array(self, scope: Scope) -> None:
        key = self.take(scope)
        count = 2 + self.choose.below(2)
        name = self.free(scope, ("keys",))
        scope.keys = {known: state for known, state in scope.keys.items() if not known.startswith(f"{name}[")}
        if self.choose.chance(15):
            self.emit(f"{name} = {self.random}.split({key}, {count + 1})[1:]")
        else:
            self.emit(f"{name} = {self.random}.split({key}, {count})")
        scope.arrays[name] = (count, True)
        scope.keys |= {f"{name}[{index}]": True for index in range(count)}
        if self.choose.chance(15):
            scope.keys[f"{name}[-1]"] = scope.keys.pop(f"{name}[{count - 1}]")

    def write_fold(self, scope: Scope) -> None:
        known = list(scope.keys)
        key = scope.root if scope.root and self.choose.chance(70) else self.choose.one(known)
        name = self.name("k")
        data = str(self.serial + 10)
        if scope.numbers and self.choose.chance(60):
            data = f"{data}00 + {self.choose.one(scope.numbers)}"
        if "fold-collisions" in self.features and self.choose.chance(40):
            data = self.choose.one(("0", "1", "2", *scope.numbers))
            if data == "2" or scope.unsure:
                self.silent.add("a later pass of a loop")  # than the two that are followed
        self.emit(f"{name} = {self.random}.fold_in({key}, {data})")
        self.bind(scope, name)

    def write_discard(self, scope: Scope) -> None:
        key = scope.root if scope.root and self.choose.chance(70) else self.take(scope)
        call = self.choose.one((f"split({key})", f"fold_in({key}, {self.serial + 1000})"))
        if "discarded" in self.features:
            self.emit(
                f"{self.random}.{call}" if self.choose.chance(50) else f"{self.name('unused')} = {self.random}.{call}"
            )

    def write_rebinding(self, scope: Scope) -> None:
        names = [name for name in scope.keys if self.own(scope, name) and name != scope.root]
        if len(names) > 1 and self.choose.chance(30):
            one, two = names[0], names[-1]
            if scope.unsure:
                self.silent.add("keys that change places in a loop of unknown length")
            self.emit(f"{one}, {two} = {two}, {one}")
            scope.keys[one], scope.keys[two] = scope.keys[two], scope.keys[one]
            return
        key = self.take(scope)
        name = self.free(scope, ("k",))
        self.emit(f"{name} = {key}")
        if key != name:
            self.bind(scope, name)

    def write_container(self, scope: Scope) -> None:
        one, two = self.take(scope), self.take(scope)
        name = self.name("box")
        shape = self.choose.below(6)
        if shape == 0:
            self.emit(f"{name} = ({one}, {two})")
            made = [f"{name}[0]", f"{name}[1]"]
        elif shape == 1:
            self.emit(f"{name} = [{one}, {two}]")
            made = [f"{name}[0]", f"{name}[-1]"]
        elif shape == 2:
            self.emit(f'{name} = {{"a": {one}, "b": {two}}}')
            made = [f'{name}["a"]', f'{name}["b"]']
        elif shape == 3:
            self.emit(f"{name} = dict(a={one}, b={two})")
            made = [f'{name}["a"]', f'{name}["b"]']
        elif shape == 4:
            self.emit(f'{name} = dict(zip(("a", "b"), {self.random}.split({one})))')
            made = [f'{name}["a"]', f'{name}["b"]']
        else:
            self.emit(f"{name} = []")
            self.emit(f"{name}.append({one})")
            self.emit(f"{name}.append({two})")
            made = [f"{name}[0]", f"{name}[1]"]
        if self.choose.chance(30) and shape in (0, 1):
            self.emit(f"for item in {name}:")
            self.emit(f"    x = x + {self.draw('item')}")
            scope.keys |= dict.fromkeys(made, False)
        elif self.choose.chance(30) and shape in (2, 3, 4):
            self.emit(f"for item in {name}.values():")
            self.emit(f"    x = x + {self.draw('item')}")
            scope.keys |= dict.fromkeys(made, False)
        else:
            scope.keys |= dict.fromkeys(made, True)

    def write_comprehension(self, scope: Scope) -> None:
        if self.careful() or self.choose.chance(40):
            array, _ = self.take_array(scope)
            value = self.draw("k")
            self.add(
                self.choose.one(
                    (
                        f"sum({value} for k in {array})",
                        f"jnp.stack([{value} for k in {array}]).sum(0)",
                        f"sum([{value} * i for i, k in enumerate({array})])",
                        f"sum({value} * v for k, v in zip({array}, (0.5, 2.0)))",
                        f"sum({{i: {value} for i, k in enumerate({array})}}.values())",
                        f"sum(map(lambda k: {value}, {array}))",
                    )
                )
            )
            return
        outer = self.take(scope)
        rows = self.choose.one(("range(1)", "(0.5, 2.0)", *(f"range({count})" for count in scope.counts)))
        self.add(f"sum([{self.draw(outer)} * j for j in {rows}])")  # the key may be one of number `i`

    # Branches

    def write_if(self, scope: Scope) -> None:
        self.forks += 1
        test = self.choose.one((*scope.tests, *scope.tests, "FLAG", *(("not flag",) if "flag" in scope.tests else ())))
        with self.nested():
            yes = scope.inner()
            with self.indented(f"if {test}:"):
                self.block(yes, 1 + self.choose.below(2))
                if scope.returns and self.choose.chance(20):
                    self.emit("return x")
                    yes = scope.inner()
                elif scope.loop and self.choose.chance(20):
                    self.emit(self.choose.one(("break", "continue")))
            no = scope.inner()
            if self.choose.chance(60):
                if scope.tests and self.choose.chance(15):
                    with self.indented(f"elif {self.choose.one(scope.tests)}:"):
                        other = scope.inner()
                        self.block(other, 1)
                    no.leave(other)
                with self.indented("else:"):
                    self.block(no, 1 + self.choose.below(2))
        scope.leave(yes)
        scope.leave(no)

    def write_choice(self, scope: Scope) -> None:
        self.forks += 1
        one, two = self.take(scope), self.take(scope)
        test = self.choose.one(scope.tests)
        if self.choose.chance(50):
            name = self.name("k")
            self.emit(f"{name} = {one} if {test} else {two}")
            self.bind(scope, name)
        else:
            self.add(f"({self.draw(one)} if {test} else {self.draw(two)})")
            scope.keys[self.choose.one((one, two))] = True

    def write_cond(self, scope: Scope) -> None:
        self.forks += 1
        test = self.choose.one(scope.tests)
        key = self.take(scope)
        one, two = self.draw("k"), self.draw("k")
        shape = self.choose.below(4)
        if shape == 0:
            self.emit(f"x = lax.cond({test}, lambda k, x: x + {one}, lambda k, x: x * {two}, {key}, x)")
        elif shape == 1:
            self.emit(f"x = lax.cond({test}, lambda k, x: x + {one}, lambda k, x: x * 2.0, {key}, x)")
            scope.keys[key] = self.choose.chance(30)
        elif shape == 2:
            self.emit(f"x = lax.switch(int({test}), [lambda k, x: x + {one}, lambda k, x: x * {two}], {key}, x)")
        else:
            other = self.take(scope)
            self.emit(f"x = lax.cond({test}, lambda: x + {self.draw(key)}, lambda: x * {self.draw(other)})")

    # Loops

    def loop_scope(self, scope: Scope, **changes: Any) -> Scope:
        """Return what a loop's body sees: those who take care use nothing from outside but the root."""
        inner = scope.inner(loop=True, **changes)
        inner.keys = dict.fromkeys(inner.keys, False)
        if scope.root:
            inner.keys[scope.root] = scope.keys.get(scope.root, False)
        inner.arrays = {name: (count, False) for name, (count, _) in inner.arrays.items()}
        return inner

    def leave_loop(self, scope: Scope, inner: Scope, before: int) -> None:
        text = "\n".join(self.lines[before:])
        for name in scope.keys:
            if name in text and name != scope.root:
                scope.keys[name] = scope.keys[name] and inner.keys.get(name, True)
        scope.root = scope.root if scope.root in scope.keys else None

    def write_for(self, scope: Scope) -> None:
        shape = self.choose.below(8)
        number = self.choose.one(("i", "step")) if "i" not in scope.numbers else self.name("j")
        if any(known.endswith(f"[{number}]") for known in scope.keys):
            self.silent.add("index into an array of unknown length")
        key = self.name("k")
        inner = self.loop_scope(scope)
        if shape < 3:
            rows = self.choose.one((*(f"range({count})" for count in scope.counts), "range(1, 3)", "range(7)"))
            head = f"for {number} in {rows}:"
            inner.numbers = (*scope.numbers, number)
        else:
            array, _ = self.take_array(scope)
            inner = self.loop_scope(scope)
            self.bind(inner, key)
            head = {
                3: f"for {key} in {array}:",
                4: f"for {number}, {key} in enumerate({array}):",
                5: f"for {number}, {key} in zip(range({self.choose.one(scope.counts)}), {array}):",
                6: f"for {number}, {key} in enumerate({array}, start=1):",
                7: f"for {key}, scale in zip({array}, (0.5, 1.0)):",
            }[shape]
            inner.sweep = inner.sweep or shape == 7
            if shape in (4, 5, 6):
                inner.numbers = (*scope.numbers, number)
        before = len(self.lines)
        indexed = None
        if shape == 2 and rows in ("range(3)", "range(n)", "range(COUNT)"):
            indexed = self.name("keys")
            size = "n" if rows == "range(n)" else "3"
            self.emit(f"{indexed} = {self.random}.split({self.take(scope)}, {size})")
            inner = self.loop_scope(scope, numbers=inner.numbers)
            self.bind(inner, f"{indexed}[{number}]")
        inner.unsure = inner.unsure or "range(n)" in head or "zip(range" in head
        with self.nested(), self.indented(head):
            self.block(inner, 1 + self.choose.below(3))
        self.leave_loop(scope, inner, before)

    def write_while(self, scope: Scope) -> None:
        number = self.name("i")
        count = self.choose.one(scope.counts)
        inner = self.loop_scope(scope)
        before = len(self.lines)
        self.emit(f"{number} = 0")
        with self.nested(), self.indented(f"while {number} < {count}:"):
            self.emit(f"{number} += 1")
            inner.numbers, inner.unsure = (*scope.numbers, number), True
            self.block(inner, 1 + self.choose.below(2))
        self.leave_loop(scope, inner, before)

    def write_scan(self, scope: Scope) -> None:
        body, k = self.name("body"), self.name("k")
        shape = self.choose.below(3)
        if shape == 0:
            array, _ = self.take_array(scope)
            with self.closure(f"def {body}(x, {k}):", scope, k, traced=True) as inner:
                self.block(inner, 1 + self.choose.below(2))
                self.emit("return x, None")
            self.emit(f"x, _ = lax.scan({body}, x, {array})")
        elif shape == 1:
            key = self.take(scope)
            with self.closure(f"def {body}(carry, _):", scope, k, root=True, traced=True) as inner:
                self.emit(f"{k}, x = carry")
                self.block(inner, 1 + self.choose.below(2))
                self.emit(f"return ({k}, x), None")
            name = self.choose.one((key if self.own(scope, key) else "_", "_", self.name("k")))
            self.emit(f"({name}, x), _ = lax.scan({body}, ({key}, x), None, length={self.choose.one(scope.counts)})")
            if name != "_":
                self.bind(scope, name)
        else:
            key = self.take(scope)
            with self.closure(f"def {body}(x, i):", scope, k, traced=True) as inner:
                self.emit(f"{k} = {self.random}.fold_in({key}, i + {self.serial}00)")
                self.block(inner, 1)
                self.emit("return x, x")
            self.emit(f"x, _ = lax.scan({body}, x, jnp.arange(3))")

    def write_fori(self, scope: Scope) -> None:
        key = self.take(scope)
        body, k = self.name("body"), self.name("k")
        count = self.choose.one(scope.counts)
        if self.choose.chance(50):
            with self.closure(f"def {body}(i, carry):", scope, k, root=True, traced=True) as inner:
                self.emit(f"{k}, x = carry")
                self.block(inner, 1)
                self.emit(f"return {k}, x")
            name = self.choose.one(("_", self.name("k")))
            self.emit(f"{name}, x = lax.fori_loop(0, {count}, {body}, ({key}, x))")
            if name != "_":
                self.bind(scope, name)
        else:
            draw = self.draw(f"{self.random}.fold_in({key}, i + {self.serial}00)" if self.careful() else key)
            self.emit(f"x = lax.fori_loop(0, {count}, lambda i, x: x + {draw}, x)")

    # Functions

    @contextmanager
    def closure(self, head: str, scope: Scope, key: str, root: bool = False, traced: bool = False) -> Iterator[Scope]:
        """Write a function inside of another one.

        Args:
            head: its first line.
            scope: the place where it stands.
            key: the key of its own, as an argument or bound first.
            root: whether this key is split for others.
            traced: whether JAX traces it.

        Yields:
            what its body sees; those who do not take care use keys from outside too.
        """
        inner = self.loop_scope(scope)
        inner.loop = inner.returns = False
        inner.keys = {name: False for name in inner.keys if not self.careful()}
        inner.arrays, inner.numbers = {}, ()
        inner.traced = inner.traced or traced
        inner.closed, inner.local = True, frozenset()
        self.bind(inner, key)
        inner.root = key if root else None
        self.nesting += 1
        with self.indented(head):
            yield inner
        self.nesting -= 1

    def write_helper_call(self, scope: Scope) -> None:
        if self.helpers and self.choose.chance(50):
            name, kind = self.choose.one(self.helpers)
        elif len(self.helpers) < 3:
            kind = self.choose.one(("value", "value", "flag", "pair", "threaded", "keys", "dict"))
            name = self.helper(kind)
        else:
            name, kind = self.choose.one(self.helpers)
        call = name
        if self.choose.chance(15) and kind == "value":
            call = f"jax.jit({name})"
        key = self.take(scope)
        if kind == "value":
            self.emit(
                self.choose.one(
                    (f"x = {call}({key}, x)", f"x = {call}(key={key}, x=x)", f"x = functools.partial({name}, {key})(x)")
                )
            )
        elif kind == "flag":
            self.emit(f"x = {name}({key}, {self.choose.one((*scope.tests, 'True'))}, x)")
        elif kind == "pair":
            made = [key if self.own(scope, key) and self.choose.chance(60) else self.name("k"), self.name("k")]
            self.emit(f"{made[0]}, {made[1]} = {name}({key})")
            for item in made:
                self.bind(scope, item)
        elif kind == "threaded":
            made = [key if self.own(scope, key) and self.choose.chance(60) else self.name("k")]
            self.emit(f"{made[0]}, x = {name}({key}, x)")
            self.bind(scope, made[0])
        elif kind == "keys":
            array = self.name("keys")
            self.emit(f"{array} = {name}({key})")
            scope.arrays[array] = (3, True)
            scope.keys |= {f"{array}[{index}]": True for index in range(3)}
        else:
            box = self.name("rngs")
            self.emit(f"{box} = {name}({key})")
            scope.keys |= {f'{box}["params"]': True, f'{box}["dropout"]': True}

    def helper(self, kind: str) -> str:
        name = self.name({"value": "noisy", "flag": "maybe", "pair": "advance"}.get(kind, "helper"))
        nesting, self.nesting = self.nesting, 1
        scope = Scope({"key": True}, root="key")
        split = f"{self.random}.split"
        if kind == "value":
            with self.function(f"def {name}(key, x):"):
                self.block(scope, 1 + self.choose.below(2))
                self.emit(f"return x + {self.draw(self.take(scope))}")
        elif kind == "flag":
            scope.tests = ("flag",)
            with self.function(f"def {name}(key, flag, x):"):
                self.write_if(scope)
                self.emit("return x")
        elif kind == "pair":
            with self.function(f"def {name}(key):"):
                self.emit(
                    self.choose.one(
                        (
                            f"return {split}(key)",
                            f"one, two = {split}(key)\n    return two, one",
                            f"key, sub = {split}(key)\n    return key, sub",
                            f"keys = {split}(key, 3)\n    return keys[0], keys[2]",
                        )
                    )
                )
        elif kind == "threaded":
            with self.function(f"def {name}(key, x):"):
                self.block(scope, 1 + self.choose.below(2))
                returned = "key" if self.careful() else self.choose.one(list(scope.keys))
                self.emit(f"return {returned}, x")
        elif kind == "keys":
            with self.function(f"def {name}(key):"):
                self.emit(self.choose.one((f"return {split}(key, 3)", f"keys = {split}(key, 3)\n    return keys")))
        else:
            with self.function(f"def {name}(key):"):
                self.emit(f"one, two = {split}(key)")
                self.emit('return {"params": one, "dropout": two}')
        self.nesting = nesting
        self.helpers.append((name, kind))
        return name

    def write_closure(self, scope: Scope) -> None:
        name, k = self.name("sample"), self.name("k")
        if self.careful():
            with self.closure(f"def {name}({k}, x):", scope, k) as inner:
                self.block(inner, 1)
                self.emit("return x")
            self.emit(f"x = {name}({self.take(scope)}, x)")
            if self.choose.chance(40):
                self.emit(f"x = {name}({self.take(scope)}, x)")
            return
        key = self.take(scope)
        shape = self.choose.below(3)
        if shape == 0:
            self.emit(f"{name} = lambda: {self.draw(key)}")
        elif shape == 1:
            self.emit(f"{name} = functools.partial({self.random}.normal, {key}, (2,))")
        else:
            with self.indented(f"def {name}():"):
                self.emit(f"return {self.draw(key).replace('x.shape', '(2,)')}")
        self.add(f"{name}()")
        if self.choose.chance(50):
            self.add(f"{name}()")

    def write_object(self, scope: Scope) -> None:
        name = self.name("Source")
        right = self.careful()
        with self.function(f"class {name}:"):
            with self.indented("def __init__(self, key):"):
                self.emit("self.key = key")
            self.emit("")
            with self.indented("def sample(self):"):
                if right:
                    self.emit(f"self.key, sub = {self.random}.split(self.key)")
                key = "sub" if right else "self.key"
                self.emit(f"return {self.draw(key).replace('x.shape', '(2,)')}")
        item = self.name("source")
        self.emit(f"{item} = {name}({self.take(scope)})")
        for _ in range(1 + self.choose.below(2)):
            self.add(f"{item}.sample()")

    def write_vmap(self, scope: Scope) -> None:
        array, _ = self.take_array(scope)
        shape = self.choose.below(4)
        if shape == 0:
            self.add(f"jax.vmap(lambda k: {self.draw('k')})({array}).sum(0)")
        elif shape == 1:
            self.add(f"jax.vmap({self.random}.normal)({array}).sum()")
        elif shape == 2:
            self.add(f"jax.vmap(lambda k, x: x * {self.draw('k')}, in_axes=(0, None))({array}, x).sum(0)")
        elif "lanes" in self.features:
            self.add(f"jax.vmap(lambda v: v * {self.draw(self.take(scope))})(jnp.ones((3, 2))).sum(0)")
        else:
            name = self.name("pairs")
            self.emit(f"{name} = jax.vmap({self.random}.split)({array})")
            self.add(f"jax.vmap(lambda k: {self.draw('k')})({name}[:, 0]).sum(0)")
            if self.choose.chance(50):
                index = self.choose.below(2)
                self.add(f"jax.vmap(lambda k: {self.draw('k')})({name}[:, {index}]).sum(0)")

    def write_transform(self, scope: Scope) -> None:
        key = self.take(scope)
        name, k = self.name("loss"), self.name("k")
        shape = self.choose.below(3)
        if shape == 0:
            with self.closure(f"def {name}(x, {k}):", scope, k) as inner:
                self.block(inner, 1)
                self.emit("return x.sum()")
            self.emit(f"x = x + jax.grad({name})(x, {key})")
        elif shape == 1:
            self.emit("@jax.jit")
            with self.closure(f"def {name}({k}, x):", scope, k, traced=True) as inner:
                self.block(inner, 1)
                self.emit("return x")
            self.emit(f"x = {name}({key}, x)")
        else:
            self.add(f"(lambda k: {self.draw('k')})({key})")

    # What the analysis does not know, by design

    def write_silent(self, scope: Scope) -> None:
        reason = self.choose.one(
            ("unknown function", "index computed from data", "a later pass of a loop", "on purpose")
        )
        if reason == "index computed from data" and not any("bias" in test for test in scope.tests):
            reason = "unknown function"
        self.silent.add(reason)
        key = self.take(scope)
        name = self.name("k")
        if reason == "unknown function":
            self.emit(f"{name} = getattr({self.random}, 'fold' + '_in')({key}, {self.serial})")
        elif reason == "index computed from data":
            self.emit(f"{name} = {self.random}.split({key}, 3)")
            scope.keys |= {f"{name}[0]": True, f"{name}[int(bias[0] > 0)]": True}
            return
        elif reason == "a later pass of a loop":
            i = self.name("i")
            self.emit(f"for {i} in range(9):")
            self.emit(f"    if {i} in (4, 7):")
            self.emit(f"        x = x + {self.draw(key)}")
            return
        else:
            self.emit(f"{name} = {self.random}.normal({key}, (2,))")
            self.emit(f"x = jnp.stack([{name}, -{self.random}.normal({key}, (2,))]).sum(0)")
            return
        self.bind(scope, name)


def write(number: int, features: frozenset[str] = frozenset()) -> Program:
    """Write the program of a number.

    Args:
        number: the number.
        features: what programs may do besides using keys again.

    Returns:
        the program.
    """
    return Writer(Choices(number), features).program()


def programs(features: frozenset[str] = frozenset()) -> st.SearchStrategy[Program]:
    """Write any program.

    What Hypothesis varies is one number: it would otherwise spend its examples on variations of a few programs.
    Programs are made smaller as programs, by `reduce`.

    Args:
        features: what programs may do besides using keys again.

    Returns:
        the strategy.
    """
    return st.integers(0, 2**48 - 1).map(functools.partial(write, features=features))
