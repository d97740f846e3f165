"""Programs of several files: what they are made of, and what is found in one of them."""

from __future__ import annotations

import textwrap
from pathlib import Path

from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.syntax.project import Project

MODEL = """\
import flax.linen as nn

class Net(nn.Module):
    rate: float = 0.5

    @nn.compact
    def __call__(self, x, train=False):
        x = nn.Dense(4)(x)
        return nn.Dropout(self.rate, deterministic=not train)(x)
"""

NOISE = """\
import jax

def noise(key, shape=(3,)):
    return jax.random.normal(key, shape)
"""

OPT_IN = {rule.code for rule in RULES if not rule.default}


def found(path: Path, root: Path | None = None, text: str | None = None) -> list[tuple[int, str]]:
    """Line and code of what is found in a file, without the rules that are off by default."""
    source = path.read_text(encoding="utf-8") if text is None else text
    project = Project(str(path), None if root is None else str(root))
    findings = lint(source, filename=str(path), project=project)
    return [(finding.line, finding.code) for finding in findings if finding.code not in OPT_IN]


def uses(imports: str, net: str = "Net") -> str:
    """A program that forgets the dropout key, on line 7, whatever its imports."""
    return textwrap.dedent(f"""\
        import jax
        {imports}

        def step(x):
            model = {net}()
            variables = model.init(jax.random.key(0), x)
            return model.apply(variables, x, train=True)
        """)


def draws(imports: str, noise: str = "noise") -> str:
    """A program that gives one key to a helper twice, on lines 5 and 6."""
    return f"import jax\n{imports}\n\ndef both(key):\n    a = {noise}(key)\n    return a + {noise}(key)\n"


MISSING = [(7, "RNG203")]
REUSED = [(6, "RNG101")]
