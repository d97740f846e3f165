"""Functions that read the leaves of a tree from a checkpoint, and take its structure from a template.

Sources: Equinox, ``tree_deserialise_leaves``; Flax, ``serialization.from_bytes``, ``from_state_dict`` and
``training.checkpoints.restore_checkpoint``.
"""

from __future__ import annotations

TEMPLATES = {
    "tree_deserialise_leaves": (1, "like"),
    "from_bytes": (0, "target"),
    "from_state_dict": (0, "target"),
    "restore_checkpoint": (1, "target"),
}
"""For each function the place and the keyword of the template."""
