"""Random programs about keys: what the linter says of them, against what JAX does with them."""
