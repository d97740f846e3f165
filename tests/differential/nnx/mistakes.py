"""What the random programs about NNX do wrong that raises; it stands at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.differential.nnx.scope import Place

if TYPE_CHECKING:
    from tests.differential.nnx.strategy import StreamWriter


def error(writer: StreamWriter, place: Place) -> None:
    """Write what raises."""
    net, rngs = writer.any_module(place), writer.any_streams(place)
    name = writer.name("step")
    seed = writer.seed()
    wrong: list[list[str]] = [
        [f"x = nnx.Linear(2, 2, rngs=nnx.Rngs(dropout={seed}))(x)"],
        [f"x = nnx.Dropout(0.5, rngs=nnx.Rngs(params={seed}))(x)"],
        ["x = nnx.Dropout(0.5)(x)"],
        [f"x = nnx.Linear(2, 2, rngs=jax.random.key({seed}))(x)"],
        [f"x = nnx.Linear(2, 2, rngs={seed})(x)"],
        [f"x = x + jax.random.normal({rngs}, (2,))"],
        [f"x = x + jax.random.normal(nnx.Rngs(seed={seed}).params(), (2,))"],
        [f"x = x + jax.random.normal(nnx.Rngs(params={seed}).noise(), (2,))"],
        [f"x = x + nnx.Rngs(params={seed}).normal((2,))"],
        [f"{name} = nnx.Rngs({rngs})"],
        [f"{name} = nnx.Rngs({seed}.5)"],
        [f"{net} = {net}.eval()", f"x = {net}(x)"],
        [f"{net}.train(False)"],
        [f"nnx.view({net}, training=False)"],
        [f"{name} = nnx.jit({net}.__call__)"],
        [f"{name} = nnx.with_rngs(lambda x: x)", f"x = {name}(x)"],
    ]
    if place.modules[net].draws:
        wrong += [
            ["@nnx.jit", f"def {name}(x):", f"    return {net}(x)", f"x = {name}(x)"],
            ["@jax.jit", f"def {name}(x):", f"    return {net}(x)", f"x = {name}(x)"],
            [f"x = jax.grad(lambda x: {net}(x).sum())(x)"],
            [f"x = nnx.grad(lambda x: {net}(x).sum())(x)"],
            [f"x = nnx.jit({net})(x)"],
            [f"x = jax.vmap({net})(jnp.stack([x, x])).sum(0)"],
            [f"x = nnx.cond(x.sum() > 0, lambda x: {net}(x), lambda x: x, x)"],
            [f"x = jax.lax.fori_loop(0, 2, lambda i, x: {net}(x), x)"],
            [f"nnx.split_rngs({net}, splits=3)", f"x = {net}(x)"],
        ]
    wrong.append(
        [
            "@nnx.jit",
            f"def {name}(x):",
            f"    return x + jax.random.normal({rngs}.{writer.any_stream(place, rngs)}(), (2,))",
            f"x = {name}(x)",
        ]
    )
    for line in writer.choose.one(wrong):
        writer.emit(line)
