"""What a program changes in its process is seen, and what only comes to it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_flax_rng.verifier import worker
from flake8_flax_rng.verifier.traces import Before

pytest.importorskip("jax")
pytest.importorskip("flax")

pytestmark = pytest.mark.slow

NOWHERE = Path("/nowhere")

CHANGES = {
    "import jax; jax.random.normal = jax.random.uniform": "normal of jax.random",
    "import flax.linen as nn; nn.Dropout.__call__ = lambda self, x: x": "__call__ of Dropout",
    "import flax.linen as nn; del nn.Dense": "Dense of flax.linen",
    "import optax; optax.sgd.__defaults__ = (0.1,)": "the function sgd",
    "import optax; optax.adam.__code__ = (lambda *_: None).__code__": "the function adam",
    "import builtins; builtins.print = id": "print of builtins",
    "import sys; sys.stdout = None": "stdout of sys",
    "import sys; del sys.modules['jax.nn']": "the module jax.nn",
    "import sys, types; sys.modules['jax.scipy'] = types.ModuleType('jax.scipy')": "the module jax.scipy",
    "import logging; logging.getLogger('jax').setLevel(10)": "level of Logger",
    "from jax.interpreters import ad; from jax import lax; ad.primitive_jvps[lax.sin_p] = None": "sin of dict",
    "import jax; jax.config.update('jax_enable_x64', True)": "a setting of JAX",
    "import numpy; numpy.seterr(divide='raise')": "a setting of NumPy",
    "import os; os.environ['XLA_FLAGS'] = '--xla_force_host_platform_device_count=2'": "the environment",
    "import sys; sys.path.append('elsewhere')": "the path of imports",
    "import sys; sys.setrecursionlimit(3000)": "a limit",
    "import sys; sys.setprofile(lambda *_: None)": "a trace",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)": "a signal",
    "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()": "a thread",
    "import warnings; warnings.simplefilter('always', append=True)": "a filter of warnings",
    "import gc; gc.disable()": "the collector",
}
"""Programs, and what is first seen of each that was not seen before."""

ADDITIONS = [
    "import fractions",
    "import jax; jax.random.another = jax.random.normal",
    "import flax.linen as nn; nn.Dense(3).init(__import__('jax').random.key(0), __import__('jax').numpy.ones((1, 2)))",
    "import flax\n@flax.struct.dataclass\nclass State: x: int\n",
    "import jax; jax.jit(lambda x: x + 1)(2.0)",
    "import logging; logging.getLogger('a program').setLevel(10)",
    "import jax; jax.numpy.sinc.__doc__ = 'Nothing that a program draws depends on this.'",
]


def first_changes(programs: list[str]) -> list[str | None]:
    """Run programs in this process; what any program changes is told by one that does nothing else."""
    any_program = ADDITIONS[2]
    exec(any_program, {})
    before = Before()
    exec(any_program, {})
    before.settle()
    found, seen = [], {None}
    for program in programs:
        exec(program, {})
        found.append(next((change for change in before.changes(NOWHERE) if change not in seen), None))
        seen.update(before.changes(NOWHERE))
    return found


def test_a_change_is_seen() -> None:
    assert worker._in_process(first_changes, (list(CHANGES),), 300) == list(CHANGES.values())


def test_what_is_added_is_no_change() -> None:
    assert worker._in_process(first_changes, (ADDITIONS,), 300) == [None] * len(ADDITIONS)


def imports(folder: Path) -> list[str]:
    before = Before()
    exec(f"import sys; sys.path.insert(0, {str(folder)!r}); import beside; sys.path.pop(0)", {})
    return [*before.changes(folder), *before.changes(folder / "deeper")]


def test_a_module_that_lies_beside_the_program(tmp_path: Path) -> None:
    """Another program may have another one of this name."""
    (tmp_path / "beside.py").write_text("")
    assert worker._in_process(imports, (tmp_path,), 300) == ["the module beside"]
