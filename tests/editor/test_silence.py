"""The comment that silences a finding stands where flake8 looks for it."""

from __future__ import annotations

import pytest

from flake8_flax_rng.editor import checks
from flake8_flax_rng.fixes.edits import applied

HEAD = "import jax\nkey = jax.random.key(0)\na = jax.random.normal(key)\n"

SILENCED = {
    "plain": ("b = jax.random.normal(key)", "b = jax.random.normal(key)  # noqa: RNG101"),
    "comment": ("b = jax.random.normal(key)  # why", "b = jax.random.normal(key)  # why  # noqa: RNG101"),
    "other code": (
        "b = jax.random.normal(key)  # noqa: E501, W291  as it was",
        "b = jax.random.normal(key)  # noqa: E501, W291,RNG101  as it was",
    ),
    "white space": ("b = jax.random.normal(key)   ", "b = jax.random.normal(key)  # noqa: RNG101"),
    "no end of line": ("b = jax.random.normal(key)", "b = jax.random.normal(key)  # noqa: RNG101"),
    "call over lines": (
        "b = jax.random.normal(\n    key,\n    (3,),\n)",
        "b = jax.random.normal(\n    key,  # noqa: RNG101\n    (3,),\n)",
    ),
    "text over lines": (
        'b = f"""\n{jax.random.normal(key)}\nend\n"""',
        'b = f"""\n{jax.random.normal(key)}\nend\n"""  # noqa: RNG101',
    ),
    "text behind the key": (
        'b = jax.random.normal(key), """\nend\n"""; c = 1',
        'b = jax.random.normal(key), """\nend\n"""; c = 1  # noqa: RNG101',
    ),
    "continued": (
        "b = \\\n    jax.random.normal(key) \\\n    + 1",
        "b = \\\n    jax.random.normal(key) \\\n    + 1  # noqa: RNG101",
    ),
    "noqa in a text": (
        'b = jax.random.normal(key), "noqa: E501"',
        'b = jax.random.normal(key), "noqa: E501"  # noqa: RNG101',
    ),
}


@pytest.mark.parametrize(("before", "after"), SILENCED.values(), ids=SILENCED)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_flake8_is_silent_then(check, before: str, after: str, end: str, request) -> None:
    last = "" if "no end" in request.node.name else "\n"
    text = (HEAD + before + last).replace("\n", end)
    report = check(text)
    (finding,) = report.findings
    edit = checks.silencing(finding, text.replace("\r\n", "\n").split("\n"), report)
    assert edit is not None
    changed = applied(text, [edit])
    assert changed == (HEAD + after + last).replace("\n", end)
    assert check(changed).findings == ()


@pytest.mark.parametrize(
    "line",
    [
        'b = jax.random.normal(key), "# noqa: E501"',
        'b = jax.random.normal(key), """\n# noqa: E501\n"""',
    ],
)
def test_a_text_that_flake8_takes_for_the_comment(check, line: str) -> None:
    report = check(HEAD + line + "\n")
    (finding,) = report.findings
    assert checks.silencing(finding, (HEAD + line + "\n").split("\n"), report) is None
