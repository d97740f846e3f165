"""The object whose method is followed by itself: the modules that its class is certain to give it."""

from __future__ import annotations

import pytest

from tests.programs import MODELS, cases, found, marks

PROGRAMS = """
== a module that the constructor stores
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
    def loss(self, params, x, key):
        return self.model.apply(params, x, True, rngs={"dropout": key})
--
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
    def swap(self, model):
        self.model = model
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
    def swap(self, model):
        object.__setattr__(self, "model", model)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
    def swap(self, **options):
        for name, value in options.items():
            setattr(self, name, value)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self, features):
        self.model = Net(features)
    def loss(self, params, x):
        return self.model.apply(params, x, True)
def plain():
    trainer = Trainer(4)
    trainer.model = Plain()
    return trainer
--
class Trainer:
    def __init__(self, features, plain):
        self.model = Plain() if plain else Net(features)
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== the constructor is inherited
class Base:
    def __init__(self, features):
        self.model = Net(features)
class Trainer(Base):
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Base:
    def __init__(self, features):
        self.model = Net(features)
class Trainer(Base):
    def __init__(self, features):
        self.model = Plain()
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== code that is not known is given the object
class Trainer:
    def __init__(self, logger):
        self.model = Net()
        self.logger = logger
    def loss(self, params, x):
        self.logger.watch(self)
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, logger):
        self.key = jax.random.key(0)
        self.logger = logger
    def first(self):
        a = jax.random.normal(self.key)
        self.logger.watch(self)
        return a + jax.random.normal(self.key)

== two ways to one class
class Trainer:
    def __init__(self, wide):
        if wide:
            self.model = Net(8)
        else:
            self.model = Net(4)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Rated(nn.Module):
    rate: float
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(self.rate, deterministic=False)(x)
class Trainer:
    def __init__(self, regular):
        if regular:
            self.model = Rated(0.5)
        else:
            self.model = Rated(0.0)
    def loss(self, x):
        return self.model.apply({}, x)

== a state that another method makes
class Trainer:
    def __init__(self):
        self.model = Net()
        self.state = None
    def setup_state(self, key, x):
        params = self.model.init(key, x, False)["params"]
        self.state = TrainState.create(apply_fn=self.model.apply, params=params, tx=optax.sgd(0.1))
    def predict(self, x):
        return self.state.apply_fn({"params": self.state.params}, x, True)  # ! RNG203
    def update(self, grads):
        self.state = self.state.apply_gradients(grads=grads)
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def setup_state(self, key, x):
        params = self.model.init(key, x, False)["params"]
        self.state = TrainState.create(apply_fn=self.model.apply, params=params, tx=optax.sgd(0.1))
    def restore(self, where):
        self.state = load(where)
    def predict(self, x):
        return self.state.apply_fn({"params": self.state.params}, x, True)
--
class Trainer:
    def build(self, plain):
        self.model = Plain() if plain else Net()
    def predict(self, params, x):
        return self.model.apply(params, x, True)

== a class that leaves its model to others
class Base:
    model_class: nn.Module = None
    def __init__(self, key, x):
        self._model = self.model_class()
        self.params = self._model.init(key, x, False)
    @property
    def model(self):
        return self._model
    def loss(self, x):
        return self.model.apply(self.params, x, True)  # ! RNG203
class Concrete(Base):
    model_class = Net
--
class Base:
    model_class: nn.Module = None
    def __init__(self, key, x):
        self._model = self.model_class()
        self.params = self._model.init({"params": key, "dropout": jax.random.fold_in(key, 1)}, x, False)
    def predict(self, x, key):
        return self._model.apply(self.params, x, False, rngs={"dropout": key})
class Concrete(Base):
    model_class = Net
class Other(Base):
    model_class = Plain
--
class Base:
    model_class: nn.Module = None
    def loss(self, params, x):
        return self.model_class().apply(params, x, True)
class Concrete(Base):
    model_class = Net
    def loss(self, params, x, key):
        return self.model_class().apply(params, x, True, rngs={"dropout": key})

== a model of one of two kinds, which all draw
class Regular(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(4)(nn.Dropout(0.2, deterministic=not train)(x))
class Trainer:
    def __init__(self, wide):
        self.model = Net() if wide else Regular()
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Regular(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(4)(nn.Dropout(0.2, deterministic=not train)(x))
class Trainer:
    def __init__(self, kind):
        if kind == "wide":
            self.model = Net()
        elif kind == "regular":
            self.model = Regular()
        else:
            self.model = Plain()
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Regular(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(4)(nn.Dropout(0.2, deterministic=not train)(x))
class Trainer:
    def __init__(self, wide, make):
        self.model = Net() if wide else Regular()
    def swap(self, model):
        self.model = model
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Regular(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(4)(nn.Dropout(0.2, deterministic=not train)(x))
class Trainer:
    def __init__(self, wide, make):
        self.model = Net() if wide else make()
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== a path that leaves the model as it was
class Trainer:
    def build(self, again):
        if again:
            self.model = Net()
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def build(self, again):
        if again:
            self.model = Net()
        else:
            self.model = None
    def loss(self, params, x):
        if self.model is not None:
            return self.model.apply(params, x, False)

== code that is not known is called while the model is made
class Trainer:
    def __init__(self, optimizer):
        self.optimizer = optimizer
    def build(self, key, x):
        self.model = Net()
        self.tx = self.make_optimizer(self.optimizer(0.1))
        self.params = self.model.init(key, x, False)
    def loss(self, x):
        return self.model.apply(self.params, x, True)  # ! RNG203
--
class Trainer:
    def build(self, key, x):
        self.model = Net()
        self.tx = self.make_optimizer()
        self.params = self.model.init(key, x, False)
    def replace(self, **options):
        self.__dict__.update(options)
    def loss(self, x):
        return self.model.apply(self.params, x, True)

== something is set on the model that holds keys
class Trainer:
    def __init__(self):
        self.key = jax.random.key(0)
        self.model = Net()
        self.model.renew = self.renew
    def renew(self):
        self.key, self.noise = jax.random.split(self.key)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self):
        self.key = jax.random.key(0)
        self.model = Net()
        self.model.renew = self.renew
    def renew(self):
        self.key, self.noise = jax.random.split(self.key)
    def loss(self, params, x):
        return self.model.apply(params, x, True, rngs={"dropout": self.noise})

== a function that an object was made with knows nothing of the object
class Sampler:
    def __init__(self, shape, activation):
        self.key = jax.random.key(0)
        self.activation = activation
    def sample(self):
        first = jax.random.normal(self.key, (3,))
        return first + self.activation(jax.random.normal(self.key, (3,)))  # ! RNG101
    def again(self):
        first = self.activation(jax.random.normal(self.key, (2,)))
        return first * jax.random.normal(self.key, (2,))  # ! RNG101
--
class Sampler(Base):
    def __init__(self, shape):
        self.key = jax.random.key(0)
    def again(self):
        first = self.renewing(jax.random.normal(self.key, (2,)))
        return first * jax.random.normal(self.key, (2,))

== a record that an inherited class method makes
import flax
class Base(flax.struct.PyTreeNode):
    @classmethod
    def create(cls, **config):
        return cls(**cls.parts(config), **config)
class Scaled(Base):
    @classmethod
    def create(cls, **config):
        return super().create(**config).replace(scale=2.0)
class Algorithm(Scaled):
    model: nn.Module = None
    @classmethod
    def parts(cls, config):
        return {"model": Net(config["features"])}
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
    def make_loss(self):
        def loss(params, x):
            return self.model.apply(params, x, True)  # ! RNG203
        return loss
--
import flax
class Base(flax.struct.PyTreeNode):
    @classmethod
    def create(cls, **config):
        return cls(**cls.parts(config), **config)
class Algorithm(Base):
    model: nn.Module = None
    @classmethod
    def parts(cls, config):
        if config["plain"]:
            return {"model": Plain()}
        return {"model": Net(config["features"])}
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
import flax
class Base(flax.struct.PyTreeNode):
    @classmethod
    def create(cls, **config):
        return cls(**config)
class Algorithm(Base):
    model: nn.Module = None
    @classmethod
    def parts(cls, config):
        return {"model": Net(config["features"])}
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== a state that is renewed in each step
class Trainer:
    def __init__(self, key, x):
        model = Net()
        params = model.init(key, x, False)["params"]
        self.state = TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))
    def step(self, x):
        grads = jax.grad(lambda params: self.state.apply_fn({"params": params}, x, True).sum())(  # ! RNG203
            self.state.params
        )
        self.state = self.state.apply_gradients(grads=grads)
--
class Trainer:
    def __init__(self, key, x):
        model = Net()
        params = model.init(key, x, False)["params"]
        self.state = TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))
    def load(self, state):
        self.state = state
    def step(self, x):
        grads = jax.grad(lambda params: self.state.apply_fn({"params": params}, x, True).sum())(self.state.params)
        self.state = self.state.apply_gradients(grads=grads)
--
class Trainer:
    def __init__(self, key, x):
        model = Net()
        params = model.init(key, x, False)["params"]
        self.state = TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))
    def step(self, x, key):
        rngs = {"dropout": jax.random.fold_in(key, self.state.step)}
        grads = jax.grad(lambda params: self.state.apply_fn({"params": params}, x, True, rngs=rngs).sum())(
            self.state.params
        )
        self.state = self.state.apply_gradients(grads=grads)

== attributes that are declared
import dataclasses
from flax import struct
@dataclasses.dataclass
class Trainer:
    model: Net
    lr: float = 0.1
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
@struct.dataclass
class Agent:
    net: "Net" = struct.field(pytree_node=False)
    def loss(self, params, x):
        return self.net.apply(params, x, True)  # ! RNG203
class Other:
    model: Net
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
import dataclasses
@dataclasses.dataclass
class Trainer:
    model: nn.Module
    def loss(self, params, x):
        return self.model.apply(params, x, True)
class Base(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dropout(0.5, deterministic=not train)(nn.Dense(4)(x))
class Quiet(Base):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(4)(x)
@dataclasses.dataclass
class Second:
    model: Base
    def loss(self, params, x):
        return self.model.apply(params, x, True)
class Third:
    model: Net
    def __init__(self, model):
        self.model = model.clone()
    def loss(self, params, x, key):
        return self.model.apply(params, x, True, rngs={"dropout": key})

== states of one's own, renewed step by step
from flax import struct
from typing import Any, Callable
@struct.dataclass
class Model:
    params: Any
    apply_fn: Callable = struct.field(pytree_node=False)
    @classmethod
    def create(cls, module, key, x):
        return cls(params=module.init(key, x, False), apply_fn=module.apply)
def update(actor, critic, x):
    actor.apply_fn(actor.params, x, True)  # ! RNG203
    critic.apply_fn(critic.params, x, True)
    return actor, critic, {}
class Learner:
    def __init__(self, seed, x):
        one, two = jax.random.split(jax.random.key(seed))
        self.actor = Model.create(Net(), one, x)
        self.critic = Model.create(Plain(), two, x)
    def update(self, x):
        actor, critic, info = update(self.actor, self.critic, x)
        self.actor = actor
        self.critic = critic
        return info
--
from flax import struct
from typing import Any, Callable
@struct.dataclass
class Model:
    params: Any
    apply_fn: Callable = struct.field(pytree_node=False)
class Learner:
    def __init__(self, seed, x):
        module = Net()
        self.actor = Model(module.init(jax.random.key(seed), x, False), module.apply)
    def update(self, model, x):
        actor = Model(self.actor.params, model.apply)
        self.actor = actor
    def loss(self, x):
        return self.actor.apply_fn(self.actor.params, x, True)
class Second:
    def __init__(self, seed, x):
        module = Net()
        self.actor = Model(module.init(jax.random.key(seed), x, False), module.apply)
    def update(self, x, actor):
        for actor in (actor, self.actor):
            pass
        self.actor = actor
    def loss(self, x):
        return self.actor.apply_fn(self.actor.params, x, True)

== agents that are made by a class method, or by a function
from flax import struct
from typing import Any, Callable
class Agent(struct.PyTreeNode):
    rng: Any
    actor: TrainState
    net: Any = struct.field(pytree_node=False)
    @classmethod
    def create(cls, seed, x):
        rng, key = jax.random.split(jax.random.key(seed))
        net = Net()
        actor = TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))
        return cls(rng=rng, actor=actor, net=net)
    def loss(self, x):
        return self.actor.apply_fn({}, x, True)  # ! RNG203
    def second(self, params, x):
        return self.net.apply(params, x, True)  # ! RNG203
class Other(struct.PyTreeNode):
    state: TrainState
    def loss(self, x):
        return self.state.apply_fn({}, x, True)  # ! RNG203
def make_other(seed, x):
    net = Net()
    state = TrainState.create(apply_fn=net.apply, params=net.init(jax.random.key(seed), x, False), tx=optax.sgd(0.1))
    return Other(state)
--
from flax import struct
from typing import Any, Callable
class Agent(struct.PyTreeNode):
    net: Any = struct.field(pytree_node=False)
    @classmethod
    def create(cls, net):
        return cls(net=net)
    @classmethod
    def default(cls):
        return cls(net=Net())
    def loss(self, params, x):
        return self.net.apply(params, x, True)
class Other(struct.PyTreeNode):
    net: Any = struct.field(pytree_node=False)
    def loss(self, params, x):
        return self.net.apply(params, x, True)
def make_other():
    return Other(Net())
def make_another(net):
    return Other(net)

== objects that hold the models of others
class Policy:
    def __init__(self, features):
        self.features = features
    def build(self, key, x):
        self.net = Net(self.features)
        self.state = TrainState.create(apply_fn=self.net.apply, params=self.net.init(key, x, False), tx=optax.sgd(0.1))
class Trainer:
    policy: Policy
    def __init__(self, policy_class, features):
        self.policy = policy_class(features)
    def loss(self, x):
        return self.run(self.policy.state, x)
    @staticmethod
    @jax.jit
    def run(state, x):
        return state.apply_fn(state.params, x, True)  # ! RNG203
class Second:
    def __init__(self, features):
        self.policy = Policy(features)
    def loss(self, params, x):
        return self.policy.net.apply(params, x, True)  # ! RNG203
--
class Policy:
    def __init__(self, features):
        self.features = features
    def build(self, key, x):
        self.net = Net(self.features)
class Trainer:
    policy: Policy
    def loss(self, params, x, key):
        return self.policy.net.apply(params, x, True, rngs={"dropout": key})
    def replace(self, net):
        self.policy.net = net
class Quiet:
    def __init__(self):
        self.model = Net()
class Third:
    def __init__(self, policy):
        self.policy = Quiet()
    def loss(self, params, x):
        return self.policy.model.apply(params, x, True)
    def swap(self, policy):
        self.policy = policy
class Fourth:
    def __init__(self, quiet):
        self.policy = Quiet() if quiet else Policy(4)
    def loss(self, params, x):
        return self.policy.model.apply(params, x, True)

== a module behind a property
class Trainer:
    def __init__(self, features):
        self._model = Net(features)
    @property
    def model(self):
        return self._model
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, features):
        self._model = Net(features)
    @property
    def model(self):
        return self._model
    @model.setter
    def model(self, model):
        self._model = model
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self):
        self._model = None
    @property
    def model(self):
        return self._model
    @model.setter
    def model(self, model):
        self._model = model
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== a module that a helper of the constructor makes
class Trainer:
    def __init__(self, features):
        self._build(features)
    def _build(self, features):
        self.model = Net(features)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, features):
        self.model = self.build(features)
    def build(self, features):
        raise NotImplementedError
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== a module that is changed in its copy
class Rated(nn.Module):
    rate: float = 0.5
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(self.rate, deterministic=False)(x)
class Trainer:
    def __init__(self):
        self.model = Rated().clone()
    def loss(self, x):
        return self.model.apply({}, x)  # ! RNG203
--
class Rated(nn.Module):
    rate: float = 0.5
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(self.rate, deterministic=False)(x)
class Trainer:
    def __init__(self):
        self.model = Rated().clone(rate=0.0)
    def loss(self, x):
        return self.model.apply({}, x)
--
class Rated(nn.Module):
    rate: float = 0.5
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(self.rate, deterministic=False)(x)
class Trainer:
    def __init__(self, rate):
        self.model = Rated().clone(rate=rate)
    def loss(self, x):
        return self.model.apply({}, x)

== a module of one's own, or one that is given
class Trainer:
    def __init__(self, features=None):
        self.model = Net() if features is None else Net(features)
    def loss(self, params, x):
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, model=None):
        self.model = model or Net()
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    def __init__(self, plain=False):
        self.model = Net()
        if plain:
            self.model = Plain()
    def loss(self, params, x):
        return self.model.apply(params, x, True)
--
class Trainer:
    model = Net()
    def __init__(self, model=None):
        if model is not None:
            self.model = model
    def loss(self, params, x):
        return self.model.apply(params, x, True)

== a method that sets the module before it runs it
class Trainer:
    def __init__(self):
        self.model = Plain()
    def loss(self, params, x):
        self.model = Net()
        return self.model.apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self):
        self.model = Net()
    def loss(self, params, x):
        self.model = Plain()
        return self.model.apply(params, x, True)

== a record that two functions make
from flax import struct
@struct.dataclass
class Agent:
    state: TrainState
    def loss(self, x):
        return self.state.apply_fn(self.state.params, x, True)  # ! RNG203
def small(key, x):
    net = Net(4)
    return Agent(TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1)))
def large(key, x):
    net = Net(8)
    return Agent(TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1)))
--
from flax import struct
@struct.dataclass
class Agent:
    state: TrainState
    def loss(self, x):
        return self.state.apply_fn(self.state.params, x, True)
def small(key, x):
    net = Net(4)
    return Agent(TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1)))
def quiet(key, x):
    net = Plain()
    return Agent(TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1)))

== an object that holds nothing which runs
class Timer:
    def start(self):
        self.time = 0.0
class Trainer:
    timer: Timer
    def __init__(self):
        self.timer = Timer()
        self.model = Net()
    def loss(self, params, x):
        self.timer.start()
        return self.model.apply(params, x, True)  # ! RNG203
--
class Timer:
    def start(self):
        self.time = 0.0
class Trainer:
    timer: Timer
    def __init__(self, model):
        self.timer = Timer()
        self.model = model
    def loss(self, params, x):
        self.timer.start()
        return self.model.apply(params, x, True)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, MODELS))
def test_receivers(program):
    assert found(program) == marks(program)
