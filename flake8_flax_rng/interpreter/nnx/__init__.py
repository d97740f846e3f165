"""Flax NNX: streams that count, modules that hold them, and what carries their state."""
