"""Random programs about the streams of NNX: what the linter says of them, against what JAX does with them."""
