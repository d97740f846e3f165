"""Flax Linen: modules, the calls that run them, and lifted transforms."""
