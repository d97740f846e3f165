"""The statements of the random programs that hand streams and modules to transforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.differential.nnx.scope import Place

if TYPE_CHECKING:
    from tests.differential.nnx.strategy import StreamWriter

_ALL = "nnx.StateAxes({nnx.RngState: 0, ...: None})"


def compiled(writer: StreamWriter, place: Place) -> None:
    """Write a compiled step, and calls of it."""
    net, name = writer.any_module(place), writer.name("step")
    right = writer.careful()
    jit = "nnx.jit" if right else "jax.jit"
    kind = writer.choose.below(3)
    body = writer.call(place, net).replace(f"{net}(", "net(", 1)
    if kind == 0:
        writer.emit(f"@{jit}")
        writer.emit(f"def {name}(net, x):")
        writer.emit(f"    return {body}")
    elif kind == 1:
        writer.emit(f"{name} = {jit}(lambda net, x: {body})")
    else:
        rngs = writer.any_streams(place)
        stream = writer.any_stream(place, rngs)
        writer.emit(f"@{jit}")
        writer.emit(f"def {name}(rngs, x):")
        writer.emit(f"    return x + jax.random.normal(rngs.{stream}(), x.shape)")
        net = rngs
    if writer.choose.chance(40):
        writer.emit("for _ in range(2):")
        writer.emit(f"    x = {name}({net}, x)")
    else:
        for _ in range(1 + writer.choose.below(2)):
            writer.emit(f"x = {name}({net}, x)")


def loss(writer: StreamWriter, place: Place) -> None:
    """Write a loss and its gradient."""
    net, name = writer.any_module(place), writer.name("loss")
    writer.emit(f"def {name}(net, x):")
    writer.emit(f"    return ({writer.call(place, net).replace(f'{net}(', 'net(', 1)} ** 2).sum()")
    value = writer.name("value")
    grad = f"nnx.value_and_grad({name})"
    if writer.choose.chance(40):
        writer.emit(f"{value}, _ = nnx.jit({grad})({net}, x)")
    else:
        writer.emit(f"{value}, _ = {grad}({net}, x)")
    writer.emit(f"x = x + {value}")
    if writer.choose.chance(50):
        writer.emit(f"{value}, _ = {grad}({net}, x)")
        writer.emit(f"x = x + {value}")


def lanes(writer: StreamWriter, place: Place) -> None:
    """Write lanes that are each given streams."""
    rngs = writer.any_streams(place)
    stream = writer.any_stream(place, rngs)
    draw = f"x + jax.random.normal(r.{stream}(), x.shape)"
    if writer.careful():
        given = writer.choose.one((f"{rngs}.fork(split=3)", f"{rngs}.split(3)"))
        writer.emit(f"x = nnx.vmap(lambda r, x: {draw}, in_axes=(0, None))({given}, x).sum(0)")
    elif writer.choose.chance(50):
        writer.emit(f"x = nnx.vmap(lambda r, x: {draw}, in_axes=(None, 0))({rngs}, jnp.stack([x, x])).sum(0)")
    else:
        net = writer.any_module(place)
        writer.emit(f"x = nnx.vmap(lambda net, x: net(x), in_axes=(None, 0))({net}, jnp.stack([x, x])).sum(0)")


def split_lanes(writer: StreamWriter, place: Place) -> None:
    """Write lanes over a module whose streams are split for them."""
    net, name = writer.any_module(place, holding=True), writer.name("run")
    if not place.modules[net].shape.holds or place.modules[net].shape.keeps:
        return
    only, axes = "", _ALL
    if not writer.careful():
        tag = writer.choose.one(("dropout", "params", "noise"))
        only, axes = f", only={tag!r}", f"nnx.StateAxes({{{tag!r}: 0, ...: None}})"
    kind = writer.choose.below(3)
    if kind == 0:
        writer.emit(f"@nnx.split_rngs(splits=3{only})")
        writer.emit(f"@nnx.vmap(in_axes=({axes}, 0))")
        writer.emit(f"def {name}(net, x):")
        writer.emit("    return net(x)")
        writer.emit(f"x = {name}({net}, jnp.stack([x, x, x])).sum(0)")
    elif not only:
        writer.emit(f"{name} = nnx.vmap(lambda net, x: net(x), in_axes=({axes}, None))")
        with writer.indented(f"with nnx.split_rngs({net}, splits=3):"):
            writer.emit(f"x = {name}({net}, x).sum(0)")
    if writer.choose.chance(40):
        writer.emit(f"x = {net}(x)")


def stacked(writer: StreamWriter, place: Place) -> None:
    """Write layers that are built in lanes, and a scan over them."""
    rngs, shape = writer.any_streams(place), writer.choose.one(writer.shapes)
    if shape.keeps or not shape.needs:
        return
    writer.used.add(shape.name)
    name, blocks = writer.name("build"), writer.name("blocks")
    if writer.careful() or shape.shares:
        if writer.choose.chance(50):
            writer.emit("@nnx.split_rngs(splits=2)")
            writer.emit("@nnx.vmap")
            writer.emit(f"def {name}(rngs):")
            writer.emit(f"    return {shape.name}(rngs)")
            writer.emit(f"{blocks} = {name}({rngs})")
        else:
            writer.emit(f"{blocks} = nnx.vmap({shape.name})({rngs}.fork(split=2))")
    else:
        writer.emit(f"{blocks} = nnx.vmap({shape.name}, in_axes=None, axis_size=2)({rngs})")
    if writer.choose.chance(60):
        writer.emit(f"x = nnx.scan(lambda net, x: net(x), in_axes=(0, nnx.Carry), out_axes=nnx.Carry)({blocks}, x)")
    else:
        writer.emit(f"x = nnx.vmap(lambda net, x: net(x), in_axes=(0, None))({blocks}, x).sum(0)")


def passes(writer: StreamWriter, place: Place) -> None:
    """Write a scan that carries a module, or broadcasts it by mistake."""
    net, name = writer.any_module(place), writer.name("run")
    rows = "jnp.ones((3, 2))"
    if writer.careful():
        writer.emit("@nnx.scan(in_axes=(nnx.Carry, 0), out_axes=(nnx.Carry, 0))")
        writer.emit(f"def {name}(net, row):")
        writer.emit("    return net, net(row)")
        writer.emit(f"{net}, ys = {name}({net}, {rows})")
    else:
        writer.emit("@nnx.scan(in_axes=(None, 0), out_axes=0)")
        writer.emit(f"def {name}(net, row):")
        writer.emit("    return net(row)")
        writer.emit(f"ys = {name}({net}, {rows})")
    writer.emit("x = x + ys.sum(0)")


def remat(writer: StreamWriter, place: Place) -> None:
    """Write a block that is computed again in the backward pass."""
    net, name = writer.any_module(place), writer.name("saved")
    writer.emit(f"{name} = {'nnx.remat' if writer.careful() else 'jax.checkpoint'}(lambda net, x: net(x))")
    for _ in range(1 + writer.choose.below(2)):
        writer.emit(f"x = {name}({net}, x)")


def cond(writer: StreamWriter, place: Place) -> None:
    """Write a branch of NNX or of JAX."""
    net = writer.any_module(place)
    path = "nnx.cond" if writer.careful() else "jax.lax.cond"
    for _ in range(1 + writer.choose.below(2)):
        writer.emit(f"x = {path}(x.sum() > -100.0, lambda net, x: net(x), lambda net, x: net(x) * 2, {net}, x)")


def fori(writer: StreamWriter, place: Place) -> None:
    """Write a counted loop of NNX or of JAX."""
    net, name = writer.any_module(place), writer.name("body")
    writer.emit(f"def {name}(i, carry):")
    writer.emit("    net, x = carry")
    writer.emit("    return net, net(x)")
    if writer.careful():
        writer.emit(f"_, x = nnx.fori_loop(0, 2, {name}, ({net}, x))")
        if writer.choose.chance(50):
            writer.emit(f"x = {net}(x)")
    else:
        for _ in range(2):
            writer.emit(f"_, x = jax.lax.fori_loop(0, 2, {name}, ({net}, x))")


def functional(writer: StreamWriter, place: Place) -> None:
    """Write a step over the parts of a module that is split and merged."""
    net, name = writer.any_module(place), writer.name("step")
    graph, params, rest = writer.name("graph"), writer.name("params"), writer.name("rest")
    writer.emit(f"{graph}, {params}, {rest} = nnx.split({net}, nnx.Param, ...)")
    writer.emit("@jax.jit")
    writer.emit(f"def {name}(params, rest, x):")
    writer.emit(f"    net = nnx.merge({graph}, params, rest)")
    writer.emit("    y = net(x)")
    right = writer.careful()
    writer.emit("    return y, nnx.split(net, nnx.Param, ...)[2]" if right else "    return y")
    for _ in range(2):
        writer.emit(f"x{f', {rest}' if right else ''} = {name}({params}, {rest}, x)")
