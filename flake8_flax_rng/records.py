"""Immutable records that are cheap to define, and cheap to make.

A dataclass costs as much to define as it takes to analyse some lines of a program, and there are a hundred: each start
of the linter would pay for all of them. The constructor of a record is written when it is first called, and what
compares, hashes and shows records is shared by all. The analysis makes records by the million; those of a dataclass
that is frozen at run time take three times as long to make.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter, ge, gt, le, lt
from typing import Any, TypeVar, cast, dataclass_transform

T = TypeVar("T")


class _Field:
    """What is said of a field beside its type."""

    __slots__ = ("compare", "default", "factory")

    def __init__(self, default: object, factory: Callable[[], object] | None, compare: bool):
        self.default = default
        self.factory = factory
        self.compare = compare


_MISSING = object()


def field(*, default: Any = _MISSING, default_factory: Callable[[], object] | None = None, compare: bool = True) -> Any:
    """Describe a field of a record.

    Args:
        default: its value where it is not given.
        default_factory: makes that value anew for each record.
        compare: whether records are compared and hashed by it.
    """
    return _Field(default, default_factory, compare)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(
    *, eq: bool = True, order: bool = False, frozen: bool = True, slots: bool = True
) -> Callable[[type[T]], type[T]]:
    """Return a decorator that makes a class with annotated fields into one of records.

    Args:
        eq: whether records are compared by their fields, and hashed by them where they are frozen, and not by identity.
        order: whether they are ordered by their fields.
        frozen: whether the type checker forbids that fields are set; at run time nothing does.
        slots: whether they have no other attributes than their fields.
    """

    def decorate(cls: type[T]) -> type[T]:
        names = tuple(cls.__annotations__)
        own = vars(cls)
        assert not any(hasattr(base, "__match_args__") for base in cls.__bases__), "records inherit no fields"
        said = {name: _said(own[name]) for name in names if name in own}
        body = {name: value for name, value in own.items() if name not in names and name not in _OF_A_CLASS}
        if slots:
            body["__slots__"] = names
        body["__match_args__"] = names
        body.setdefault("__repr__", _shown)
        if eq:
            compared = tuple(name for name in names if name not in said or said[name].compare)
            body = {**_comparing(compared, order, frozen), **body}
        body["__init__"] = _first_constructor(names, said)
        kind: Any = type(cls)
        return cast("type[T]", kind(cls.__name__, cls.__bases__, body))

    return decorate


def _said(value: object) -> _Field:
    return value if isinstance(value, _Field) else _Field(value, None, True)


_OF_A_CLASS = ("__dict__", "__weakref__")


def replaced(found: T, /, **changes: object) -> T:
    """Return a record with other values in some fields.

    Args:
        found: a record, whose class inherits no field.
        changes: the new values.
    """
    kind = type(found)
    copy = _COPIES.get(kind)
    if copy is None:
        copy = _COPIES[kind] = _copying(kind.__match_args__)  # type: ignore[attr-defined]
    new = copy(found, object.__new__(kind))
    for name, value in changes.items():
        setattr(new, name, value)
    return cast("T", new)


_COPIES: dict[type, Callable[[object, object], object]] = {}


def _copying(names: tuple[str, ...]) -> Callable[[object, object], object]:
    """Write what gives a new record the fields of another one."""
    known: dict[str, object] = {}
    lines = [f"    new.{name} = found.{name}\n" for name in names]
    exec(f"def copied(found, new):\n{''.join(lines)}    return new", known)
    return cast("Callable[[object, object], object]", known["copied"])


def _first_constructor(names: tuple[str, ...], said: dict[str, _Field]) -> Callable[..., None]:
    """Return a constructor that puts the real one in its place when it is called."""

    def construct(self: object, *args: object, **keywords: object) -> None:
        owner: Any = next(kind for kind in type(self).__mro__ if vars(kind).get("__init__") is construct)
        owner.__init__ = made = _constructor(names, said)
        made(self, *args, **keywords)

    return construct


def _constructor(names: tuple[str, ...], said: dict[str, _Field]) -> Callable[..., None]:
    """Write a constructor that takes the fields in their order."""
    known: dict[str, object] = {"_missing": _MISSING}
    parameters, lines = ["self"], []
    for name in names:
        given, value = said.get(name), name
        if given is None:
            parameters.append(name)
        elif given.factory is None:
            parameters.append(f"{name}=_of_{name}")
            known[f"_of_{name}"] = given.default
        else:
            parameters.append(f"{name}=_missing")
            known[f"_of_{name}"] = given.factory
            value = f"_of_{name}() if {name} is _missing else {name}"
        lines.append(f"    self.{name} = {value}")
    exec(f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or "    pass"), known)
    return cast("Callable[..., None]", known["__init__"])


def _shown(self: object) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in type(self).__match_args__)  # type: ignore[attr-defined]
    return f"{type(self).__name__}({fields})"


def _comparing(names: tuple[str, ...], order: bool, frozen: bool) -> dict[str, object]:
    """Return what compares and hashes records by some of their fields."""
    # With one name, or none, this is no tuple, which does for comparing with its like.
    parts: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()

    def equal(self: object, other: object) -> bool:
        return parts(self) == parts(other) if type(self) is type(other) else NotImplemented

    def hashed(self: object) -> int:
        return hash(parts(self))

    def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[object, object], bool]:
        def compared(self: object, other: object) -> bool:
            return compare(parts(self), parts(other)) if type(self) is type(other) else NotImplemented

        return compared

    found: dict[str, object] = {"__eq__": equal, "__hash__": hashed if frozen else None}
    if order:
        found.update({f"__{sign.__name__}__": ordered(sign) for sign in (lt, le, gt, ge)})
    return found
