"""Runs fixture programs on JAX and confirms, or refuses, what they claim.

Nothing here imports a rule or the interpreter: what confirms a rule must not rest on the rule. JAX and Flax
are imported only in the processes that run programs.
"""
