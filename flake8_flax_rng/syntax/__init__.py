"""Source text, names and definitions; knows nothing of JAX."""
