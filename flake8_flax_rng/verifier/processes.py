"""One program in two processes: is what it computes the same in each?

Python salts the hashes of texts anew in each process. The other process runs ``other_process.py``.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_SALT = "PYTHONHASHSEED"
_TAIL = 300


class OtherProcessError(Exception):
    """The other process gives no value; the text says why."""


def digest(value: Any) -> str:
    """Write down the bits of a value.

    Args:
        value: an array or a pytree of arrays, or of keys.

    Returns:
        a text that is another one for other bits.
    """
    import jax
    import numpy

    leaves, structure = jax.tree_util.tree_flatten(value)
    found = hashlib.sha256(str(structure).encode())
    for leaf in leaves:
        typed = hasattr(leaf, "dtype") and jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        array = numpy.asarray(jax.random.key_data(leaf) if typed else leaf)
        found.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return found.hexdigest()


def elsewhere(path: Path, expression: str) -> str:
    """Run a program in another process, with another salt.

    Args:
        path: its file.
        expression: what is computed from its names at its end.

    Returns:
        the digest of the value.

    Raises:
        OtherProcessError: when there is none.
    """
    salt = "2" if os.environ.get(_SALT) == "1" else "1"
    command = [sys.executable, "-m", f"{__package__}.other_process", str(path), expression]
    ours = str(Path(__file__).parents[2])  # A path that is relative to another directory would not be found.
    settings = {**os.environ, _SALT: salt, "PYTHONPATH": os.pathsep.join([ours, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OtherProcessError((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1][:_TAIL])
    return done.stdout.strip().splitlines()[-1]
