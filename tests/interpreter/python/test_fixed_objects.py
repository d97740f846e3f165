"""Which module a call runs: as methods and inner functions that nobody in sight calls know it from the code around."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

HEAD = """\
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from flax.training.train_state import TrainState


class Net(nn.Module):
    features: int = 4

    @nn.compact
    def __call__(self, x, train):
        return nn.Dropout(0.5, deterministic=not train)(nn.Dense(self.features)(x))


class Plain(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(4)(x)


"""

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

== a function made in another one
def make(features):
    model = Net(features)
    @jax.jit
    def step(params, x):
        return model.apply(params, x, True)  # ! RNG203
    return step
--
def make(features):
    model = Net(features)
    @jax.jit
    def step(params, x, key):
        return model.apply(params, x, True, rngs={"dropout": key})
    return step
--
def make(features, plain):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)
    if plain:
        model = Plain()
    return step
--
def make(features, plain):
    if plain:
        model = Plain()
    else:
        model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)
    return step

== an inner function sets the name anew
def make(features):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)  # ! RNG203
    def swap():
        model = Plain()
        return model
    return step, swap
--
def make(features):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)
    def swap():
        nonlocal model
        model = Plain()
    return step, swap

== a name of the outer function hides a global one
on = True
def make(features):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, on)  # ! RNG203
    return step
--
on = True
def make(features, switch):
    model = Net(features)
    on = switch()
    def step(params, x):
        return model.apply(params, x, on)
    return step

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

== a class under a lifted transform
import functools
@functools.partial(nn.scan, variable_axes={"params": 0}, split_rngs={"params": True}, length=3)  # ! RNG210
class Layer(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return nn.Dropout(0.1, deterministic=False)(nn.Dense(3)(x)), None
class Outer(nn.Module):
    @nn.compact
    def __call__(self, x):
        return Layer()(x, None)[0]
--
import functools
@functools.partial(nn.scan, variable_axes={"params": 0}, split_rngs={"params": True, "dropout": True}, length=3)
class Layer(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return nn.Dropout(0.1, deterministic=False)(nn.Dense(3)(x)), None
class Outer(nn.Module):
    @nn.compact
    def __call__(self, x):
        return Layer()(x, None)[0]

== shapes only
def shapes(x, key):
    return jax.eval_shape(Net().init, {"dropout": key}, x, True)  # ! RNG202
def table(x, key):
    return Net().tabulate({"dropout": key}, x, True, depth=1)  # ! RNG202
def paths(x, key):
    return Net().module_paths({"dropout": key}, x, train=True)  # ! RNG202
--
def shapes(x, key):
    first = jax.eval_shape(Net().init, {"params": key, "dropout": key}, x, True)
    print(Net().tabulate({"params": key, "dropout": key}, x, True, depth=1))
    jax.eval_shape(lambda k: (jax.random.normal(k), jax.random.normal(k)), key)
    return first, Net().init(key, x, True)

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

== a package that may be missing
try:
    import wandb
    LOGGED = True
except ImportError:
    LOGGED = False
class Late(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=False)(x)
def loss(x):
    return Late().apply({}, x)  # ! RNG203
--
try:
    import wandb
    LOGGED = True
except ImportError:
    LOGGED = False
class Late(nn.Module):
    quiet: bool = LOGGED
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=self.quiet)(x)
def loss(x):
    return Late().apply({}, x)

== what only type checkers see
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from wandb import Run
class Late(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=False)(x)
def loss(model: Late, x, run: "Run"):
    return model.apply({}, x)  # ! RNG203
--
import typing
if typing.TYPE_CHECKING:
    train = True
else:
    train = False
def loss(params, x):
    return Net().apply(params, x, train)

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

== a state from a checkpoint
from flax import serialization
from flax.training import checkpoints
def make(key, x):
    model = Net()
    params = model.init(key, x, False)["params"]
    return TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))
def main(key, x, where):
    state = checkpoints.restore_checkpoint(where, make(key, x))
    return state.apply_fn({"params": state.params}, x, True)  # ! RNG203
--
from flax import serialization
from flax.training import checkpoints
def make(key, x):
    model = Net()
    params = model.init(key, x, False)["params"]
    return TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))
def main(key, x, where, drop):
    state = checkpoints.restore_checkpoint(where, make(key, x))
    return state.apply_fn({"params": state.params}, x, True, rngs={"dropout": drop})

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

== states that one method makes and another takes
class Algorithm:
    def __init__(self, features):
        self.net = Net(features)
        self.plain = Plain()
    def init(self, key, x):
        key, one, two = jax.random.split(key, 3)
        state = TrainState.create(apply_fn=self.net.apply, params=self.net.init(one, x, False), tx=optax.sgd(0.1))
        plain = TrainState.create(apply_fn=self.plain.apply, params=self.plain.init(two, x, False), tx=optax.sgd(0.1))
        return {"net": state, "plain": plain, "key": key}
    def update(self, state, x):
        def loss(params):
            state["plain"].apply_fn(params, x, True)
            return state["net"].apply_fn(params, x, True).sum()  # ! RNG203
        return {**state, "net": state["net"].apply_gradients(grads=jax.grad(loss)(state["net"].params))}
--
class Algorithm:
    def __init__(self, features):
        self.net = Net(features)
    def init(self, key, x):
        state = TrainState.create(apply_fn=self.net.apply, params=self.net.init(key, x, False), tx=optax.sgd(0.1))
        return {"net": state}
    def init_other(self, net, key, x):
        return {"net": TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))}
    def update(self, state, x):
        return state["net"].apply_fn(state["net"].params, x, True).sum()
class Second:
    def __init__(self, features):
        self.net = Net(features)
    def init(self, key, x):
        state = TrainState.create(apply_fn=self.net.apply, params=self.net.init(key, x, False), tx=optax.sgd(0.1))
        return {"net": state}
    def update(self, state, x):
        return state["net"].apply_fn(state["model"], x, True).sum()

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

== records of states, and functions that make and take states
from flax import struct
from typing import Any
@struct.dataclass
class Both:
    net: TrainState
    plain: TrainState
    rng: Any
class Algorithm:
    def __init__(self, features):
        self.net, self.plain = Net(features), Plain()
    def start(self, rng, x):
        rng, one, two = jax.random.split(rng, 3)
        net = TrainState.create(apply_fn=self.net.apply, params=self.net.init(one, x, False), tx=optax.sgd(0.1))
        plain = TrainState.create(apply_fn=self.plain.apply, params=self.plain.init(two, x, False), tx=optax.sgd(0.1))
        return Both(net=net, plain=plain, rng=rng)
    def loss(self, state, x):
        state.plain.apply_fn({}, x, True)
        return state.net.apply_fn({}, x, True)  # ! RNG203
def start(rng, x):
    rng, key = jax.random.split(rng)
    net = Net()
    state = TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))
    return {"student": state, "rng": rng}
def loss(state, x):
    rng, key = jax.random.split(state["rng"])
    return state["student"].apply_fn({}, x, True)  # ! RNG203
--
from flax import struct
from typing import Any
@struct.dataclass
class Both:
    net: TrainState
    rng: Any
class Algorithm:
    def __init__(self, features):
        self.net = Net(features)
    def start(self, rng, x, quiet):
        net = self.net if quiet else Plain()
        return Both(net=TrainState.create(apply_fn=net.apply, params=net.init(rng, x, False), tx=None), rng=rng)
    def loss(self, state, x):
        return state.net.apply_fn({}, x, True)
def start(net, rng, x):
    rng, key = jax.random.split(rng)
    state = TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))
    return {"student": state, "rng": rng}
def loss(state, x):
    rng, key = jax.random.split(state["rng"])
    return state["student"].apply_fn({}, x, True)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, HEAD))
def test_what_the_code_around_has_made(program):
    assert found(program) == marks(program), program
