"""Writes random small programs about streams and modules of NNX, the way people write them.

As in the programs about plain keys, the writer's account of what is right is rough, and what is right and wrong is
decided by running the program.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from hypothesis import strategies as st

from tests.differential.nnx import classes, mistakes, steps, transforms
from tests.differential.nnx.scope import Module, Place, Shape, Streams
from tests.differential.strategy import Choices, Program, Writer

_IMPORTS = ("copy", "functools", "jax", "jax.numpy as jnp")
STREAMS = ("params", "dropout", "noise")


class StreamWriter(Writer):
    """Writes one program."""

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices, frozenset())
        self.random = "jax.random"
        self.shapes: list[Shape] = []
        self.seeds: list[int] = []
        self.used: set[str] = set()

    def program(self) -> Program:
        choose = self.choose
        self.care = choose.one((100, 95, 88, 75, 60, 100))
        self.budget = 3 + choose.below(6)
        place = Place(keys=[], tests=choose.one(((), (), ("flag",), ("flag", "n > 1"))))
        for _ in range(1 + choose.below(2)):
            self.shapes.append(classes.module(self))
        with self.function("def main(key, flag, n, x):"):
            self.new_streams(place)
            self.new_module(place)
            for _ in range(3 + choose.below(5)):
                self.statement_of(place)
            for shape in self.shapes:
                if shape.name not in self.used:
                    self.new_module(place, shape)
            if not self.careful():
                mistakes.error(self, place)
            self.emit("return x")
        imports = [*(f"import {name}" for name in _IMPORTS), "from flax import nnx"]
        source = "\n".join([*imports, "", "COUNT = 3", "", *self.head]) + "\n"
        return Program(source, frozenset(self.silent))

    # Streams and keys

    def seed(self) -> str:
        """Return a seed that nothing else has."""
        self.serial += 1
        self.seeds.append(self.serial)
        return str(self.serial)

    def key(self, place: Place) -> str:
        """Return a key that nothing has used."""
        if place.keys:
            return place.keys.pop()
        if place.loop or place.traced:
            return f"{self.choose.one(list(place.streams))}.params()"
        name = self.name("k")
        self.emit(f"key, {name} = jax.random.split(key)")
        return name

    def new_streams(self, place: Place) -> str:
        """Write an ``Rngs``, and return its name."""
        name = self.name("rngs")
        if place.loop or place.traced:
            other = self.choose.one(list(place.streams))
            self.emit(f"{name} = {other}.fork()")
            place.streams[name] = Streams(place.streams[other].names)
            return name
        root = self.choose.weighted([(6, self.seed), (3, lambda: self.key(place))])
        if self.choose.chance(45):
            self.emit(f"{name} = nnx.Rngs({root()})")
            place.streams[name] = Streams(("default",))
        else:
            names = self.choose.one((STREAMS, STREAMS, ("params", "default")))
            self.emit(f"{name} = nnx.Rngs({', '.join(f'{stream}={root()}' for stream in names)})")
            place.streams[name] = Streams(names)
        return name

    def any_streams(self, place: Place) -> str:
        """Return the name of an ``Rngs``, which may be a new one."""
        if not place.streams or (self.choose.chance(15) and len(place.streams) < 3):
            return self.new_streams(place)
        return self.choose.one(list(place.streams))

    def any_stream(self, place: Place, rngs: str) -> str:
        """Return the name of a stream that an ``Rngs`` serves for."""
        return self.choose.one([name for name in STREAMS if place.streams[rngs].has(name)])

    def drawn(self, place: Place, rngs: str) -> str:
        """Return an expression that draws from an ``Rngs``."""
        stream = f"{rngs}.{self.any_stream(place, rngs)}"
        kinds = [(6, f"{self.choose.one(('jax.random.normal', 'jax.random.uniform'))}({stream}(), (2,))")]
        kinds.append((2, f"{stream}.normal((2,))"))
        if "default" in place.streams[rngs].names:
            kinds += [(2, f"{rngs}.uniform((2,))"), (1, f"jax.random.normal({rngs}(), (2,))")]
        return self.choose.weighted(kinds)

    # Modules

    def new_module(self, place: Place, shape: Shape | None = None) -> str:
        """Write a module, and return its name."""
        rngs, shape = self.any_streams(place), shape or self.choose.one(self.shapes)
        self.used.add(shape.name)
        name = self.name("net")
        given = f"{rngs}.fork()" if self.choose.chance(15) else rngs
        self.emit(f"{name} = {shape.name}({self.choose.one((given, f'rngs={given}'))})")
        place.modules[name] = Module(shape, place.streams[rngs].names)
        return name

    def any_module(self, place: Place, holding: bool = False) -> str:
        """Return the name of a module, which may be a new one; of one that holds streams where there is one."""
        known = [name for name, module in place.modules.items() if module.shape.holds or not holding]
        if not known or (self.choose.chance(15) and len(place.modules) < 3):
            return self.new_module(place)
        return self.choose.one(known)

    def call(self, place: Place, name: str, value: str = "x") -> str:
        """Return a call of a module."""
        module = place.modules[name]
        if module.shape.flag and self.choose.chance(50):
            return f"{name}({value}, deterministic={self.choose.one(('True', 'False'))})"
        return f"{name}({value})"

    # Statements

    def statement_of(self, place: Place) -> None:
        """Write a statement."""
        if self.budget <= 0:
            return
        self.budget -= 1
        kinds: list[tuple[int, Callable[[StreamWriter, Place], None]]] = [
            (14, steps.call),
            (8, steps.draw),
            (4, steps.key),
            (4, steps.fork),
            (4, steps.mode),
            (4, steps.new_module),
            (3, steps.helper),
            (3, steps.clone),
            (2, steps.reseed),
            (2, steps.streams),
            (3, steps.update),
            (2, steps.parameters),
        ]
        if self.nesting < 2:
            kinds += [(9, steps.loop), (3, steps.comprehension)]
            if place.tests:
                kinds += [(9, steps.branch)]
        if not place.loop and not place.traced:
            kinds += [
                (10, transforms.compiled),
                (5, transforms.loss),
                (4, transforms.lanes),
                (4, transforms.split_lanes),
                (4, transforms.stacked),
                (4, transforms.passes),
                (3, transforms.remat),
                (3, transforms.cond),
                (3, transforms.fori),
                (3, transforms.functional),
            ]
        self.choose.weighted(kinds)(self, place)


def write(number: int) -> Program:
    """Write the program of a number.

    Args:
        number: the number.

    Returns:
        the program.
    """
    return StreamWriter(Choices(number)).program()


def programs() -> st.SearchStrategy[Program]:
    """Write any program.

    Returns:
        the strategy.
    """
    return st.integers(0, 2**48 - 1).map(functools.partial(write))
