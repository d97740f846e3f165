"""What a function that nobody in sight calls is given: defaults and annotations."""

from __future__ import annotations

import pytest

from tests.programs import MODELS, cases, found, marks

PROGRAMS = """
== the class of a module is a default
def make(x, key, first=Net, second=Net):
    one = first().init(key, x, False)
    return one, second(features=8).init(key, x, False)  # ! RNG101
--
def make(x, key, first=Net, second=Net):
    one, two = jax.random.split(key)
    return first().init(one, x, False), second(features=8).init(two, x, False)
--
def make(params, x, cls=Net):
    return cls().apply(params, x, True)
--
def make(params, x, key, cls=Plain):
    return cls().apply(params, x, True, rngs={"dropout": key})
--
def make(params, x, key, cls=Plain):
    return cls().apply(params, x, True, key=key)
--
def make(x, key, cls=Net):
    return cls().init({"params": key, "dropout": jax.random.fold_in(key, 1)}, x, True)
--
def make(params, x, key, cls=Net):
    return cls().apply(params, x, False, rngs={"dropout": key})
--
class Trainer:
    def __init__(self, cls=Net):
        self.model = cls()
    def loss(self, params, x, key):
        return self.model.apply(params, x, False, rngs={"dropout": key})
    def other(self, params, x, key):
        return self.model.apply(params, x, True, key=key)
--
import gin
@gin.configurable
class Base:
    def __init__(self, size, cls=Net):
        self.model = cls(size)
@gin.configurable
class Trainer(Base):
    def __init__(self, size):
        super().__init__(size)
    def loss(self, params, x, key):
        return self.model.apply(params, x, True, key=key)

== annotations
from typing import Optional
def one(params, x, model: "Net"):
    return model.apply(params, x, True)  # ! RNG203
def two(params, x, model: Net | None = None):
    return model.apply(params, x, True)  # ! RNG203
def three(params, x, model: Optional[Net]):
    return model.apply(params, x, True)  # ! RNG203
--
from typing import Optional, Union
def one(params, x, model: "Net | Plain"):
    return model.apply(params, x, True)
def two(params, x, model: Union[Net, Plain]):
    return model.apply(params, x, True)
def three(params, x, models: list[Net]):
    return models.apply(params, x, True)
def four(params, x, model: type[Net]):
    return model.apply(params, x, True)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, MODELS))
def test_parameters(program):
    assert found(program) == marks(program)
