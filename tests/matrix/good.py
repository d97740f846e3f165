"""Programs that are right. `# intended:` marks a line that uses a key again on purpose."""

TEXT = """
== a child for each draw
def program():
    first, second = random.split(random.key(0))
    return random.uniform(first) + random.uniform(second)

program()

== the key moves on
def program():
    key = random.key(0)
    key, sub = random.split(key)
    a = random.normal(sub)
    key, sub = random.split(key)
    return a + random.normal(sub)

program()

== different numbers folded in
def program():
    key = random.key(0)
    keys = [random.fold_in(key, i) for i in range(4)]
    return [random.uniform(k) for k in keys]

program()

== drawn from after fold_in
def program():
    key = random.key(0)
    sub = random.fold_in(key, 1)
    return random.uniform(key) + random.uniform(sub)

program()

== fold_in beside split, with another number
def program():
    key = random.key(0)
    first, second = random.split(key)
    extra = random.fold_in(key, 1000)
    return random.normal(first) + random.normal(second) + random.normal(extra)

program()

== two branches of cond
def program(flag):
    key = random.key(0)
    return lax.cond(flag, random.uniform, random.normal, key)

program(False)

== cond inside of cond
def program(flag):
    def inner(key):
        return lax.cond(flag, random.normal, random.exponential, key)

    return lax.cond(flag, inner, random.uniform, random.key(0))

program(True)

== after a cond that draws nothing
def program(flag):
    key = random.key(0)
    scale = lax.cond(flag, lambda k: 0.5, lambda k: 2.0, key)
    return scale * random.uniform(key)

program(True)

== branches of switch
def program(choice):
    samplers = [random.normal, random.uniform, random.exponential]
    return lax.switch(choice, samplers, random.key(0))

program(2)

== branches of if
def noise(key, kind):
    if kind == "normal":
        return random.normal(key)
    return random.uniform(key)


def program():
    first, second = random.split(random.key(0))
    return noise(first, "normal") + noise(second, "uniform")

program()

== scan splits what it carries
def program(key):
    def step(key, _):
        key, sub = random.split(key)
        return key, random.bits(sub)

    return lax.scan(step, key, jnp.arange(5))[1]

program(random.key(0))

== scan over keys
def program():
    def step(total, key):
        return total + random.normal(key), None

    return lax.scan(step, 0.0, random.split(random.key(0), 4))[0]

program()

== scan over keys and data
def program():
    data = jnp.arange(4.0)
    keys = random.split(random.key(0), data.size)

    def step(total, item):
        x, key = item
        return total + x * random.normal(key), None

    return lax.scan(step, 0.0, (data, keys))[0]

program()

== scan folds in its counter
def program():
    key = random.key(0)

    def step(total, i):
        return total + random.normal(random.fold_in(key, i)), None

    return lax.scan(step, 0.0, jnp.arange(4))[0]

program()

== scan renews two keys from one
def program(first, second):
    def step(keys, x):
        left, right = random.split(keys[0])
        return (left, right), x

    return lax.scan(step, (first, second), jnp.arange(4))[1]

program(random.key(0), random.key(1))

== scan carries a key that nothing draws from
def program(key):
    def step(state, x):
        key, total = state
        return (key, total + x), None

    (key, total), _ = lax.scan(step, (key, 0.0), jnp.arange(4.0))
    return total + random.normal(key)

program(random.key(0))

== map over keys
def program():
    return lax.map(random.bits, random.split(random.key(0), 4))

program()

== fori_loop folds in its counter
def program():
    key = random.key(0)

    def step(i, x):
        return x + random.normal(random.fold_in(key, i))

    return lax.fori_loop(0, 4, step, 0.0)

program()

== fori_loop indexes keys with its counter
def program():
    keys = random.split(random.key(0), 4)

    def step(i, x):
        return x + random.normal(keys[i])

    return lax.fori_loop(0, 4, step, 0.0)

program()

== while splits what it carries
def program(seed):
    def unfinished(state):
        return state[1] < 5.0

    def step(state):
        key, sub = random.split(state[0])
        return key, state[1] + random.uniform(sub, minval=1.0, maxval=2.0)

    return lax.while_loop(unfinished, step, (random.key(seed), 0.0))[1]

program(0)

== the condition of while draws from a key of its own
def program():
    key = random.key(0)

    def unfinished(steps):
        return random.uniform(random.fold_in(key, steps)) < 0.7

    return lax.while_loop(unfinished, lambda steps: steps + 1, 0)

program()

== vmap over seeds
def program():
    @jax.vmap
    def draw(seed):
        return random.bits(random.key(seed))

    return draw(jnp.arange(4))

program()

== vmap over keys
def program():
    return jax.vmap(random.normal)(random.split(random.key(0), 4))

program()

== vmap folds in the number of the lane
def program():
    key = random.key(0)
    return jax.vmap(lambda i: random.normal(random.fold_in(key, i)))(jnp.arange(4))

program()

== vmap splits in each lane
def program():
    def member(key):
        weight_key, bias_key = random.split(key)
        return random.normal(weight_key) + random.normal(bias_key)

    return jax.vmap(member)(random.split(random.key(0), 3))

program()

== jit is given a used key and leaves it alone
@jax.jit
def only_x(key, x):
    return 2 * x


def program(seed):
    key = random.key(seed)
    x = random.bits(key)
    return only_x(key, x)

program(0)

== jit hands its key through
@jax.jit
def same(key):
    return key


def program():
    return random.normal(same(random.key(0)))

program()

== jit with a new key each time
@jax.jit
def roll(key):
    return random.randint(key, (), 1, 7)


def program():
    first, second = random.split(random.key(0))
    return roll(first) + roll(second)

program()

== jit returns the next key
@jax.jit
def advance(key):
    key, sub = random.split(key)
    return key, random.normal(sub)


def program():
    key = random.key(0)
    key, a = advance(key)
    key, b = advance(key)
    return a + b

program()

== checkpoint draws once
@jax.checkpoint
def noisy(x, key):
    return x * random.normal(key)


def program():
    return noisy(2.0, random.key(0))

program()

== gradient of a checkpoint that draws once
@jax.checkpoint
def noisy(x, key):
    return jnp.sin(x * random.normal(key))


def program():
    return jax.value_and_grad(noisy)(2.0, random.key(0))

program()

== shapes are asked for before the draw
def program():
    key = random.key(0)
    shape = jax.eval_shape(random.normal, key).shape
    return random.normal(key, shape)

program()

== clone
def program():
    key = random.key(0)
    a = random.normal(key)
    b = random.normal(random.clone(key))
    return a - b

program()

== looked at, not consumed
def program():
    key = random.key(0)
    words = random.key_data(key)
    same = (random.key_data(random.key(0)) == words).all()
    return words, same, random.normal(key)

program()

== wrapped for the first time
def program():
    words = jnp.array([3, 4], dtype=jnp.uint32)
    return random.normal(random.wrap_key_data(words))

program()

== put on a device
def program():
    key = jax.device_put(random.key(0))
    return random.normal(key)

program()

== broadcast and squeezed
def program():
    key = random.key(0)
    row = key[None]
    return random.normal(jnp.squeeze(row, 0))

program()

== two items
def program():
    keys = random.split(random.key(0), 2)
    return random.normal(keys[0]) + random.normal(keys[1])

program()

== two slices
def program():
    keys = random.split(random.key(0), 4)
    head = jax.vmap(random.normal)(keys[:2])
    tail = jax.vmap(random.uniform)(keys[2:])
    return head + tail

program()

== two splits, other children
def program():
    key = random.key(0)
    first = random.split(key)[0]
    second = random.split(key)[1]
    return random.normal(first) + random.normal(second)

program()

== two seeds
def program():
    return random.normal(random.key(0)) + random.normal(random.key(1))

program()

== two gamma draws from two children
def program():
    first, second = random.split(random.key(0))
    return random.gamma(first, 2.0) / random.gamma(second, 2.0)

program()

== keys of a split in a python loop
def program():
    total = 0.0
    for key in random.split(random.key(0), 3):
        total += random.normal(key)
    return total

program()

== python loop that moves on
def program():
    key = random.key(0)
    total = 0.0
    for _ in range(3):
        key, sub = random.split(key)
        total += random.normal(sub)
    return total

program()

== tree_map over keys
def program():
    tree = {"w": jnp.ones((2,)), "b": jnp.ones((3,))}
    leaves, structure = jax.tree.flatten(tree)
    keys = jax.tree.unflatten(structure, list(random.split(random.key(0), len(leaves))))
    return jax.tree.map(lambda leaf, key: leaf + random.normal(key, leaf.shape), tree, keys)

program()

== an object that renews its key
class Sampler:
    def __init__(self, seed):
        self.key = random.key(seed)

    def draw(self):
        self.key, sub = random.split(self.key)
        return random.normal(sub)


def program():
    sampler = Sampler(0)
    return sampler.draw() + sampler.draw()

program()

== one shuffle of two arrays
def program():
    key = random.key(0)
    images, labels = jnp.arange(6.0), jnp.arange(6)
    return random.permutation(key, images), random.permutation(key, labels)  # intended: pairs stay together

program()

== antithetic pairs
def program():
    key = random.key(0)
    up = 1.0 + random.normal(key, (4,))
    down = 1.0 - random.normal(key, (4,))  # intended: the same noise with the other sign
    return (up + down) / 2

program()

== at the top of a script
key = random.key(0)
key, weight_key, bias_key = random.split(key, 3)
weights = random.normal(weight_key, (3,))
bias = random.normal(bias_key)
print(weights + bias, random.uniform(key))
"""
