"""The classes of modules in the random programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.differential.nnx.scope import Shape

if TYPE_CHECKING:
    from tests.differential.nnx.strategy import StreamWriter

PARAMS, DROPOUT, NOISE = "params", "dropout", "noise"


def module(writer: StreamWriter) -> Shape:
    """Write a class, and return what is known of it."""
    return _Class(writer).written()


class _Class:
    def __init__(self, writer: StreamWriter) -> None:
        self.writer = writer
        self.made: list[str] = []
        self.called: list[str] = []
        self.needs: set[str] = set()
        self.draws: set[str] = set()
        self.always = self.drops = self.flag = self.holds = self.keeps = self.shares = False

    def written(self) -> Shape:
        writer, choose = self.writer, self.writer.choose
        name = writer.name("Net")
        count = choose.weighted([(2, 1), (5, 2), (3, 3)])
        parts = [self.dense] if choose.chance(60) else []
        while len(parts) < count:
            parts.append(self.part())
        for part in parts:
            part()
        with writer.function(f"class {name}(nnx.Module):"):
            with writer.indented("def __init__(self, rngs):"):
                for line in self.made:
                    writer.emit(line)
            writer.emit("")
            with writer.indented(f"def __call__(self, x{', deterministic=None' if self.flag else ''}):"):
                for line in self.called:
                    writer.emit(line)
                writer.emit("return x")
        return Shape(
            name,
            frozenset(self.needs),
            frozenset(self.draws),
            self.always,
            self.drops,
            self.flag,
            self.holds,
            self.keeps,
            self.shares,
        )

    def part(self) -> Callable[[], None]:
        kinds: list[tuple[int, Callable[[], None]]] = [
            (6, self.dropout),
            (4, self.dense),
            (3, self.noise),
            (3, self.weight),
            (3, self.list_of_layers),
            (2, self.sequential),
            (2, self.kept_key),
            (1, self.norm),
            (1, self.dict_of_layers),
        ]
        if self.writer.shapes:
            kinds += [(5, self.blocks), (3, self.block)]
        return self.writer.choose.weighted(kinds)

    def _name(self, stem: str) -> str:
        return self.writer.name(stem)

    def dense(self) -> None:
        name = self._name("dense")
        self.needs.add(PARAMS)
        self.made.append(f"self.{name} = nnx.Linear(2, 2, rngs=rngs)")
        self.called.append(f"x = self.{name}(x)")

    def norm(self) -> None:
        name = self._name("norm")
        self.needs.add(PARAMS)
        given = "rngs" if self.writer.choose.chance(50) else "nnx.Rngs(0)"
        self.made.append(f"self.{name} = nnx.LayerNorm(2, rngs={given})")
        self.called.append(f"x = self.{name}(x)")

    def dropout(self) -> None:
        name = self._name("drop")
        self.needs.add(DROPOUT)
        self.drops = self.holds = True
        self.draws.add(DROPOUT)
        rate = self.writer.choose.one(("0.5", "0.5", "rate=0.5"))
        self.made.append(f"self.{name} = nnx.Dropout({rate}, rngs=rngs)")
        if self.writer.choose.chance(20):
            self.flag = True
            self.called.append(f"x = self.{name}(x, deterministic=deterministic)")
        else:
            self.called.append(f"x = self.{name}(x)")
            if self.writer.choose.chance(15):
                self.called.append(f"x = self.{name}(x)")

    def noise(self) -> None:
        name = self._name("noise")
        self.needs.add(NOISE)
        self.draws.add(NOISE)
        self.always = self.holds = True
        if self.writer.choose.chance(50):
            self.shares = True
            self.made.append(f"self.{name} = rngs")
            self.called.append(f"x = x + jax.random.normal(self.{name}.noise(), x.shape)")
        else:
            self.made.append(f"self.{name} = rngs.noise.fork()")
            self.called.append(f"x = x + jax.random.normal(self.{name}(), x.shape)")

    def weight(self) -> None:
        self.needs.add(PARAMS)
        first, second = self._name("scale"), self._name("shift")
        draw = "nnx.Param(jax.random.normal({}, (2,)))"
        if self.writer.careful():
            self.made += [f"self.{name} = {draw.format('rngs.params()')}" for name in (first, second)]
        else:
            self.made.append("k = rngs.params()")
            self.made += [f"self.{name} = {draw.format('k')}" for name in (first, second)]
        self.called.append(f"x = x * self.{first}[...] + self.{second}[...]")

    def list_of_layers(self) -> None:
        name = self._name("layers")
        self.needs.add(PARAMS)
        if self.writer.careful():
            given = "rngs"
        else:
            given = f"nnx.Rngs({self.writer.seed()})"
        if self.writer.choose.chance(60):
            self.made.append(f"self.{name} = nnx.List([nnx.Linear(2, 2, rngs={given}) for _ in range(2)])")
        else:
            self.made += [
                f"self.{name} = nnx.List([])",
                "for _ in range(2):",
                f"    self.{name}.append(nnx.Linear(2, 2, rngs={given}))",
            ]
        self.called += [f"for layer in self.{name}:", "    x = jnp.tanh(layer(x))"]

    def dict_of_layers(self) -> None:
        name = self._name("parts")
        self.needs |= {PARAMS, DROPOUT}
        self.draws.add(DROPOUT)
        self.drops = self.holds = True
        layers = "a=nnx.Linear(2, 2, rngs=rngs), b=nnx.Dropout(0.5, rngs=rngs)"
        if self.writer.choose.chance(50):
            self.made.append(f"self.{name} = nnx.Dict({layers})")
        else:
            self.made.append(
                f'self.{name} = nnx.Dict({{"a": nnx.Linear(2, 2, rngs=rngs), "b": nnx.Dropout(0.5, rngs=rngs)}})'
            )
        self.called.append(f'x = self.{name}["b"](self.{name}["a"](x))')

    def sequential(self) -> None:
        name = self._name("layers")
        self.needs |= {PARAMS, DROPOUT}
        self.draws.add(DROPOUT)
        self.drops = self.holds = True
        self.made.append(f"self.{name} = nnx.Sequential(nnx.Linear(2, 2, rngs=rngs), nnx.Dropout(0.5, rngs=rngs))")
        self.called.append(f"x = self.{name}(x)")

    def kept_key(self) -> None:
        name = self._name("key")
        self.needs.add(NOISE)
        self.draws.add(NOISE)
        self.always = True
        self.keeps = True
        self.made.append(f"self.{name} = rngs.noise()")
        if self.writer.careful():
            self.called.append(f"self.{name}, k = jax.random.split(self.{name})")
            self.called.append("x = x + jax.random.normal(k, x.shape)")
        else:
            self.called.append(f"x = x + jax.random.normal(self.{name}, x.shape)")

    def block(self) -> None:
        shape = self._inner()
        name = self._name("block")
        self.made.append(f"self.{name} = {shape.name}(rngs)")
        self.called.append(f"x = self.{name}(x)")

    def blocks(self) -> None:
        shape = self._inner()
        name = self._name("blocks")
        self.made.append(f"self.{name} = nnx.List([{shape.name}(rngs) for _ in range(2)])")
        self.called += [f"for block in self.{name}:", "    x = block(x)"]

    def _inner(self) -> Shape:
        shape = self.writer.choose.one(self.writer.shapes)
        self.writer.used.add(shape.name)
        self.needs |= shape.needs
        self.draws |= shape.draws
        self.always = self.always or shape.always
        self.drops = self.drops or shape.drops
        self.holds = self.holds or shape.holds
        self.keeps = self.keeps or shape.keeps
        self.shares = self.shares or shape.shares
        return shape
