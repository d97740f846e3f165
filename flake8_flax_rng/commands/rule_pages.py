"""The pages of the rules: a static site that needs nothing but its files."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from flake8_flax_rng.commands import Refused
from flake8_flax_rng.finding import Rule

_KINDS = {
    "RNG0": "The analysis itself",
    "RNG1": "Keys of JAX",
    "RNG2": "Flax Linen",
    "RNG3": "Flax NNX",
    "RNG4": "Haiku and NumPyro",
}
_CODE = re.compile(r"\bRNG\d{3}\b")

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: light-dark(#0550ae, #79c0ff); }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .15em; }
h1 { font-size: 1.6rem; line-height: 1.3; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
code { font: .9em ui-monospace, monospace; background: var(--soft); padding: .1em .3em; border-radius: .25em; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: .4em; padding: .8em 1em; }
pre { overflow-x: auto; }
pre code { background: none; padding: 0; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; }
tr { border-bottom: 1px solid var(--line); }
nav { display: flex; gap: 1rem; justify-content: space-between; font-size: .9rem; }
.off { opacity: .7; }
"""


def write(folder: Path, rules: Sequence[Rule]) -> None:
    """Write the site.

    Args:
        folder: where; it is made, and pages of the same names are replaced.
        rules: all rules, in their order.

    Raises:
        Refused: when the renderer is not installed.
    """
    pages = {f"{rule.code}.html": page for rule, page in zip(rules, _pages(rules), strict=True)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in {"index.html": _index(rules), **pages}.items():
        (folder / name).write_text(page, encoding="utf-8")


def documentation(rule: Rule) -> str:
    """Return the whole text on a rule.

    Args:
        rule: the rule.

    Returns:
        Markdown that starts with a heading.
    """
    text = rule.documentation.strip()
    return text if text.startswith("#") else f"# {rule.code} {rule.name}\n\n{text}"


def _index(rules: Sequence[Rule]) -> str:
    parts = ["<h1>Rules of flake8-flax-rng</h1>"]
    for kind, group in groupby(rules, lambda rule: rule.code[:4]):
        rows = "".join(map(_row, group))
        head = "<tr><th>code</th><th>name</th><th>what it says</th><th>default</th></tr>"
        parts.append(f"<h2>{html.escape(_KINDS.get(kind, kind))}</h2>\n<table>\n{head}\n{rows}</table>")
    return _page("Rules of flake8-flax-rng", "\n".join(parts))


def _row(rule: Rule) -> str:
    cells = (
        f'<a href="{rule.code}.html">{rule.code}</a>',
        *map(html.escape, (rule.name, rule.summary, _default(rule))),
    )
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr>{row}</tr>\n" if rule.default else f'<tr class="off">{row}</tr>\n'


def _default(rule: Rule) -> str:
    return "on" if rule.default else "opt-in"


def _pages(rules: Sequence[Rule]) -> Iterator[str]:
    render = _renderer({rule.code for rule in rules})
    for number, rule in enumerate(rules):
        before = _link(rules[number - 1], "← ") if number else ""
        after = _link(rules[number + 1], "", " →") if number + 1 < len(rules) else ""
        way = f'<nav><span>{before}</span><a href="index.html">all rules</a><span>{after}</span></nav>'
        yield _page(f"{rule.code} {rule.name}", f"{way}\n{render(rule)}\n{_use(rule)}\n{way}")


def _link(rule: Rule, before: str, after: str = "") -> str:
    return f'<a href="{rule.code}.html" title="{html.escape(rule.name)}">{before}{rule.code}{after}</a>'


def _use(rule: Rule) -> str:
    """Say how the rule is turned on or off."""
    setting = "extend-ignore" if rule.default else "extend-select"
    text = "On by default; to turn it off:" if rule.default else "Off by default; to turn it on:"
    line = f"<p>To silence one line: <code># noqa: {rule.code}</code>.</p>"
    return f"<h2>Settings</h2>\n<p>{text}</p>\n<pre><code>[flake8]\n{setting} = {rule.code}\n</code></pre>\n{line}"


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _renderer(codes: Iterable[str]) -> Any:
    """Return what makes HTML of a rule's documentation, in which the codes of other rules are links."""
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise Refused("the pages need the extra: pip install 'flake8-flax-rng[pages]'") from None
    known = frozenset(codes)
    markdown = MarkdownIt("commonmark", {"html": False})

    def text(tokens: Any, index: int, options: Any, env: dict[str, str]) -> str:
        def link(match: re.Match[str]) -> str:
            code = match[0]
            return f'<a href="{code}.html">{code}</a>' if code in known - {env["code"]} else code

        return _CODE.sub(link, html.escape(tokens[index].content))

    markdown.renderer.rules["text"] = text  # type: ignore[attr-defined]
    return lambda rule: markdown.render(documentation(rule), {"code": rule.code})
