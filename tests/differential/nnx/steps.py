"""The statements of the random programs that need no transform."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.differential.nnx.scope import Module, Place, Streams

if TYPE_CHECKING:
    from tests.differential.nnx.strategy import StreamWriter


def call(writer: StreamWriter, place: Place) -> None:
    """Write a call of a module."""
    name = writer.any_module(place)
    for _ in range(1 + writer.choose.below(2)):
        writer.emit(f"x = {writer.call(place, name)}")


def draw(writer: StreamWriter, place: Place) -> None:
    """Write a draw from a stream."""
    writer.add(writer.drawn(place, writer.any_streams(place)))


def key(writer: StreamWriter, place: Place) -> None:
    """Write a key that is drawn from a stream, and what is drawn from it."""
    rngs, name = writer.any_streams(place), writer.name("k")
    writer.emit(f"{name} = {rngs}.{writer.any_stream(place, rngs)}()")
    if writer.choose.chance(50):
        one, two = writer.name("k"), writer.name("k")
        writer.emit(f"{one}, {two} = jax.random.split({name})")
        writer.add(f"jax.random.normal({one}, (2,))")
        writer.add(f"jax.random.normal({two if writer.careful() else one}, (2,))")
    else:
        writer.add(f"jax.random.normal({name}, (2,))")
        if not writer.careful():
            writer.add(f"jax.random.uniform({name}, (2,))")


def fork(writer: StreamWriter, place: Place) -> None:
    """Write an ``Rngs`` that is made of another one."""
    rngs, name = writer.any_streams(place), writer.name("rngs")
    if writer.careful():
        writer.emit(f"{name} = {rngs}.fork()")
    else:
        wrong = writer.choose.one(
            (
                f"nnx.clone({rngs})",
                f"copy.deepcopy({rngs})",
                f"nnx.Rngs(dict({rngs}.items()))",
            )
        )
        writer.emit(f"{name} = {wrong}")
    place.streams[name] = Streams(place.streams[rngs].names)
    writer.add(writer.drawn(place, name))
    writer.add(writer.drawn(place, rngs))


def streams(writer: StreamWriter, place: Place) -> None:
    """Write an ``Rngs`` beside another one, of the same seed by mistake, and draw from both."""
    if place.loop or place.traced:
        return
    first, second = writer.name("rngs"), writer.name("rngs")
    seed = writer.seed()
    other = writer.seed() if writer.careful() else seed
    kind = writer.choose.below(4)
    if kind == 0:
        writer.emit(f"{first} = nnx.Rngs(params={seed}, noise={other})")
        writer.add(f"jax.random.normal({first}.params(), (2,))")
        writer.add(f"jax.random.uniform({first}.noise(), (2,))")
        return
    writer.emit(f"{first} = nnx.Rngs({seed})")
    writer.add(f"jax.random.normal({first}.params(), (2,))")
    if kind == 1:
        writer.emit(f"{second} = jax.random.split(jax.random.key({other}), 3)")
        writer.add(f"jax.random.uniform({second}[{writer.choose.below(2)}], (2,))")
    elif kind == 2:
        writer.add(f"jax.random.uniform(jax.random.fold_in(jax.random.key({other}), {writer.choose.below(2)}), (2,))")
    else:
        writer.emit(f"{second} = nnx.Rngs(noise={other})")
        writer.add(f"jax.random.uniform({second}.noise(), (2,))")


def new_module(writer: StreamWriter, place: Place) -> None:
    """Write a module and a call of it."""
    writer.emit(f"x = {writer.call(place, writer.new_module(place))}")


def parameters(writer: StreamWriter, place: Place) -> None:
    """Write a layer that is built in place, and its call."""
    rngs = writer.any_streams(place)
    if place.streams[rngs].has("params"):
        writer.emit(f"x = nnx.Linear(2, 2, rngs={rngs})(x)")
    if place.streams[rngs].has("dropout"):
        name = writer.name("drop")
        if writer.choose.chance(50):
            writer.emit(f"{name} = nnx.Dropout(0.5)")
            writer.emit(f"x = {name}(x, rngs={rngs})")
            writer.emit(f"x = {name}(x, rngs={rngs})")
        else:
            writer.emit(f"{name} = nnx.Dropout(0.5, rngs={rngs})")
            writer.emit(f"x = {name}(x)")


def mode(writer: StreamWriter, place: Place) -> None:
    """Write a change of a module's mode, and a call."""
    name = writer.any_module(place)
    module = place.modules[name]
    if not writer.careful():
        if not module.shape.drops:
            return
        writer.emit(
            writer.choose.one(
                (
                    f"{name}.eval",
                    f"nnx.view({name}, deterministic=True)",
                    f"{name}.train",
                    f"nnx.view({name}, deterministic=False)",
                )
            )
        )
        writer.emit(f"x = {name}(x)")
        return
    shape = writer.choose.below(5)
    if shape == 0 and module.shape.drops:
        on = writer.choose.chance(50)
        view = writer.name("net")
        writer.emit(f"{view} = nnx.view({name}, deterministic={not on})")
        place.modules[view] = replace(module, on=on)
        name = view
    elif shape == 1 and module.shape.drops:
        on = writer.choose.chance(50)
        writer.emit(f"{name}.set_attributes(deterministic={not on})")
        place.modules[name] = replace(module, on=on)
    else:
        on = writer.choose.chance(50)
        writer.emit(f"{name}.{'train' if on else 'eval'}()")
        place.modules[name] = replace(module, on=on)
    writer.emit(f"x = {writer.call(place, name)}")


def clone(writer: StreamWriter, place: Place) -> None:
    """Write a copy of a module, and calls of both."""
    name = writer.any_module(place, holding=True)
    module, copy = place.modules[name], writer.name("net")
    writer.emit(f"{copy} = {writer.choose.one((f'nnx.clone({name})', f'copy.deepcopy({name})'))}")
    place.modules[copy] = module
    if writer.careful():
        if not module.shape.always:
            writer.emit(f"{copy}.eval()")
            place.modules[copy] = replace(module, on=False)
        elif module.shape.holds:
            _reseed(writer, place, copy)
    writer.emit(f"x = {copy}(x)")
    writer.emit(f"x = {name}(x)")


def reseed(writer: StreamWriter, place: Place) -> None:
    """Write a reseed of a module, and a call."""
    name = writer.any_module(place, holding=True)
    if place.loop or place.traced or not place.modules[name].shape.holds:
        return
    if writer.careful():
        _reseed(writer, place, name)
    else:
        wrong = (
            "noises"
            if writer.choose.chance(50)
            else ("dropout" if "default" in place.modules[name].streams else "droput")
        )
        writer.emit(f"nnx.reseed({name}, {wrong}={writer.seed()})")
    writer.emit(f"x = {name}(x)")


def _reseed(writer: StreamWriter, place: Place, name: str) -> None:
    seeds = ", ".join(f"{stream}={writer.seed()}" for stream in place.modules[name].streams)
    writer.emit(f"nnx.reseed({name}, {seeds})")


def update(writer: StreamWriter, place: Place) -> None:
    """Write two modules of one class, of which one takes the state of the other."""
    if place.loop or place.traced:
        return
    name = writer.any_module(place, holding=True)
    module, other = place.modules[name], writer.name("net")
    if module.shape.always and any("key" in line for line in writer.head if "self.key" in line):
        return
    seeds = ", ".join(f"{stream}={writer.seed()}" for stream in module.streams)
    writer.emit(f"{other} = {module.shape.name}(nnx.Rngs({seeds}))")
    place.modules[other] = Module(module.shape, module.streams)
    part = ", nnx.Param" if writer.careful() else ""
    writer.emit(f"nnx.update({other}, nnx.state({name}{part}))")
    writer.emit(f"x = {other}(x)")
    writer.emit(f"x = {name}(x)")


def helper(writer: StreamWriter, place: Place) -> None:
    """Write a function that is handed streams or a module, and calls of it."""
    name = writer.name("helper")
    if writer.choose.chance(50):
        rngs = writer.any_streams(place)
        stream = writer.any_stream(place, rngs)
        with writer.function(f"def {name}(rngs, x):"):
            writer.emit(f"return x + jax.random.normal(rngs.{stream}(), x.shape)")
        given = rngs
    else:
        given = writer.any_module(place)
        with writer.function(f"def {name}(net, x):"):
            writer.emit("return net(x)")
    for _ in range(1 + writer.choose.below(2)):
        writer.emit(f"x = {name}({given}, x)")


def loop(writer: StreamWriter, place: Place) -> None:
    """Write a loop."""
    inner = place.inner(loop=True)
    count = writer.choose.one(("2", "3", "COUNT"))
    if "n > 1" in place.tests and writer.choose.chance(40):
        count = "n"
    variable = writer.name("i")
    with writer.nested(), writer.indented(f"for {variable} in range({count}):"):
        if writer.careful():
            for _ in range(1 + writer.choose.below(2)):
                writer.statement_of(inner)
        else:
            _same_in_each_pass(writer, place, variable)
    _leave(place, inner)


def _same_in_each_pass(writer: StreamWriter, place: Place, variable: str) -> None:
    name = writer.name("rngs")
    seed = writer.seed()
    given = writer.choose.one((seed, seed, f"{seed}00 + {variable}"))
    if place.loop and given != seed:
        writer.silent.add("seeds that an inner loop counts")
    if writer.choose.chance(50):
        writer.emit(f"{name} = nnx.Rngs({given})")
        writer.add(f"jax.random.normal({name}.noise(), (2,))")
    else:
        writer.emit(f"{name} = nnx.Rngs(dropout={given})")
        writer.emit(f"x = nnx.Dropout(0.5)(x, rngs={name})")


def comprehension(writer: StreamWriter, place: Place) -> None:
    """Write modules that are built and called in comprehensions."""
    rngs, name = writer.any_streams(place), writer.name("nets")
    shape = writer.choose.one(writer.shapes)
    writer.used.add(shape.name)
    if writer.choose.chance(50):
        writer.emit(f"{name} = [{shape.name}({rngs}) for _ in range(2)]")
        writer.emit(f"x = sum(net(x) for net in {name})")
    else:
        writer.emit(f'{name} = {{"a": {shape.name}({rngs}), "b": {shape.name}({rngs})}}')
        writer.emit(f'x = {name}["a"](x) + {name}["b"](x)')
        if writer.choose.chance(40):
            writer.emit(f"for net in {name}.values():")
            writer.emit("    x = net(x)")


def branch(writer: StreamWriter, place: Place) -> None:
    """Write a branch."""
    inner = place.inner()
    with writer.nested(), writer.indented(f"if {writer.choose.one(place.tests)}:"):
        writer.statement_of(inner)
    _leave(place, inner)
    if writer.choose.chance(40):
        other = place.inner()
        with writer.nested(), writer.indented("else:"):
            writer.statement_of(other)
        _leave(place, other)


def _leave(place: Place, inner: Place) -> None:
    for name, module in inner.modules.items():
        if name in place.modules and module.on:
            place.modules[name] = module
