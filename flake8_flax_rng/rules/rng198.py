"""# RNG198 repeat-in-test

## What it does

Reports in tests what RNG101 to RNG109, RNG303, RNG307 and RNG311 report elsewhere: numbers that are drawn twice. A test
is what pytest and unittest collect: a function or a method whose name begins with ``test``, a class whose name begins
with ``Test``, a fixture, and all that a file named ``test_*.py``, ``*_test.py`` or ``conftest.py`` holds.

So it does in a trial: a function, or a script, that reads a clock to tell how long something takes, where the key is
built from a constant in that function, no loop carries on what comes of it and neither a file nor a figure gets it, or
where nobody does more than wait for what is drawn. A function that is given another one and reads the clock measures it
for its caller.

## Why it matters

A test draws its inputs and checks shapes, or one implementation against another; that two of its inputs are alike
harms nobody, and a fixed seed is what makes it repeatable. A benchmark looks at the time. Of 333 repeats in tests that
were read one by one, six were worth a change. Those are tests that prove less than they seem to: two inputs that should
be independent and are the same. So this is off unless it is asked for.

## Example

```python
import jax
import jax.numpy as jnp


def test_correlation_of_independent_samples():
    key = jax.random.key(0)
    x = jax.random.normal(key, (100,))
    y = jax.random.normal(key, (100,))  # the same numbers
    assert jnp.isfinite(jnp.corrcoef(x, y)).all()
```

## Use instead

```python
import jax
import jax.numpy as jnp


def test_correlation_of_independent_samples():
    x_key, y_key = jax.random.split(jax.random.key(0))
    x = jax.random.normal(x_key, (100,))
    y = jax.random.normal(y_key, (100,))
    assert jnp.isfinite(jnp.corrcoef(x, y)).all()
```

## Proven by

The value ledger, as the rule that would speak elsewhere.
"""

from __future__ import annotations

from flake8_flax_rng.rules.report import rule

RULE = rule(
    "RNG198",
    "repeat-in-test",
    "numbers are drawn twice in a test, or where only the time counts",
    __doc__,
    default=False,
)

REPEATS = frozenset(
    {
        *("RNG101", "RNG102", "RNG103", "RNG104", "RNG105", "RNG106", "RNG107", "RNG108", "RNG109"),
        *("RNG303", "RNG307", "RNG311"),
    }
)
"""The rules whose findings are this rule's in a test."""
