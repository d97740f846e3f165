"""``jax.random``, the transforms of JAX, and its control flow."""
