"""Haiku: transformed functions, the keys that they ask for, and who runs them."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from tests.programs import HEAD, cases, found, marks

HAIKU = (
    HEAD
    + """\
import haiku as hk

x = jnp.ones((3, 4))


def noisy(x):
    return hk.dropout(hk.next_rng_key(), 0.5, x)


net = hk.transform(noisy)

"""
)

PROGRAMS = """
== a run that is not followed gets the key that was split
def step(state, layers):
    step_key, next_key = random.split(state.key)
    return hk.transform(lambda x: layers(x)).apply({}, state.key, x), next_key  # ! RNG106
--
def step(state, layers):
    step_key, next_key = random.split(state.key)
    return hk.transform(lambda x: layers(x)).apply({}, step_key, x), next_key
--
def step(state, layers):
    step_key, next_key = random.split(state.key)
    return hk.transform(lambda x: 2 * x).apply({}, state.key, x), next_key

== dropout without a rate
def forward(x, train):
    rate = 0.3 if train else 0.0
    return hk.dropout(hk.next_rng_key(), rate, hk.dropout(hk.next_rng_key(), rate, x))
model = hk.transform(forward)
for batch in jnp.split(x, 3):
    print(model.apply({}, key, batch, train=True))  # ! RNG102
--
def forward(x, train):
    rate = 0.3 if train else 0.0
    return hk.dropout(hk.next_rng_key(), rate, hk.dropout(hk.next_rng_key(), rate, x))
model = hk.transform(forward)
for batch in jnp.split(x, 3):
    print(model.apply({}, key, batch, train=False))
--
def forward(x, train):
    rate = 0.3 if train else 0.0
    return noisy(hk.dropout(hk.next_rng_key(), rate, x))
model = hk.transform(forward)
for batch in jnp.split(x, 3):
    print(model.apply({}, key, batch, train=False))  # ! RNG102
--
def forward(x, train):
    asked = hk.next_rng_key()
    x = hk.dropout(hk.next_rng_key(), 0.3 if train else 0.0, x)
    return x + random.normal(asked, x.shape)
model = hk.transform(forward)
for batch in jnp.split(x, 3):
    print(model.apply({}, key, batch, train=False))  # ! RNG102
--
def forward(x, rate):
    return hk.dropout(hk.next_rng_key(), rate, x)
model = hk.transform(forward)
def evaluate(rate):
    for batch in jnp.split(x, 3):
        print(model.apply({}, key, batch, rate))  # ! RNG102

== a sequence of what may be a number
def twice(key):
    return hk.PRNGSequence(key), random.normal(key)  # ! RNG101
def of_a_child(key):
    key, sub = random.split(key)
    one, two = hk.PRNGSequence(sub), hk.PRNGSequence(sub)  # ! RNG101
    return random.normal(next(one)) + random.normal(next(two)), key
--
class Base:
    def __init__(self, seed):
        self.keys = hk.PRNGSequence(seed)
class Agent(Base):
    def __init__(self, seed):
        super().__init__(seed)
        self.keys = hk.PRNGSequence(seed)
def runs(seed, settings):
    return [random.normal(next(hk.PRNGSequence(seed))) * setting for setting in settings]

== what init and apply are unpacked into
init, apply = hk.transform(noisy)
a = apply({}, key, x)
b = apply({}, key, 2 * x)  # ! RNG101
--
init, apply = hk.transform(noisy)
k1, k2 = random.split(key)
a = apply({}, k1, x)
b = apply({}, k2, 2 * x)

== an apply of old, which takes no key
old = hk.transform(lambda x: hk.Linear(2)(noisy(x)), apply_rng=False)
params = old.init(key, x)
print(old.apply(params, x))
--
new = hk.transform(lambda x: hk.Linear(2)(noisy(x)), apply_rng=True)
params = new.init(key, x)
print(new.apply(params, None, x))  # ! RNG401

== a method that is transformed
class Agent:
    def __init__(self):
        self._net = hk.transform(self._forward)
    def _forward(self, x):
        return noisy(x)
    def twice(self, k, x):
        return self._net.apply({}, k, x) + self._net.apply({}, k, 2 * x)  # ! RNG101
    def keyless(self, x):
        return self._net.apply({}, None, x)  # ! RNG401
--
class Agent:
    def __init__(self, training):
        self.training = training
        self._net = hk.transform(self._forward)
    def _forward(self, x):
        return noisy(x) if self.training else x
    def keyless(self, x):
        return self._net.apply({}, None, x)
--
class Agent:
    def __init__(self):
        self._net = hk.transform(self._forward)
    def _forward(self, x):
        return noisy(x)
    def change(self, other):
        self._net = other
    def keyless(self, x):
        return self._net.apply({}, None, x)

== a state that apply hands on
stateful = hk.transform_with_state(noisy)
y, state = stateful.apply({}, {}, key, x)
z, state = stateful.apply({}, state, key, 2 * x)  # ! RNG101
--
stateful = hk.transform_with_state(noisy)
y, state = stateful.apply({}, {}, None, x)  # ! RNG401
--
stateful = hk.transform_with_state(noisy)
k1, k2 = random.split(key)
y, state = stateful.apply({}, {}, k1, x)
z, state = stateful.apply({}, state, k2, 2 * x)

== a function that may draw
def sometimes(x, training):
    return noisy(x) if training else x

net = hk.transform(sometimes)
y = net.apply({}, None, x, some)
--
def sometimes(x, training):
    return noisy(x) if training else x

net = hk.transform(sometimes)
y = net.apply({}, None, x, True)  # ! RNG401

== a network that a class makes of a function
class Agent:
    def __init__(self, size):
        self.net = hk.transform(noisy)

    def evaluate(self, params, x):
        return self.net.apply(params, None, x)  # ! RNG401
--
class Agent:
    def __init__(self, size):
        self.net = hk.transform(lambda x: hk.Linear(size)(x))

    def evaluate(self, params, x):
        return self.net.apply(params, None, x)

== a key among the inputs of init
def rollout(start, x):
    return x + random.normal(random.split(start)[0], x.shape)

net = hk.transform(rollout)
params = net.init(key, key, x)
--
def rollout(start, x):
    return hk.Linear(4)(x) + random.normal(random.split(start)[0], x.shape)

net = hk.transform(rollout)
params = net.init(key, key, x)
y = net.apply(params, None, key, x)  # ! RNG101
--
def rollout(start, x):
    return x + random.normal(random.split(start)[0], x.shape)

net = hk.transform(rollout)
params = net.init(key, key, x)
y = net.apply(params, None, key, x)

== what makes no parameters uses up no key
class Logit(hk.Module):
    def __init__(self, alpha):
        super().__init__()
        self.alpha = alpha

    def __call__(self, x):
        x = x.astype(jnp.float32)
        return jnp.log(x + self.alpha) - jnp.log(1 - x)

logit = hk.transform(lambda x: hk.Sequential([Logit(0.1), lambda y: y / 2])(x))
logit.init(key, x)
net = hk.without_apply_rng(hk.transform(lambda x: hk.Sequential([hk.Linear(4), jnp.tanh])(x)))
params = net.init(key, x)
--
class Scale(hk.Module):
    def __call__(self, x):
        return x * hk.get_parameter("scale", [], init=hk.initializers.RandomNormal())

net = hk.transform(lambda x: Scale()(x))
net.init(key, x)
other = hk.transform(lambda x: hk.Linear(4)(x))
params = other.init(key, x)  # ! RNG101
--
net = hk.transform(lambda x: x + random.normal(hk.next_rng_key(), x.shape))
net.init(key, x)
other = hk.transform(lambda x: hk.Linear(4)(x))
params = other.init(key, x)  # ! RNG101
--
import layers

net = hk.transform(lambda x: layers.encode(x))
net.init(key, x)
other = hk.transform(lambda x: hk.Linear(4)(x))
params = other.init(key, x)  # ! RNG101

== layers one after the other
net = hk.transform(lambda x: hk.Sequential([hk.Linear(4), noisy])(x))
y = net.apply(params, None, x)  # ! RNG401
--
net = hk.transform(lambda x: hk.Sequential([hk.Linear(4), jnp.tanh])(x))
y = net.apply(params, None, x)

== keys for each lane
def forward(rows):
    return hk.vmap(noisy, split_rng=True)(rows)
--
def forward(rows):
    return hk.vmap(noisy, split_rng=False)(rows)  # ! RNG403
--
def forward(rows):
    return jax.vmap(lambda row, key: hk.dropout(key, 0.5, row))(rows, jnp.stack(hk.next_rng_keys(3)))
--
def forward(rows):
    key = hk.next_rng_key()
    return jax.vmap(lambda row: hk.dropout(key, 0.5, row))(rows)  # ! RNG109

== keys for each step
def forward(rows):
    return hk.scan(lambda carry, row: (carry, noisy(row)), 0, rows)
--
def forward(rows):
    return lax.scan(lambda carry, row: (carry, noisy(row)), 0, rows)  # ! RNG403
--
def forward(rows):
    return [noisy(row) for row in rows]

== a run within a run
def outer(x):
    return net.apply({}, hk.next_rng_key(), x) + noisy(x)

y = hk.transform(outer).apply({}, key, x)
--
def outer(x):
    return net.apply({}, None, x)  # ! RNG401

y = hk.transform(outer).apply({}, key, x)

== sequences of keys
one = hk.PRNGSequence(1)
two = hk.PRNGSequence(1)  # ! RNG105
--
one = hk.PRNGSequence(1)
two = hk.PRNGSequence(2)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, HAIKU))
def test_haiku(program: str) -> None:
    assert found(program) == marks(program)


def test_a_function_that_is_not_known_may_not_draw() -> None:
    assert lint(HAIKU + "def f(g, params):\n    return hk.transform(g).apply(params, None, x)\n") == []
