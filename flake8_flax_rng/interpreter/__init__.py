"""The interpreter: runs a program on symbolic keys and emits events."""
