"""The Python language, without Flax and without JAX."""
