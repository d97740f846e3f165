"""What the random programs do wrong beside using a key again: seeds, defaults, words, indices, and what raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .strategy import Scope, Writer


def seed(writer: Writer, scope: Scope) -> None:
    """Write a key that is built of a seed."""
    again = scope.loop and not scope.numbers
    if again and writer.careful():
        return
    name, seed = writer.name("k"), str(writer.serial + 40)
    if scope.numbers and writer.careful():
        seed = f"{seed}00 + {scope.numbers[-1]}"
    elif not writer.careful():
        seed = "7"
    if len(scope.numbers) > 1 and scope.numbers[-1] in seed:
        writer.silent.add("seeds that an inner loop counts")
    if writer.functions > 1 or scope.closed:
        writer.silent.add("a constant seed in a function")
    elif scope.sweep:
        writer.silent.add("a constant seed in a comparison of several things")
    writer.emit(f"{name} = {writer.random}.key({seed})")
    writer.bind(scope, name)


def default(writer: Writer, scope: Scope) -> None:
    """Write a function with a default key, and calls of it."""
    name = writer.name("jitter")
    seed = writer.serial + 70
    with writer.function(f"def {name}(x, key={writer.random}.key({seed})):"):
        writer.emit(f"return x + {writer.draw('key')}")
    again = scope.loop or scope.closed or writer.functions > 1
    for number in range(1 + writer.choose.below(2)):
        given = f", key={writer.take(scope)}" if (again or number) and writer.careful() else ""
        writer.emit(f"x = {name}(x{given})")


def wrapped(writer: Writer, scope: Scope) -> None:
    """Write a key that is made of the words of another."""
    key = writer.take(scope)
    name = writer.name("k")
    writer.emit(f"{name} = {writer.random}.wrap_key_data({writer.random}.key_data({key}))")
    writer.bind(scope, name)


def past_the_end(writer: Writer, scope: Scope) -> None:
    """Write a draw from behind the end of an array of keys."""
    known = [(name, count) for name, (count, _) in scope.arrays.items()]
    if not known or writer.careful():
        return
    name, count = writer.choose.one(known)
    writer.add(writer.draw(f"{name}[{writer.choose.one((count, count + 1, -count - 1))}]"))


def host(writer: Writer, scope: Scope) -> None:
    """Write random numbers of the host."""
    if scope.traced and writer.careful():
        return
    writer.emit(f"x = x + {writer.choose.one(('np.random.normal(size=2)', 'np.random.uniform(-1.0, 1.0, 2)'))}")


def error(writer: Writer, scope: Scope) -> None:
    """Write what raises; it stands at the end."""
    key, split = writer.choose.one(list(scope.keys)), f"{writer.random}.split"
    bad = writer.choose.one(
        (
            writer.draw(str(writer.serial)),
            writer.draw(f"{split}({key})"),
            writer.draw("None"),
            writer.draw("(2,)"),
            f"{writer.random}.normal((2,), {key})",
            f"{split}(0)[0]",
            writer.draw(f"{writer.random}.fold_in({key}, -1)"),
            writer.draw(f"{writer.random}.fold_in({key}, 2**32)"),
            writer.draw(f"{writer.random}.fold_in({key}, hash('noise'))"),
            "",
        )
    )
    test = writer.choose.one((*scope.tests, "FLAG"))
    if bad and writer.choose.chance(50):
        writer.emit(f"x = {bad}")
    elif bad:
        writer.emit(f"if {test}:")
        writer.emit(f"    x = {bad}")
    else:
        writer.emit(f"one, two, three = {split}({key})")
        writer.add(writer.draw("three"))
