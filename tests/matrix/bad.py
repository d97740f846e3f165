"""Programs that use a key twice; `# expect:` marks each line where the second use can be told from the first."""

TEXT = """
== two draws
def program():
    key = random.key(0)
    slope = random.uniform(key)
    offset = random.uniform(key)  # expect: RNG101
    return slope + offset

program()

== two samplers
def program():
    key = random.key(0)
    noise = random.normal(key, (4,))
    mask = random.bernoulli(key, 0.5, (4,))  # expect: RNG101
    return noise * mask

program()

== bits twice
def program(key):
    low = random.bits(key, (2,), "uint32")
    high = random.bits(key, (2,), "uint32")  # expect: RNG101
    return low ^ high

program(random.key(3))

== gamma twice
def program(key):
    alpha = random.gamma(key, 2.0)
    beta = random.gamma(key, 3.0)  # expect: RNG101
    return alpha / (alpha + beta)

program(random.key(1))

== gamma and normal
def program(key):
    scale = random.gamma(key, 2.0)
    return scale * random.normal(key, (3,))  # expect: RNG101

program(random.key(1))

== parent drawn after split
def program():
    key = random.key(0)
    first, second = random.split(key)
    return random.normal(first) + random.normal(second) + random.normal(key)  # expect: RNG101

program()

== split twice
def program():
    key = random.key(0)
    left, _ = random.split(key)
    right, _ = random.split(key)  # expect: RNG101
    return random.uniform(left) - random.uniform(right)

program()

== split twice into different numbers
def program():
    key = random.key(7)
    pair = random.split(key)
    triple = random.split(key, 3)  # expect: RNG101
    return random.normal(pair[0]) + random.normal(triple[0])

program()

== split after a draw
def program():
    key = random.key(0)
    start = random.normal(key)
    key, sub = random.split(key)  # expect: RNG101
    return start + random.normal(sub)

program()

== split thrown away
def program():
    key = random.key(0)
    weights = random.normal(key)
    random.split(key)  # expect: RNG106, RNG101
    bias = random.normal(key)  # expect: RNG101
    return weights + bias

program()

== a child used again
def program(key):
    key, sub = random.split(key)
    first = random.normal(sub)
    key, _ = random.split(key)
    second = random.normal(sub)  # expect: RNG101
    return first, second, key

program(random.key(0))

== jit consumes its argument
@jax.jit
def roll(key):
    return random.randint(key, (), 1, 7)


def program():
    key = random.key(0)
    return roll(key) + random.randint(key, (), 1, 7)  # expect: RNG101

program()

== jit called twice
@jax.jit
def roll(key):
    return random.randint(key, (), 1, 7)


def program():
    key = random.key(0)
    first = roll(key)
    return first + roll(key)  # expect: RNG101

program()

== reuse inside of jit
@jax.jit
def pair(key):
    a = random.normal(key)
    b = random.normal(key)  # expect: RNG101
    return a, b


def program():
    return pair(random.key(0))

program()

== jit inside of jit
@jax.jit
def inner(key):
    return random.uniform(key)


@jax.jit
def outer(key):
    drawn = inner(key)
    return drawn + random.uniform(key)  # expect: RNG101


def program():
    return outer(random.key(4))

program()

== jit returns the key that it has used
@jax.jit
def begin():
    key = random.key(0)
    return random.bits(key), key


def program():
    bits, key = begin()
    return bits + random.bits(key)  # expect: RNG101

program()

== jit hands its key through
@jax.jit
def same(key):
    return key


def program():
    key = random.key(0)
    other = same(key)
    return random.normal(key) + random.normal(other)  # expect: RNG101

program()

== jit closes over a key
def program():
    key = random.key(0)

    @jax.jit
    def shifted(x):
        return x + random.normal(key)

    drawn = shifted(1.0)
    return drawn * random.normal(key)  # expect: RNG101

program()

== one key for two parameters
@jax.jit
def both(data_key, model_key):
    data = random.normal(data_key, (3,))
    return data @ random.normal(model_key, (3,))  # expect: RNG101


def program():
    key = random.key(0)
    return both(key, key)

program()

== one key returned twice
@jax.jit
def twins(key):
    return key, key


def program():
    left, right = twins(random.key(0))
    return random.normal(left) - random.normal(right)  # expect: RNG101

program()

== broadcast and vmapped
def program():
    key = random.key(0)
    row = key[None]
    alone = random.bits(key)
    return alone + jax.vmap(random.bits)(row)  # expect: RNG101

program()

== reshaped
def program():
    key = random.key(0)
    column = key.reshape((1, *key.shape))
    alone = random.bits(key)
    return alone + random.bits(column[0])  # expect: RNG101

program()

== squeezed
def program():
    keys = random.split(random.key(0), 1)
    only = jnp.squeeze(keys, 0)
    first = random.normal(keys[0])
    return first + random.normal(only)  # expect: RNG101

program()

== put on a device
def program():
    key = random.key(0)
    moved = jax.device_put(key)
    return random.normal(key) + random.normal(moved)  # expect: RNG101

program()

== copied as an array
def program():
    key = random.key(0)
    copied = jnp.array(key, copy=True)
    return random.normal(key) + random.normal(copied)  # expect: RNG101

program()

== one item twice
def program():
    keys = random.split(random.key(0), 3)
    a = random.normal(keys[0])
    b = random.normal(keys[1])
    return a + b + random.normal(keys[0])  # expect: RNG101

program()

== an item and all items
def program():
    keys = random.split(random.key(0), 3)
    pilot = random.normal(keys[1])
    return pilot + jax.vmap(random.normal)(keys)  # expect: RNG101

program()

== overlapping slices
def program():
    keys = random.split(random.key(0), 4)
    head = jax.vmap(random.normal)(keys[:2])
    return head.sum() + random.normal(keys[1])  # expect: RNG101

program()

== a dynamic slice and an item
def program():
    keys = random.split(random.key(0), 3)
    first = lax.dynamic_index_in_dim(keys, 0, keepdims=False)
    drawn = random.normal(first)
    return drawn + random.normal(keys[0])  # expect: RNG101

program()

== an index past the end
def program():
    keys = random.split(random.key(0), 3)
    last = random.normal(keys[2])
    return last + random.normal(keys[3])  # expect: RNG101, RNG110

program()

== after a cond whose branches both draw
def program(flag):
    key = random.key(0)
    start = lax.cond(flag, random.uniform, random.normal, key)
    return start + random.uniform(key)  # expect: RNG101

program(True)

== after a cond of which one branch draws
def program(flag):
    key = random.key(0)
    start = lax.cond(flag, lambda k: random.uniform(k), lambda k: 1.0, key)
    return start + random.uniform(key)  # expect: RNG101

program(True)

== within a branch of cond
def program(flag):
    def noisy(key):
        a = random.normal(key)
        return a + random.uniform(key)  # expect: RNG101

    return lax.cond(flag, noisy, lambda key: 0.0, random.key(0))

program(True)

== after a switch
def program(choice):
    key = random.key(0)
    samplers = [random.normal, random.uniform, random.exponential]
    start = lax.switch(choice, samplers, key)
    return start * random.normal(key)  # expect: RNG101

program(1)

== scan closes over the key
def program():
    key = random.key(0)

    def step(total, _):
        noise = random.normal(key)  # expect: RNG102
        return total + noise, noise

    return lax.scan(step, 0.0, jnp.arange(5))

program()

== scan carries the key unchanged
def program(key):
    def step(key, _):
        return key, random.bits(key)  # expect: RNG102

    _, drawn = lax.scan(step, key, jnp.arange(5))
    return drawn

program(random.key(0))

== scan splits and carries the parent
def program(key):
    def step(key, x):
        sub = random.split(key)[1]  # expect: RNG102
        return key, x + random.normal(sub)

    _, path = lax.scan(step, key, jnp.arange(4.0))
    return path

program(random.key(0))

== scan over keys, and one of them
def program():
    keys = random.split(random.key(0), 4)

    def step(total, key):
        return total + random.normal(key), None

    total, _ = lax.scan(step, 0.0, keys)
    return total + random.normal(keys[0])  # expect: RNG101

program()

== scan over keys that draws twice
def program():
    def step(total, key):
        noise = random.normal(key)
        scale = random.uniform(key)  # expect: RNG101
        return total + scale * noise, None

    return lax.scan(step, 0.0, random.split(random.key(0), 4))[0]

program()

== map closes over the key
def program():
    key = random.key(0)

    def jitter(x):
        return x + random.normal(key)  # expect: RNG102

    return lax.map(jitter, jnp.arange(3.0))

program()

== fori_loop closes over the key
def program():
    key = random.key(0)

    def step(i, x):
        return x + random.normal(key)  # expect: RNG102

    return lax.fori_loop(0, 4, step, 0.0)

program()

== fori_loop carries the key unchanged
def program():
    def step(i, state):
        key, x = state
        return key, x + random.normal(key)  # expect: RNG102

    _, x = lax.fori_loop(0, 4, step, (random.key(0), 0.0))
    return x

program()

== the body of while carries the key unchanged
def program(seed):
    def unfinished(state):
        return state[1] < 5

    def step(state):
        key, steps = state
        return key, steps + random.randint(key, (), 1, 3)  # expect: RNG102

    return lax.while_loop(unfinished, step, (random.key(seed), 0))[1]

program(0)

== the body of while closes over the key
def program(seed):
    key = random.key(seed)

    def unfinished(steps):
        return steps < 5

    def step(steps):
        return steps + random.randint(key, (), 1, 3)  # expect: RNG102

    return lax.while_loop(unfinished, step, 0)

program(0)

== the condition of while draws from what it closes over
def program(seed):
    key = random.key(seed)

    def unfinished(steps):
        return steps < 3 + random.uniform(key)  # expect: RNG102

    def step(steps):
        return steps + 1

    return lax.while_loop(unfinished, step, 0)

program(0)

== the condition of while draws from the carry
def program(seed):
    def unfinished(state):
        steps, key = state
        return steps < 3 + random.uniform(key)  # expect: RNG102

    def step(state):
        steps, key = state
        return steps + 1, key

    return lax.while_loop(unfinished, step, (0, random.key(seed)))[0]

program(0)

== vmapped function draws twice
@jax.vmap
def pair(seed):
    key = random.key(seed)
    a = random.bits(key)
    return a + random.bits(key)  # expect: RNG101


def program():
    return pair(jnp.arange(4))

program()

== vmap closes over the key
def program():
    key = random.key(0)

    def noisy(x):
        return x + random.normal(key)  # expect: RNG109

    return jax.vmap(noisy)(jnp.arange(4.0))

program()

== vmap with one key for all lanes
def noisy(key, x):
    return x + random.normal(key)  # expect: RNG109


def program():
    return jax.vmap(noisy, in_axes=(None, 0))(random.key(0), jnp.arange(4.0))

program()

== vmap over copies of a key
def program():
    key = random.key(0)
    keys = jnp.stack([key, key, key])
    return jax.vmap(random.normal)(keys)  # expect: RNG109

program()

== checkpoint draws twice
@jax.checkpoint
def noisy(x, key):
    scaled = x * random.normal(key)
    return scaled + random.normal(key)  # expect: RNG101


def program():
    return noisy(2.0, random.key(0))

program()

== gradient of a checkpoint that draws twice
@jax.checkpoint
def noisy(x, key):
    scaled = x * random.normal(key)
    return scaled + random.normal(key)  # expect: RNG101


def program():
    return jax.grad(noisy)(2.0, random.key(0))

program()

== two gradients with one key
def loss(weight, key):
    return (weight * random.normal(key, (8,)) - 1.0).mean()


def program():
    key = random.key(0)
    weight = 0.5 - 0.1 * jax.grad(loss)(0.5, key)
    return weight - 0.1 * jax.grad(loss)(weight, key)  # expect: RNG101

program()

== python loop
def program():
    key = random.key(0)
    total = 0.0
    for _ in range(3):
        total += random.normal(key)  # expect: RNG102
    return total

program()

== python loop that splits and keeps the parent
def program():
    key = random.key(0)
    total = 0.0
    for _ in range(3):
        sub, _ = random.split(key)  # expect: RNG102
        total += random.normal(sub)
    return total

program()

== comprehension
def program():
    key = random.key(0)
    return [random.normal(key, (size,)) for size in (2, 3)]  # expect: RNG102

program()

== constant key in a step
@jax.jit
def step(x):
    key = random.key(0)  # expect: RNG104
    return x + random.normal(key)


def program():
    x = 0.0
    for _ in range(3):
        x = step(x)
    return x

program()

== one seed twice
def program():
    data = random.normal(random.key(42), (3,))
    weights = random.normal(random.key(42), (3,))  # expect: RNG105
    return data @ weights

program()

== one number folded in twice
def program():
    key = random.key(0)
    a = random.normal(random.fold_in(key, 1))
    b = random.normal(random.fold_in(key, 1))  # expect: RNG103
    return a + b

program()

== a constant folded in within a loop
def program():
    key = random.key(0)
    total = 0.0
    for _ in range(3):
        sub = random.fold_in(key, 9)  # expect: RNG103
        total += random.normal(sub)
    return total

program()

== scan folds in what does not change
def program():
    key = random.key(0)

    def step(total, x):
        sub = random.fold_in(key, 5)  # expect: RNG103
        return total + x * random.normal(sub), None

    return lax.scan(step, 0.0, jnp.arange(3.0))[0]

program()

== fold_in makes a child of split
def program():
    key = random.key(0)
    first, second = random.split(key)
    drawn = random.normal(first) + random.normal(second)
    return drawn + random.normal(random.fold_in(key, 1))  # expect: RNG103

program()

== wrapped again
def program():
    key = random.key(0)
    drawn = random.normal(key)
    again = random.wrap_key_data(random.key_data(key))  # expect: RNG114
    return drawn + random.normal(again)

program()

== a clone used twice
def program():
    key = random.key(0)
    twin = random.clone(key)
    drawn = random.normal(key) + random.normal(twin)
    return drawn + random.uniform(twin)  # expect: RNG101

program()

== tree_map with one key
def program():
    key = random.key(0)
    tree = {"w": jnp.ones((2,)), "b": jnp.ones((2,))}
    return jax.tree.map(lambda leaf: leaf + random.normal(key, leaf.shape), tree)  # expect: RNG102

program()

== initializer called twice
def program():
    key = random.key(0)
    init = jax.nn.initializers.lecun_normal()
    first = init(key, (4, 4))
    second = init(key, (4, 4))  # expect: RNG101
    return first @ second

program()

== one key to two helpers
def make_data(key):
    return random.normal(key, (5,))


def make_weights(key):
    return 0.1 * random.normal(key, (5,))


def program():
    key = random.key(0)
    data = make_data(key)
    return data @ make_weights(key)  # expect: RNG101

program()

== a partial that binds the key
def program():
    noise = jax.tree_util.Partial(random.normal, random.key(0))
    a = noise((3,))
    b = noise((3,))  # expect: RNG101
    return a + b

program()

== a default argument
def noise(key=random.key(0)):  # expect: RNG107
    return random.normal(key)


def program():
    return noise() + noise()

program()

== a key kept by an object
class Sampler:
    def __init__(self, seed):
        self.key = random.key(seed)

    def draw(self):
        return random.normal(self.key)  # expect: RNG108


def program():
    sampler = Sampler(0)
    return sampler.draw() + sampler.draw()

program()

== at the top of a script
key = random.key(0)
weights = random.normal(key, (3,))
key, sub = random.split(key)  # expect: RNG101
bias = random.normal(sub)
print(weights + bias)
"""
