"""# RNG001 not-analysed

## What it does

Says that a file imports JAX or Flax and is valid Python, and that some part of it could not be
analysed all the same. The reason follows, and the rule where one rule fails on it. Everything else in the
file, and all other files, are still linted.

## Why it matters

Silence would look like a clean file.

## Example

```python
import jax

(seed): int = 3
```

LibCST, the parser that the analysis stands on, does not accept the annotation of a name in
parentheses.

## Use instead

```python
import jax

seed: int = 3
```

## Proven by

Nothing to prove: it reports on the tool, not on the program.
"""

from __future__ import annotations

from flake8_flax_rng.rules.report import rule

RULE = rule("RNG001", "not-analysed", "a part of the file could not be analysed", __doc__)
