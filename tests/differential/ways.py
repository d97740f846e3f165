"""Ways on which the random programs hand keys on: generators, recursion, joined arrays, other orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .strategy import Scope, Writer


def stream(writer: Writer, scope: Scope) -> None:
    """Write a generator of keys, and draw from what it yields."""
    name, right = writer.name("stream"), writer.careful()
    with writer.function(f"def {name}(key, count):"), writer.indented("for _ in range(count):"):
        if right:
            writer.emit(f"key, sub = {writer.random}.split(key)")
        writer.emit("yield sub" if right else "yield key")
    if writer.choose.chance(30):
        keys = writer.name("stream")
        # A generator runs where it is asked: of a key that is used again there, the linter speaks where it is made.
        own = f"{writer.random}.fold_in({writer.choose.one(list(scope.keys))}, {writer.serial}000)"
        writer.emit(f"{keys} = {name}({own}, 3)")
        for _ in range(2):
            writer.add(writer.draw(f"next({keys})"))
        return
    call = f"{name}({writer.take(scope)}, {writer.choose.one(scope.counts)})"
    if writer.choose.chance(40):
        writer.add(f"sum({writer.draw('k')} for k in {call})")
    else:
        key, inner = writer.name("k"), writer.loop_scope(scope)
        inner.unsure = True
        writer.bind(inner, key)
        before = len(writer.lines)
        with writer.nested(), writer.indented(f"for {key} in {call}:"):
            writer.block(inner, 1 + writer.choose.below(2))
        writer.leave_loop(scope, inner, before)


def recursion(writer: Writer, scope: Scope) -> None:
    """Write a function that calls itself with a key."""
    name, split = writer.name("descend"), f"{writer.random}.split"
    with writer.function(f"def {name}(key, depth, x):"):
        with writer.indented("if depth == 0:"):
            writer.emit("return x")
        if writer.careful():
            writer.emit(f"key, sub = {split}(key)")
            writer.add(writer.draw("sub"))
            writer.emit(f"return {name}(key, depth - 1, x)")
        elif writer.choose.chance(50):
            writer.add(writer.draw("key"))
            writer.emit(f"return {name}(key, depth - 1, x)")
        else:
            writer.emit(f"left, right = {split}(key)")
            writer.add(writer.draw("left"))
            writer.emit(f"return {name}({writer.choose.one(('left', 'right'))}, depth - 1, x)")
    writer.emit(f"x = {name}({writer.take(scope)}, 2, x)")


def joined(writer: Writer, scope: Scope) -> None:
    """Write an array that is stacked or joined of keys, and draw from it."""
    one, two = writer.take(scope), writer.take(scope)
    array = writer.choose.one(
        (
            f"jnp.stack([{one}, {two}])",
            f"jnp.concatenate([{one}[None], {two}[None]])",
            f"jnp.concatenate([{writer.random}.split({one}, 2), {two}[None]])",
        )
    )
    if writer.choose.chance(60):
        writer.add(f"jax.vmap(lambda k: {writer.draw('k')})({array}).sum(0)")
        return
    name = writer.name("keys")
    writer.emit(f"{name} = {array}")
    index = writer.choose.below(2)
    writer.add(writer.draw(f"{name}[{index}]"))
    if not writer.careful():
        writer.add(writer.draw(f"{name}[{writer.choose.below(2)}]"))


def order(writer: Writer, scope: Scope) -> None:
    """Write a loop over keys in another order than that of their array."""
    array, count = writer.take_array(scope)
    other, _ = writer.take_array(scope)
    rows = writer.choose.one(
        (
            f"reversed({array})",
            f"itertools.islice({array}, {count})",
            f"itertools.chain({array}, {other})",
            "",
        )
    )
    if rows:
        writer.add(f"sum({writer.draw('k')} for k in {rows})")
    else:
        names = '("b", "c", "a")'
        writer.add(f"sum({writer.draw('k')} for _, k in sorted(dict(zip({names}, {array})).items()))")
    if not writer.careful():
        scales = f"itertools.product({array}, (0.5, 2.0))"
        writer.add(f"sum(s * {writer.draw('k')} for k, s in {scales})")
