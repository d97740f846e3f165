"""Keys that other libraries consume, and functions that the user has named."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.semantics.libraries import read_consumers
from tests.programs import HEAD, cases, found, marks

LIBRARIES = (
    HEAD
    + """\
import blackjax
import distrax
import equinox as eqx
import haiku as hk
import numpyro
import numpyro.distributions as dist
import optax
from flax import linen as nn
from flax.training import common_utils
from tensorflow_probability.substrates import jax as tfp

tfd = tfp.distributions
x = jnp.ones((3, 4))

"""
)

PROGRAMS = """
== a Flax initialiser
init = nn.initializers.lecun_normal()
a = init(key, (3, 4))
b = random.normal(key, (3, 4))  # ! RNG101
--
init = nn.initializers.lecun_normal()
k1, k2 = random.split(key)
a = init(k1, (3, 4))
b = random.normal(k2, (3, 4))
--
a = nn.initializers.zeros(key, (3, 4))
b = random.normal(key, (3, 4))

== an initialiser of NNX
from flax import nnx
a = nnx.initializers.lecun_normal()(key, (3, 4))
b = nnx.initializers.he_normal()(key, (3, 4))  # ! RNG101
--
from flax import nnx
k1, k2 = random.split(key)
a = nnx.initializers.lecun_normal()(k1, (3, 4))
b = nnx.initializers.he_normal()(k2, (3, 4))

== Flax splits a key for its devices
rngs = common_utils.shard_prng_key(key)
noise = random.normal(key)  # ! RNG101
--
key, subkey = random.split(key)
rngs = common_utils.shard_prng_key(subkey)
noise = random.normal(key)
--
for step in range(3):
    key, subkey = random.split(key)
    rngs = common_utils.shard_prng_key(subkey)

== a distribution of NumPyro
a = dist.Normal(0.0, 1.0).sample(key, (3,))
b = dist.Gamma(2.0).sample(key, (3,))  # ! RNG101
--
k1, k2 = random.split(key)
a = dist.Normal(0.0, 1.0).sample(k1, (3,))
b = dist.Gamma(2.0).sample(key=k2, sample_shape=(3,))
--
a = dist.Delta(1.0).sample(key)
b = dist.Gamma(2.0).sample(key, (3,))
--
p = dist.Normal(0.0, 1.0)
a, b = p.log_prob(x), p.sample(key)

== a distribution made from another
p = dist.Normal(0.0, 1.0).expand([3]).to_event(1)
a = p.sample(key)
b = random.uniform(key)  # ! RNG101
--
p = dist.Normal(0.0, 1.0).expand([3]).to_event(1)
a = p.sample(key)
b = p.mean

== a distribution that is called
a = dist.Normal(0.0, 1.0)(rng_key=key)
b = random.uniform(key)  # ! RNG101
--
a = dist.Normal(0.0, 1.0)(sample_shape=(3,))
b = random.uniform(key)

== the same distribution in a loop
for scale in (0.1, 1.0):
    noise = dist.Normal(0.0, scale).sample(key)  # ! RNG102
--
for k in random.split(key, 2):
    noise = dist.Normal(0.0, 1.0).sample(k)

== a sample site with a key
a = numpyro.sample("a", dist.Normal(0.0, 1.0), rng_key=key)
b = numpyro.sample("b", dist.Normal(0.0, 1.0), rng_key=key)  # ! RNG101
--
a = numpyro.sample("a", dist.Normal(0.0, 1.0), rng_key=key)
b = numpyro.sample("b", dist.Normal(0.0, 1.0), obs=x, rng_key=key)
--
def model(data=None):
    a = numpyro.sample("a", dist.Normal(0.0, 1.0))
    return numpyro.sample("b", dist.Normal(a, 1.0), obs=data)

== one key for two inferences
def infer(model, guide, key, data):
    mcmc = numpyro.infer.MCMC(numpyro.infer.NUTS(model), num_warmup=10, num_samples=10)
    mcmc.run(key, data)
    return numpyro.infer.Predictive(model, mcmc.get_samples())(key, data)  # ! RNG101
--
def infer(model, guide, key, data):
    run_key, predict_key = random.split(key)
    mcmc = numpyro.infer.MCMC(numpyro.infer.NUTS(model), num_warmup=10, num_samples=10)
    mcmc.run(run_key, data)
    return numpyro.infer.Predictive(model, mcmc.get_samples())(predict_key, data)
--
def infer(model, guide, key, data):
    trace = numpyro.handlers.trace(numpyro.handlers.seed(model, key)).get_trace(data)
    mcmc = numpyro.infer.MCMC(numpyro.infer.NUTS(model), num_warmup=10, num_samples=10)
    if data is None:
        mcmc.run(key)
    else:
        mcmc.run(key, data)

== a distribution of distrax
def act(key, logits):
    action = distrax.Categorical(logits=logits).sample(seed=key)
    noise, _ = distrax.Normal(0.0, 1.0).sample_and_log_prob(seed=key)  # ! RNG101
    return action, noise
--
def act(key, logits):
    k1, k2 = random.split(key)
    action = distrax.Categorical(logits=logits).sample(seed=k1)
    noise, _ = distrax.Normal(0.0, 1.0).sample_and_log_prob(seed=k2)
    return action, noise
--
def act(key, logits):
    action = distrax.Categorical(logits=logits).sample(seed=0)
    return action, distrax.Deterministic(logits).sample(seed=key), random.normal(key)

== a distribution of TFP
def act(key, logits):
    action = tfd.Categorical(logits=logits).sample((3,), key)
    return action, tfd.Normal(0.0, 1.0).sample(seed=key)  # ! RNG101
--
def act(key, logits):
    k1, k2 = random.split(key)
    return tfd.Categorical(logits=logits).sample((3,), k1), tfd.Normal(0.0, 1.0).sample(seed=k2)

== a distribution that an unknown function returns
def act(key, policy, x):
    key, subkey = random.split(key)
    a = policy(x).sample(seed=subkey)
    b = policy(-x).sample(seed=subkey)  # ! RNG101
    return key, a, b
--
def act(key, policy, x):
    key, k1, k2 = random.split(key, 3)
    return key, policy(x).sample(seed=k1), policy(-x).sample(seed=k2)
--
def act(key, policy, x):
    key, subkey = random.split(key)
    p = policy(x)
    return key, p.sample(seed=subkey), p.sample_and_log_prob(seed=subkey)[1]
--
import numpy as np
def check(joint, parts, others, key):
    (subkey,) = random.split(key, 1)
    np.testing.assert_allclose(joint(key), parts[0].sample(seed=subkey))
    np.testing.assert_allclose(joint(key), others[0].sample(seed=subkey))
--
def pick(frame, other, seed):
    return frame.sample(3, seed=seed), other.sample(3, seed=seed)

== antithetic samples of a distribution
p = distrax.Normal(0.0, 1.0)
a = p.sample(seed=key)
b = 2 * p.sample(seed=key)  # ! RNG101
--
p = distrax.Normal(0.0, 1.0)
a = p.sample(seed=key)
b = -p.sample(seed=key)

== layers of Equinox
class Net(eqx.Module):
    first: eqx.nn.Linear
    second: eqx.nn.Linear

    def __init__(self, key):
        self.first = eqx.nn.Linear(4, 4, key=key)
        self.second = eqx.nn.Linear(4, 4, key=key)  # ! RNG101
--
class Net(eqx.Module):
    first: eqx.nn.Linear
    second: eqx.nn.Linear

    def __init__(self, key):
        k1, k2 = random.split(key)
        self.first = eqx.nn.Linear(4, 4, key=k1)
        self.second = eqx.nn.Linear(4, 4, key=k2)
--
layer = eqx.nn.Linear(4, 4, key=key)
y = layer(x[0], key=key)
z = eqx.nn.LayerNorm(4)(x[0], key=key)

== equal layers in a loop
layers = [eqx.nn.Linear(4, 4, key=key) for _ in range(3)]  # ! RNG102
--
layers = [eqx.nn.Linear(4, 4, key=k) for k in random.split(key, 3)]

== blocks of one Equinox module
class Block(eqx.Module):
    linear: eqx.nn.Linear

    def __init__(self, key):
        self.linear = eqx.nn.Linear(4, 4, key=key)

class Net(eqx.Module):
    first: Block
    second: Block

    def __init__(self, key):
        self.first = Block(key)
        self.second = Block(key)  # ! RNG101
--
class Block(eqx.Module):
    linear: eqx.nn.Linear

    def __init__(self, key):
        self.linear = eqx.nn.Linear(4, 4, key=key)

net, target = Block(key), Block(key)
--
class Agent:
    def __init__(self, key):
        self.net = eqx.nn.MLP(4, 2, 8, 2, key=key)
        self.target = eqx.nn.MLP(4, 2, 8, 2, key=key)

== an Equinox module that splits its key
class Net(eqx.Module):
    def __init__(self, size, key):
        k1, k2 = random.split(key)
        self.scale = random.normal(k1, (size,))
        self.linear = eqx.nn.Linear(size, size, key=k2)

net, target = Net(4, key), Net(8, key)  # ! RNG101
--
class Net(eqx.Module):
    def __init__(self, size, key):
        k1, k2 = random.split(key)
        self.scale = random.normal(k1, (size,))
        self.linear = eqx.nn.Linear(size, size, key=k2)

net, target = Net(4, key), Net(4, key)

== an ensemble of equal Equinox modules
class Net(eqx.Module):
    def __init__(self, key):
        self.scale = random.normal(key, (3,))

nets = [Net(key) for _ in range(4)]  # ! RNG102
--
class Net(eqx.Module):
    def __init__(self, key):
        self.scale = random.normal(key, (3,))

nets = [Net(k) for k in random.split(key, 4)]

== two models of Equinox
actor = eqx.nn.MLP(4, 2, 8, 2, key=key)
critic = eqx.nn.MLP(4, 1, 8, 2, key=key)  # ! RNG101
--
actor_key, critic_key = random.split(key)
actor = eqx.nn.MLP(4, 2, 8, 2, key=actor_key)
critic = eqx.nn.MLP(4, 1, 8, 2, key=critic_key)

== dropout of Equinox
dropout = eqx.nn.Dropout(0.5)
a, b = dropout(x, key=key), dropout(x + 1, key=key)  # ! RNG101
--
dropout = eqx.nn.Dropout(0.5)
a, b = dropout(x, key=key), dropout(x + 1, key=key, inference=True)
--
dropout = eqx.nn.Dropout(0.5, inference=True)
a, b = dropout(x, key=key), dropout(x + 1, key=key)
--
dropout = eqx.nn.Dropout(0.5)
if yes:
    a = dropout(x, key=key, inference=no)
if no:
    b = dropout(x, key=key)

== a step under filter_jit
@eqx.filter_jit
def step(model, x, key):
    return model(x + random.normal(key, x.shape))
for _ in range(3):
    y = step(jnp.sum, x, key)  # ! RNG102
--
@eqx.filter_jit
def step(model, x, key):
    return model(x + random.normal(key, x.shape))
for k in random.split(key, 3):
    y = step(jnp.sum, x, k)

== models of Haiku
actor, critic = hk.transform(lambda x: hk.Linear(2)(x)), hk.without_apply_rng(hk.transform(lambda x: hk.Linear(1)(x)))
def start(key, x):
    return actor.init(key, x), critic.init(key, x)  # ! RNG101
--
actor, critic = hk.transform(lambda x: hk.Linear(2)(x)), hk.without_apply_rng(hk.transform(lambda x: hk.Linear(1)(x)))
def start(key, x):
    actor_key, critic_key = random.split(key)
    return actor.init(actor_key, x), critic.init(critic_key, x)
--
net = hk.transform(lambda x: hk.Linear(2)(x))
def start(key, x):
    return net.init(key, x), net.init(key, x[:1])
--
net = hk.transform(lambda x: hk.Linear(2)(x))
def run(key, x):
    params = net.init(key, x)
    return [net.apply(params, key, row) for row in x]

== a sequence of Haiku
rng = hk.PRNGSequence(key)
a = random.normal(next(rng))
b = random.normal(key)  # ! RNG101
--
rng = hk.PRNGSequence(key)
a = random.normal(next(rng))
b = random.normal(next(rng))
--
rng = hk.PRNGSequence(42)
for _ in range(3):
    a = random.normal(next(rng))

== dropout of Haiku
def forward(x):
    k = hk.next_rng_key()
    return hk.dropout(k, 0.5, x) + hk.dropout(k, 0.5, -x)  # ! RNG101
--
def forward(x):
    return hk.dropout(hk.next_rng_key(), 0.5, x) + hk.dropout(hk.next_rng_key(), 0.5, -x)

== a sampler of BlackJAX
def sample(logdensity, key, position):
    nuts = blackjax.nuts(logdensity, 1e-3, jnp.ones(2))
    state = nuts.init(position)
    for _ in range(10):
        state, _ = nuts.step(key, state)  # ! RNG102
    return state
--
def sample(logdensity, key, position):
    nuts = blackjax.nuts(logdensity, 1e-3, jnp.ones(2))
    state = nuts.init(position)
    for k in random.split(key, 10):
        state, _ = nuts.step(k, state)
    return state

== the warm-up of BlackJAX
def sample(logdensity, key, position):
    (state, parameters), _ = blackjax.window_adaptation(blackjax.nuts, logdensity).run(key, position, num_steps=100)
    step = jax.jit(blackjax.nuts(logdensity, **parameters).step)
    return random.normal(key), state  # ! RNG101
--
def sample(logdensity, key, position):
    key, warmup_key = random.split(key)
    (state, parameters), _ = blackjax.window_adaptation(blackjax.nuts, logdensity).run(warmup_key, position, 100)
    return random.normal(key), state

== a kernel of BlackJAX
kernel = blackjax.nuts.build_kernel()
def sample(logdensity, key, state):
    first, _ = kernel(key, state, logdensity, 1e-3, jnp.ones(2))
    return kernel(key, first, logdensity, 1e-3, jnp.ones(2))  # ! RNG101
--
kernel = blackjax.nuts.build_kernel()
def sample(logdensity, key, state):
    k1, k2 = random.split(key)
    first, _ = kernel(k1, state, logdensity, 1e-3, jnp.ones(2))
    return kernel(k2, first, logdensity, 1e-3, jnp.ones(2))

== noise of Optax
tx = optax.chain(optax.add_noise(0.1, 0.5, key), optax.sgd(0.1))
params = random.normal(key, (3,))  # ! RNG101
--
k1, k2 = random.split(key)
tx = optax.chain(optax.add_noise(0.1, 0.5, key=k1), optax.sgd(0.1))
params = random.normal(k2, (3,))
--
tx, same = optax.noisy_sgd(0.1, key=key), optax.noisy_sgd(0.1, key=key)

== random trees of Optax
a = optax.tree_utils.tree_random_like(key, {"w": x})
b = optax.tree.random_like(key, {"w": x}, random.uniform)  # ! RNG101
--
k1, k2 = random.split(key)
a = optax.tree_utils.tree_random_like(k1, {"w": x})
b = optax.tree.random_like(k2, {"w": x}, random.uniform)

== a perturbed function of Optax
f = optax.perturbations.make_perturbed_fun(jnp.argmax, 10, 0.1)
for row in x:
    y = f(key, row)  # ! RNG102
--
f = optax.perturbations.make_perturbed_fun(jnp.argmax, 10, 0.1)
for row, k in zip(x, random.split(key, 3)):
    y = f(k, row)

== text of a Transformers model
from transformers import FlaxGPT2LMHeadModel
model = FlaxGPT2LMHeadModel.from_pretrained("gpt2")
for ids in x:
    y = model.generate(ids, do_sample=True, prng_key=key)  # ! RNG102
--
from transformers import FlaxGPT2LMHeadModel
model = FlaxGPT2LMHeadModel.from_pretrained("gpt2")
for ids in x:
    key, subkey = random.split(key)
    y = model.generate(ids, do_sample=True, prng_key=subkey)
--
from transformers import FlaxGPT2LMHeadModel
model = FlaxGPT2LMHeadModel.from_pretrained("gpt2")
for ids in x:
    y = model.generate(ids, num_beams=4, prng_key=key)

== dropout of a Transformers model
from transformers import FlaxBertModel
model = FlaxBertModel.from_pretrained("bert-base-cased")
for ids in x:
    y = model(ids, params=model.params, dropout_rng=key, train=True)  # ! RNG102
--
from transformers import FlaxBertModel
model = FlaxBertModel.from_pretrained("bert-base-cased")
for ids in x:
    key, subkey = random.split(key)
    y = model(ids, params=model.params, dropout_rng=subkey, train=True)
--
from transformers import FlaxLlamaModel
model = FlaxLlamaModel.from_pretrained("a-model-that-may-have-no-dropout")
y = model(x, train=True)

== dropout of a Transformers model that does not train
from transformers import FlaxAutoModel
model = FlaxAutoModel.from_config(config)
y = model(x, dropout_rng=key)  # ! RNG205
z = model(x, dropout_rng=key, train=False)  # ! RNG205
--
from transformers import FlaxAutoModel, FlaxOPTModel
model, other = FlaxAutoModel.from_pretrained("it"), FlaxOPTModel.from_pretrained("it")
def forward(batch, key, train):
    return model(**batch, dropout_rng=key, train=train)
y = other(x, dropout_rng=key, deterministic=False)

== a sample that is repeated in order to compare
p = dist.Normal(0.0, 1.0)
a = p.sample(key, (3,))
b = p.rsample(key, (3,)) + 1  # ! RNG101
--
import numpy as np
p = dist.Normal(0.0, 1.0)
np.testing.assert_allclose(p.sample(key, (3,)), p.rsample(key, (3,)))

== arguments that the call does not show
def f(key, *shapes):
    a = dist.Normal(0.0, 1.0).sample(key, *shapes)
    return a + random.normal(key)  # ! RNG101
--
def f(key, **options):
    a = dist.Normal(0.0, 1.0).sample(key, **options)
    return a + random.normal(key)  # ! RNG101
--
def f(key, options):
    a = dist.Normal(0.0, 1.0).sample(**options)
    return a + random.normal(key)
--
def f(key, options):
    dropout = eqx.nn.Dropout(0.5)
    return dropout(x, key=key, **options), dropout(x + 1, key=key, **options)
--
def f(key, options):
    dropout = eqx.nn.Dropout(**options)
    return dropout(x, key=key), dropout(x + 1, key=key)

== dropout that a flag turns off
def f(key, off):
    dropout = eqx.nn.Dropout(0.5)
    return dropout(x, key=key, inference=off), dropout(x + 1, key=key, inference=off)  # ! RNG101
--
def f(key, off):
    dropout = eqx.nn.Dropout(0.5)
    return dropout(x, key=key, inference=off), dropout(x + 1, key=key, inference=not off)

== a sample site that is observed on some paths
def f(key, data):
    a = numpyro.sample("a", dist.Normal(0.0, 1.0), rng_key=key)
    if data is None:
        a += numpyro.sample("b", dist.Normal(0.0, 1.0), obs=data, rng_key=key)  # ! RNG101
    return a
--
def f(key, data):
    a = numpyro.sample("a", dist.Normal(0.0, 1.0), rng_key=key)
    if data is not None:
        a += numpyro.sample("b", dist.Normal(0.0, 1.0), data, rng_key=key)
    return a

== the keys of devices
def f(key):
    keys = common_utils.shard_prng_key(key)
    return random.normal(keys[0]) + random.uniform(keys[0])  # ! RNG101
--
def f(key):
    keys = common_utils.shard_prng_key(key)
    return random.normal(keys[0]) + random.normal(keys[1])

== distributions under vmap
def f(keys):
    p = dist.Normal(0.0, 1.0)
    return jax.vmap(p.sample)(keys) + jax.vmap(random.uniform)(keys)  # ! RNG101
--
def f(keys, others):
    p = dist.Normal(0.0, 1.0)
    return jax.vmap(p.sample)(keys) + jax.vmap(lambda k: p.sample(k))(others)

== a distribution under jit
draw = jax.jit(lambda k: dist.Normal(0.0, 1.0).sample(k))
draw(key)
draw(key)  # ! RNG101
--
draw = jax.jit(lambda k: dist.Normal(0.0, 1.0).sample(k))
draw(key)
draw(random.key(1))

== a distribution with a parameter that is masked
p = dist.Normal(0.0, 1.0).mask(False)
a = p.sample(key)
b = random.uniform(key)  # ! RNG101
--
p = dist.Normal(0.0, 1.0).mask(False)
a, b = p.sample(key), p.entropy()

== many keys of a sequence of Haiku
rng = hk.PRNGSequence(key)
a, b = rng.take(2)
c = random.normal(key)  # ! RNG101
--
rng = hk.PRNGSequence(key)
a, b = rng.take(2)
c = random.normal(a) + random.normal(b)
--
rng = hk.PRNGSequence(key)
noise = [random.normal(k) for k, _ in zip(rng, range(3))]

== environments and buffers
import flashbax
import gymnax
env, params = gymnax.make("CartPole-v1")
obs, state = env.reset(key, params)
obs, state, reward, done, _ = env.step(key, state, 0, params)  # ! RNG101
buffer = flashbax.make_item_buffer(8, 2, 2)
batch = buffer.sample(state, random.fold_in(key, 3))
--
import brax.envs
import jaxmarl
import jumanji
import navix
import pgx
k1, k2, k3, k4, k5, k6 = random.split(key, 6)
a = brax.envs.create("ant").reset(k1)
b = jumanji.make("Snake-v1").reset(k2)
c = navix.make("Navix-Empty-8x8-v0").reset(k3)
d = jaxmarl.make("MPE_simple_v3").reset(k4)
game = pgx.make("2048")
e = game.step(game.init(k5), 0, k6)
f = [brax.envs.get_environment("ant").reset(k) for k in random.split(random.key(2))]
--
import flashbax
buffer = flashbax.make_prioritised_trajectory_buffer(8, 2)
for step in range(3):
    batch = buffer.sample(x, key)  # ! RNG102
--
import brax.envs
env = brax.envs.create("ant")
state = env.reset(key)
for step in range(3):
    state = env.step(state, x)

== a search and a strategy
import evosax
import mctx
strategy = evosax.CMA_ES(popsize=8, num_dims=2)
state = strategy.initialize(key)
params, state = strategy.ask(key, state)  # ! RNG101
--
import evosax
import mctx
k1, k2, k3 = random.split(key, 3)
strategy = evosax.CMA_ES(popsize=8, num_dims=2)
state = strategy.initialize(k1)
params, state = strategy.ask(k2, state)
state = strategy.tell(params, x, state)
out = mctx.muzero_policy(params, k3, x, None)
--
import mctx
for step in range(3):
    out = mctx.gumbel_muzero_policy(params=x, rng_key=key, root=x, recurrent_fn=None)  # ! RNG102

== noise of Optax from a number
tx = optax.add_noise(0.1, 0.5, key)
noise = random.normal(key)  # ! RNG101
--
tx = optax.add_noise(0.1, 0.5, 42)
noise = random.normal(key)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, LIBRARIES))
def test_libraries(program):
    assert found(program) == marks(program)


@pytest.mark.parametrize(
    "program",
    [
        "import equinox as eqx\ndef f(key):\n    return eqx.nn.Linear(2, 3, key=key), eqx.nn.Linear(3, 2, key=key)\n",
        "import numpyro.distributions as dist\ndef f(key):\n"
        "    return dist.Normal().sample(key), dist.Cauchy().sample(key)\n",
        "import distrax\ndef f(key):\n"
        "    return distrax.Normal(0, 1).sample(seed=key), distrax.Gamma(1, 1).sample(seed=key)\n",
        "from haiku import dropout\ndef f(k, x):\n    return dropout(k, 0.5, x), dropout(k, 0.1, x)\n",
    ],
    ids=["equinox", "numpyro", "distrax", "haiku"],
)
def test_a_file_that_does_not_import_jax(program):
    assert [code for _, code in found(program)] == ["RNG101"]


def own(program: str, *entries: str) -> list[tuple[int, str]]:
    """Return the findings when the user has named these consumers."""
    return [(finding.line, finding.code) for finding in lint(program, libraries=read_consumers(entries))]


TWICE = "from {} import {}\ndef f(key, x):\n    a = {}\n    return a, {}\n"


def twice(module: str, name: str, first: str, second: str) -> str:
    return TWICE.format(module, name, first, second)


@pytest.mark.parametrize(
    ("entry", "first", "second", "wrong"),
    [
        ("lib.noise.draw:key", "draw(key, x)", "draw(key, 1)", True),
        ("lib.noise.draw:key", "draw(x, key=key)", "draw(1, key=key)", True),
        ("lib.noise.draw:key", "draw(x, rng=key)", "draw(1, rng=key)", False),
        ("lib.noise.draw:key@1", "draw(0, key)", "draw(1, key=key)", True),
        ("lib.noise.draw:key@1", "draw(key, 0)", "draw(key, 1)", False),
        ("lib.noise.draw:1", "draw(0, key)", "draw(1, key)", True),
        ("lib.noise.draw:1", "draw(0, key=key)", "draw(1, key=key)", False),
        ("lib.noise.draw:key=", "draw(x)", "draw(x)", False),
        ("lib.noise.draw:key=", "draw(x, key=key)", "draw(1, key=key)", True),
        ("lib.noise.other:key", "draw(key, x)", "draw(key, 1)", False),
        ("lib.draw:key", "draw(key, x)", "draw(key, 1)", False),
    ],
)
def test_where_the_key_stands(entry, first, second, wrong):
    assert own(twice("lib.noise", "draw", first, second), entry) == ([(4, "RNG101")] if wrong else [])


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        ("lib.noise", "draw", "draw(key, {})"),
        ("lib.noise", "draw as d", "d(key, {})"),
        ("lib", "noise", "noise.draw(key, {})"),
        (".noise", "draw", "draw(key, {})"),
        ("..noise", "draw", "draw(key, {})"),
        ("lib.noise", "*", "draw(key, {})"),
        ("lib.noise", "Sampler", "Sampler().draw(key, {})"),
        ("lib", "noise", "noise.Sampler(2).draw(key=key, scale={})"),
    ],
)
def test_ways_to_import_it(module, name, call):
    program = twice(module, name, call.format(1), call.format(2))
    entries = ["lib.noise.draw:key", "lib.noise.Sampler.draw:key"]
    assert own(program, *entries) == [(4, "RNG101")]
    assert own(program) == []


@pytest.mark.parametrize(
    ("draws", "wrong"),
    [
        ("draw(key, *x), draw(key, 1)", True),
        ("draw(key, **x), draw(key, 1)", True),
        ("jax.jit(draw)(key), draw(key)", True),
        ("functools.partial(draw, key)(1), draw(key, 2)", True),
        ("draw(*x), draw(*x)", False),
        ("draw(**x), draw(**x)", False),
        ("draw(None), draw(3), draw(key)", False),
        ("Noise(key).draw(1), Noise(key).draw(2)", False),
        ("Sampler(2).draw(key), Sampler(2).other(key)", False),
    ],
)
def test_ways_to_call_it(draws, wrong):
    program = f"import functools, jax\nfrom lib import Noise, Sampler, draw\ndef f(key, x):\n    return {draws}\n"
    found = own(program, "lib.draw:key", "lib.Sampler.draw:key")
    # What another method does with the key is open.
    assert [place for place in found if place[1] != "RNG194"] == ([(4, "RNG101")] if wrong else [])


def test_a_plain_import():
    program = "import lib.noise\ndef f(key):\n    return lib.noise.draw(key, 1), lib.noise.draw(key, 2)\n"
    assert own(program, "lib.noise.draw:key") == [(3, "RNG101")]
    assert own(program) == []


def test_it_stands_beside_jax():
    program = "import jax\nfrom lib import draw\nkey = jax.random.key(0)\na = draw(key)\nb = jax.random.normal(key)\n"
    assert own(program, "lib.draw:key") == [(5, "RNG101")]
    assert own(program.replace("(key)\nb", "(jax.random.clone(key))\nb"), "lib.draw:key") == []


def test_a_consumer_in_a_loop():
    program = "from lib import draw\ndef f(key):\n    for i in range(3):\n        draw(key, i)\n"
    assert own(program, "lib.draw:key") == [(4, "RNG102")]


def test_a_consumer_may_change_what_it_is_given():
    """A list that it was handed is not known any more."""
    program = (
        "import jax\nfrom lib import renew\nkeys = list(jax.random.split(jax.random.key(0)))\n"
        "a = jax.random.normal(keys[0])\nrenew(jax.random.key(1), keys)\nb = jax.random.normal(keys[0])\n"
    )
    assert own(program, "lib.renew:key") == []


def test_files_with_other_functions_of_that_name_are_left_alone():
    program = "from other import draw\ndef f(key):\n    return draw(key), draw(key)\n"
    assert own(program, "lib.draw:key") == []
