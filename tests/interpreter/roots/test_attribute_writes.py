"""Attributes that other code sets too: what they hold is certain only when all of it is known."""

from __future__ import annotations

import pytest

from tests.programs import MODELS, cases, found, marks

PROGRAMS = """
== another class has an attribute of that name
class Trainer:
    def __init__(self):
        self.model = Net()
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
class Other:
    def __init__(self):
        self.model = Plain()
    def build(self):
        self.model = Net()
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Base:
    def __init__(self):
        self.model = Net()
    def use(self):
        self.model = Plain()
class Trainer(Base):
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== attributes that are set by name
class Trainer:
    def __init__(self, features):
        super().__setattr__("model", Net(features))
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
class Second:
    def __init__(self, features):
        object.__setattr__(self, "network", Net(features))
        setattr(self, "rest", features)
    def loss(self, params, x):
        return self.network.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, features):
        super().__setattr__("model", Net(features))
    def swap(self, model):
        super().__setattr__("model", model)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
class Base:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, Plain())
class Second(Base):
    def __init__(self, features):
        super().__setattr__("network", Net(features))
    def loss(self, params, x):
        return self.network.apply(params, x, True)

== states in a dict, and modules in a list
class Learner:
    def __init__(self, key, x):
        net = Net()
        self.states = {
            "net": TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1)),
            "lr": 0.1,
        }
        self.members = [Net(4), Net(8)]
        self.pair = (Plain(), Net())
    def step(self, grads):
        self.states["net"] = self.states["net"].apply_gradients(grads=grads)
    def loss(self, x):
        return self.states["net"].apply_fn({}, x, True)  # ! RNG203
    def second(self, params, x):
        return self.members[1].apply(params, x, True)  # ! RNG203
    def third(self, params, x):
        return self.pair[1].apply(params, x, True)  # ! RNG203
--
class Learner:
    def __init__(self, key, x):
        net = Net()
        self.states = {"net": TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))}
        self.members = [Net(4), Net(8)]
        self.others = {"net": Net()}
    def swap(self, state, model):
        self.states["net"] = state
        self.members.insert(0, model)
        self.others.update(net=model)
    def loss(self, x):
        return self.states["net"].apply_fn({}, x, True)
    def second(self, params, x):
        return self.members[1].apply(params, x, True)
    def third(self, params, x):
        return self.others["net"].apply(params, x, True)

== a queue of modules that is only read
class Learner:
    def __init__(self):
        self.queue = [Net(4), Net(8)]
    def position(self, model):
        return self.queue.index(model)
    def first(self, params, x):
        return self.queue[0].apply(params, x, True)  # ! RNG203
--
from collections import deque
class Learner:
    def __init__(self):
        self.queue, self.rota, self.bag = deque([Net(4), Net(8)]), deque([Net(4), Net(8)]), [Net(4), Net(8)]
    def put(self, model):
        self.queue.appendleft(model)
    def turn(self):
        self.rota.rotate(1)
    def order(self):
        self.bag.sort(key=str)
    def first(self, params, x):
        return self.queue[0].apply(params, x, True)
    def second(self, params, x):
        return self.rota[0].apply(params, x, True)
    def third(self, params, x):
        return self.bag[0].apply(params, x, True)

== modules that two methods set
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
        self.features = features
    def widen(self):
        self.model = Net(2 * self.features)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
class Base:
    module_class: nn.Module = None
    def __init__(self, config, **options):
        self._module = self.module_class(config, **options)
    def checkpoint(self):
        self._module = self.module_class(features=self.config, name="net")
    @property
    def module(self):
        return self._module
    def loss(self, params, x):
        return self.module.apply(params, x, True)  # ! RNG203
class Derived(Base):
    module_class = Net
--
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
    def quiet(self):
        self.model = Plain()
    def loss(self, params, x):
        return self.model.apply(params, x, True)
class Second:
    def __init__(self, features):
        self.model = Net(features)
    def swap(self, model):
        self.model = model
    def widen(self, features):
        self.model = Net(features)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
class Third:
    def __init__(self, features):
        self.model = Net(features)
    def swap(self, model, features):
        self.model = Net(features) if model is None else model
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== attributes that are set through the __dict__
class Trainer:
    def __init__(self, options):
        self.model = Net()
    def options(self):
        return dict(self.__dict__)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, options):
        self.model = Net()
        self.__dict__.update(options)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self, saved):
        self.model = Net()
        self.__dict__ = saved
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def __setstate__(self, state):
        self.__dict__.update(state)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def load(self, saved):
        vars(self).update(saved)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def load(self, name, saved):
        vars(self)[name] = saved
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== attributes that are targets of other statements
class Trainer:
    def __init__(self):
        self.model = Net()
    def all(self, models, params, x):
        for model in models:
            model.apply(params, x, True)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def all(self, models, params, x):
        for self.model in models:
            self.loss(params, x)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def enter(self, manager):
        with manager as self.model:
            return self
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def both(self, made):
        self.model, self.other = made
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== a method that gives the object another module, and returns it
class Trainer:
    def __init__(self):
        self.model = Net()
        self.rate = 0.1
    def with_rate(self, rate):
        self.rate = rate
        return self
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def with_model(self, model):
        self.model = model
        return self
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def swap(self, model, logger):
        self.model = model
        logger.log(self)
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== inner functions that set attributes, whenever they are called
class Trainer:
    def __init__(self, bus):
        self.model = Net()
        def swap(rate):
            self.rate = rate
        bus.on("swap", swap)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, bus):
        self.model = Net()
        def swap(model):
            self.model = model
        bus.on("swap", swap)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
        self.swap = lambda model: setattr(self, "model", model)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def listen(self, bus):
        def swap(model):
            self.model = model
        bus.on("swap", swap)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, MODELS))
def test_attributes(program):
    assert found(program) == marks(program)
