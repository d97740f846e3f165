"""flake8-flax-rng: finds wrong randomness in JAX and Flax programs before they run."""

__version__ = "0.1.0"
