"""The verifier: runs programs on JAX and reports evidence; it imports no rule and no interpreter."""
