"""What is known of a library: which of its callables consume keys, and how."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flake8_flax_rng.records import field, record


class Makes(StrEnum):
    """What is made from a key, if it is no plain draw."""

    MODEL = "model"
    """It may be made twice alike: a target network."""

    LAYER = "layer"
    """It may not."""

    GUESS = "guess"
    """A draw from an object of which nothing is known."""

    DECLARED = "declared"
    """A draw from an object of which only the class is known; it is not done twice alike on purpose."""


@record()
class Consumer:
    """What a function or method of another library does with a key.

    Args:
        key: position of the key, without ``self``; None when it is given by name only.
        name: keyword of the key; None when it is given by position only.
        makes: what is made from the key, if it is no plain draw.
        splits: whether the result is an array of new keys.
        unless_given: an argument that takes the place of what would be drawn, by name and position; without the latter
            where it is given by name only.
        unless_true: an argument that turns the draw off.
        only_with: an argument without which, as a literal True, it is not certain that anything is drawn.
        idle: whether the key is certainly not read where that argument is False or left out.
    """

    key: int | None = 0
    name: str | None = "key"
    makes: Makes | None = None
    splits: bool = False
    unless_given: tuple[str, int | None] | None = None
    unless_true: str = ""
    only_with: str = ""
    idle: bool = False


@record()
class Objects:
    """Objects of a library, by the dotted path whose call makes them.

    Args:
        methods: what their methods do with keys; ``__call__`` is a call of the object.
        same: methods that return such an object.
        unless: arguments of the constructor with which nothing is known of the object.
        first: whether the call returns two things, the first of which is the object.
    """

    methods: Mapping[str, Consumer]
    same: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    first: bool = False


@record()
class Library:
    """One library; each module of ``semantics.packages`` describes one, as its ``LIBRARY``.

    Args:
        name: the package that is imported.
        pure: whether its other functions neither change what they are given nor run a Linen module.
        consumers: functions that consume a key, by path, with the signature that each documents.
        objects: objects whose methods consume keys, by a pattern for the path that makes them.
        modules: modules that hold little else than these functions and objects.
        transforms: its function transforms, by path; see ``semantics.transforms.WRAPPERS``.
        control: its functions that call a function at once, by path; see ``semantics.transforms.CONTROL``.
        supplied: its maps that may give each lane keys of its own, and the option that says whether they do.
        followed: further functions of it that do something with keys, which the interpreter knows by models of its own.
        named_tuples: the named tuples that models of the interpreter make, by the path of their class.
        spellings: other spellings of its paths, and what the tables write in their place; see ``semantics.names``.
        part_modules: bases of modules whose ``__init__`` makes their parts from a key.
    """

    name: str
    pure: bool = False
    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    objects: Mapping[str, Objects] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()
    transforms: Mapping[str, str] = field(default_factory=dict)
    control: Mapping[str, str] = field(default_factory=dict)
    supplied: Mapping[str, str] = field(default_factory=dict)
    followed: frozenset[str] = frozenset()
    named_tuples: frozenset[str] = frozenset()
    spellings: tuple[tuple[str, str], ...] = ()
    part_modules: frozenset[str] = frozenset()


RNG_KEY = Consumer(0, "rng_key")
"""A function whose first parameter is ``rng_key``."""
