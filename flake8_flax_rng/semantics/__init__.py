"""What JAX and Flax callables do to keys, as data."""
