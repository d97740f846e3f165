"""Follows the advice of a message in the text of a program, as far as the message holds code.

Each form of advice is a pattern and a function. A form that holds no code, or code with a name that only a person can
choose, has none: such findings are counted by the test, and not followed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flake8_flax_rng.finding import Finding

Span = tuple[int, int, int, int]
"""First line, first column, last line, last column."""


class NotApplicable(Exception):
    """The advice is not for this place: it needs another statement than one of its form."""


@dataclass
class Program:
    """A text that is edited.

    Args:
        text: the text.
        key: what stands for a key that the message leaves to the reader.
    """

    text: str
    key: str = "jax.random.key(7)"

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text)
        self.lines = self.text.splitlines(keepends=True)

    # -- looking ---------------------------------------------------------------------------------

    def at(self, finding: Finding, *kinds: type[ast.expr]) -> ast.expr:
        """Return the largest expression of some kinds that begins where a finding stands."""
        found = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, kinds or (ast.expr,))
            and (node.lineno, node.col_offset) == (finding.line, finding.column)
        ]
        if not found:
            raise NotApplicable
        return max(found, key=lambda node: (node.end_lineno, node.end_col_offset))

    def key_at(self, finding: Finding) -> ast.expr:
        """Return the key that a finding points at, which may also be a call that hides it."""
        found = self.at(finding, ast.Name, ast.Attribute, ast.Subscript, ast.Call)
        if isinstance(found, ast.Call):
            raise NotApplicable
        return found

    def call_of(self, finding: Finding, method: str) -> ast.Call:
        """Return the call of a method that begins where a finding stands, without what is asked of its result."""
        found = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and (node.lineno, node.col_offset) == (finding.line, finding.column)
        ]
        if not found:
            raise NotApplicable
        call = max(found, key=lambda node: (node.end_lineno, node.end_col_offset))
        while (
            isinstance(call.func, ast.Attribute) and call.func.attr != method and isinstance(call.func.value, ast.Call)
        ):
            call = call.func.value
        return call

    def call_named(self, finding: Finding, name: str) -> ast.Call:
        """Return the call of something that covers a finding, or a partial application of it."""
        found = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call)
            and _covers(node, finding.line, finding.column)
            and any(ast.unparse(part) == name for part in (node.func, *node.args))
        ]
        if not found:
            raise NotApplicable
        return found[-1]

    def loads(self, text: str, line: int) -> list[ast.expr]:
        """Return where an expression is read on a line."""
        found = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
            and node.lineno == line
            and isinstance(node.ctx, ast.Load)
            and ast.unparse(node) == ast.unparse(ast.parse(text, mode="eval"))
        ]
        return sorted(found, key=lambda node: node.col_offset)

    def statement(self, line: int) -> ast.stmt:
        """Return the innermost statement on a line."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.stmt) and _covers(node, line)]
        return max(found, key=lambda node: node.lineno)

    def function(self, line: int) -> ast.FunctionDef:
        """Return the innermost function on a line."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef) and _covers(node, line)]
        if not found:
            raise NotApplicable
        return max(found, key=lambda node: node.lineno)

    # -- editing ---------------------------------------------------------------------------------

    def replaced(self, *edits: tuple[ast.AST | Span, str]) -> str:
        """Return the text with some parts replaced."""
        lines = list(self.lines)
        spans = [(node if isinstance(node, tuple) else _span(node), text) for node, text in edits]
        for (first, start, last, end), text in sorted(spans, reverse=True):
            before, after = lines[first - 1][:start], lines[last - 1][end:]
            lines[first - 1 : last] = [before + text + after]
        return "".join(lines)

    def before(self, line: int, statement: str, *edits: tuple[ast.AST | Span, str]) -> str:
        """Return the text with a statement before the one that stands on a line, and some parts replaced."""
        place = self.statement(line)
        if isinstance(place, ast.While):
            raise NotApplicable
        start = (place.lineno, place.col_offset, place.lineno, place.col_offset)
        if self.lines[place.lineno - 1][: place.col_offset].strip():
            return self.replaced((start, f"{statement}; "), *edits)
        return self.replaced((start, f"{statement}\n{' ' * place.col_offset}"), *edits)

    def with_argument(self, call: ast.Call, text: str) -> str:
        """Return the text with one more keyword in a call."""
        last, end = call.end_lineno or 0, (call.end_col_offset or 0) - 1
        inner = "".join(self.lines[call.lineno - 1 : last])
        closed = re.search(r"[,(]\s*\)$", inner[: len(inner) - len(self.lines[last - 1]) + end + 1])
        return self.replaced(((last, end, last, end), text if closed else f", {text}"))


def _covers(node: ast.expr | ast.stmt, line: int, column: int | None = None) -> bool:
    if column is None:
        return node.lineno <= line <= (node.end_lineno or 0)
    return (node.lineno, node.col_offset) <= (line, column) < (node.end_lineno or 0, node.end_col_offset or 0)


def _span(node: ast.AST) -> Span:
    assert isinstance(node, ast.expr | ast.stmt)
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


# -- the forms of advice -------------------------------------------------------------------------------


def _split_first(program: Program, finding: Finding, match: re.Match[str]) -> str:
    line, (key, new) = int(match["line"]), _names(match["code"])
    uses = program.loads(key, line)
    if not uses or (line, uses[0].col_offset) == (finding.line, finding.column):
        raise NotApplicable
    return program.before(line, match["code"], (uses[0], new))


def _one_for_each(program: Program, finding: Finding, match: re.Match[str]) -> str:
    line, (first, second) = int(match["line"]), _names(match["code"])
    use = program.key_at(finding)
    uses = [node for node in program.loads(ast.unparse(use), line) if node is not use]
    if not uses:
        raise NotApplicable
    return program.before(line, match["code"], (uses[0], first), (use, second))


def _split_here(program: Program, finding: Finding, match: re.Match[str]) -> str:
    key, new = _names(match["code"])
    use = program.key_at(finding)
    if ast.unparse(use) != key:
        raise NotApplicable
    return program.before(finding.line, match["code"], (use, new))


def _names(statement: str) -> tuple[str, str]:
    key, _, new = statement.partition(" = ")[0].partition(", ")
    return key, new


def _use(program: Program, finding: Finding, match: re.Match[str]) -> str:
    return program.replaced((program.key_at(finding), match["name"]))


def _use_one_of(program: Program, finding: Finding, match: re.Match[str]) -> str:
    one = f"jax.random.split({match['name']}, {finding.line + 1})[-1]"
    return program.replaced((program.key_at(finding), one))


def _loop_over_keys(program: Program, finding: Finding, match: re.Match[str]) -> str:
    use = program.key_at(finding)
    if ast.unparse(use) != match["key"]:
        raise NotApplicable
    loop = _comprehension_around(program, finding)
    where, what = ast.unparse(loop.target), ast.unparse(loop.iter)
    pairs = f"zip({what}, jax.random.split({match['key']}, len(list({what}))))"
    return program.replaced((loop.target, f"({where}), k"), (loop.iter, pairs), (use, "k"))


def _comprehension_around(program: Program, finding: Finding) -> ast.comprehension:
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    place = (finding.line, finding.column)
    found = [node for node in ast.walk(program.tree) if isinstance(node, kinds) and _covers(node, *place)]
    if not found:
        raise NotApplicable
    return found[-1].generators[-1]


def _fold_the_pass(program: Program, finding: Finding, match: re.Match[str]) -> str:
    use = program.key_at(finding)
    if ast.unparse(use) != ast.unparse(ast.parse(match["key"], mode="eval")):
        raise NotApplicable
    if "fori_loop" in finding.message:
        step = program.function(finding.line).args.args[0].arg
        return program.replaced((use, match["code"].replace(", i)", f", {step})")))
    loops = [node for node in ast.walk(program.tree) if isinstance(node, ast.For) and _covers(node, finding.line)]
    if not loops or "in every step" in finding.message:
        raise NotApplicable
    loop = max(loops, key=lambda node: node.lineno)
    counted = (loop.target, f"i, ({ast.unparse(loop.target)})"), (loop.iter, f"enumerate({ast.unparse(loop.iter)})")
    return program.replaced(*counted, (use, match["code"]))


def _keep_the_keys(program: Program, finding: Finding, match: re.Match[str]) -> str:
    statement = program.statement(finding.line)
    if not isinstance(statement, ast.Expr | ast.Assign) or _holds_function(statement):
        raise NotApplicable
    return program.replaced((statement, match["code"]))


def _keep_the_fold(program: Program, finding: Finding, match: re.Match[str]) -> str:
    statement, call = program.statement(finding.line), program.at(finding, ast.Call)
    key = call.args[0] if isinstance(call, ast.Call) and call.args else None
    if not isinstance(statement, ast.Expr | ast.Assign) or not isinstance(key, ast.Name):
        raise NotApplicable
    block = next(part for node in ast.walk(program.tree) for part in _bodies(node) if statement in part)
    later = [node for after in block[block.index(statement) + 1 :] for node in ast.walk(after)]
    uses = [node for node in later if isinstance(node, ast.Name) and node.id == key.id]
    return program.replaced((statement, f"folded = {ast.unparse(call)}"), *((use, "folded") for use in uses))


def _bodies(node: ast.AST) -> list[list[ast.stmt]]:
    return [part for name in ("body", "orelse", "finalbody") if isinstance(part := getattr(node, name, None), list)]


def _holds_function(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Lambda) for node in ast.walk(statement))


def _give_streams(program: Program, finding: Finding, match: re.Match[str]) -> str:
    call = program.call_of(finding, match["method"])
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "rngs"), None)
    code = match["code"].replace("<key>", program.key)
    if given is None:
        return program.with_argument(call, code)
    if not isinstance(given, ast.Dict):
        raise NotApplicable
    return program.replaced((given, _joined(given, code.removeprefix("rngs="))))


def _bind(program: Program, finding: Finding, match: re.Match[str]) -> str:
    calls = [node for node in ast.walk(program.tree) if isinstance(node, ast.Call)]
    binds = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "bind"]
    if len(binds) != 1:
        raise NotApplicable
    return program.with_argument(binds[0], match["code"].replace("<key>", program.key))


def _add_stream(program: Program, finding: Finding, match: re.Match[str]) -> str:
    call = program.call_of(finding, match["method"])
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "rngs"), None)
    if given is None:
        raise NotApplicable
    entry = f"'{match['stream']}': {program.key}"
    if isinstance(given, ast.Dict):
        return program.replaced((given, _joined(given, f"{{{entry}}}")))
    if not isinstance(given, ast.Name):
        raise NotApplicable
    return program.replaced((given, f"{{**{given.id}, {entry}}}"))


def _joined(given: ast.Dict, more: str) -> str:
    before = ast.unparse(given)[:-1].rstrip(", ")
    return f"{before}, {more[1:]}" if given.keys else more


def _bare_key(program: Program, finding: Finding, match: re.Match[str]) -> str:
    key = program.at(finding)
    calls = [node for node in ast.walk(program.tree) if isinstance(node, ast.Call)]
    given = [call for call in calls if key in call.args or any(keyword.value is key for keyword in call.keywords)]
    if not given:
        raise NotApplicable
    call = given[0]
    if call.args and key is not call.args[-1] and key in call.args:
        raise NotApplicable
    name = match["stream"]
    if any(keyword.value is key for keyword in call.keywords):
        if not name:
            raise NotApplicable
        return program.replaced((key, f"{{'{name}': {ast.unparse(key)}}}"))
    return program.replaced((key, f"rngs={{'{name}': {ast.unparse(key)}}}" if name else f"rngs={ast.unparse(key)}"))


def _rename_stream(program: Program, finding: Finding, match: re.Match[str]) -> str:
    """Write another name where a dict, or a keyword, gives the key that a finding points at."""
    value = program.at(finding)
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Dict) and value in node.values:
            name = node.keys[node.values.index(value)]
            assert name is not None
            return program.replaced((name, match["code"]))
    raise NotApplicable


def _write(program: Program, finding: Finding, match: re.Match[str]) -> str:
    return program.replaced((program.at(finding), match["code"]))


def _set_flag(program: Program, finding: Finding, match: re.Match[str]) -> str:
    layer = match["layer"]
    calls = [node for node in ast.walk(program.tree) if isinstance(node, ast.Call)]
    makers = [node for node in calls if ast.unparse(node.func) == layer]
    if len(makers) != 1:
        raise NotApplicable
    return program.with_argument(makers[0], "deterministic=False")


def _decorate(program: Program, finding: Finding, match: re.Match[str]) -> str:
    method = program.function(finding.line)
    start = (method.lineno, method.col_offset, method.lineno, method.col_offset)
    return program.replaced((start, f"@nn.compact\n{' ' * method.col_offset}"))


def _set_split(program: Program, finding: Finding, match: re.Match[str]) -> str:
    """Set a stream in ``split_rngs``; a call that has none gets one."""
    stream, value = match["stream"], match["value"]
    entry = f"{{'{stream}': {value}}}"
    call = program.call_named(finding, match["transform"])
    options = [keyword.value for keyword in call.keywords if keyword.arg == "split_rngs"]
    given = next(iter([*options, *call.args[2:3]]), None)
    if given is None:
        return program.with_argument(call, f"split_rngs={entry}")
    if not isinstance(given, ast.Dict):
        raise NotApplicable
    names = [key.value if isinstance(key, ast.Constant) else None for key in given.keys]
    if stream in names:
        return program.replaced((given.values[names.index(stream)], value))
    # What comes first counts: a filter that is there already may be one for all streams.
    return program.replaced((given, f"{entry[:-1]}, {ast.unparse(given)[1:]}"))


FORMS: dict[str, tuple[str, Callable[[Program, Finding, re.Match[str]], str]]] = {
    "split before the first use": (
        r"on line (?P<line>\d+)(?! of).*(; |, or )split it before the first use: `(?P<code>[^`]+)`",
        _split_first,
    ),
    "one for each": (
        r"on line (?P<line>\d+)(?! of).*; split it before the first use, and give one to each: `(?P<code>[^`]+)`",
        _one_for_each,
    ),
    "split in each pass": (
        r"(split it in each pass|new keys for the next pass|and return the new one): `(?P<code>[^`]+)`",
        _split_here,
    ),
    "renew in each call": (r"renew it in each call, `(?P<code>[^`]+)`", _split_here),
    "use the sibling": (r"; use `(?P<name>[^`]+)`, which is never used", _use),
    "pass the sibling": (r"while `(?P<name>[^`]+)` of the split .*; pass that key", _use),
    "split the sibling": (r"while `(?P<name>[^`]+)` of the split .*; split that key: \d+ calls need", _use_one_of),
    "loop over keys": (r"loop over as many keys, `for k in jax.random.split\((?P<key>\w+), n\)`", _loop_over_keys),
    "fold the pass in": (r": `(?P<code>jax.random.fold_in\((?P<key>[^`]+), i\))`", _fold_the_pass),
    "keep what a split returns": (r"use the keys that it returns: `(?P<code>[^`]+)`", _keep_the_keys),
    "keep what a fold returns": (r"use the key that it returns", _keep_the_fold),
    "give the streams": (r"^`[\w.]*?(?P<method>\w+)` .*[:;] pass `(?P<code>rngs=\{[^`]+\})`", _give_streams),
    "bind with the streams": (r": bind the module with `bind\(variables, (?P<code>rngs=\{[^`]+\})\)`", _bind),
    "add a stream": (
        r"^`[\w.]*?(?P<method>\w+)` .*: add '(?P<stream>\w+)' with a (?P<key>key) of its own to `rngs`",
        _add_stream,
    ),
    "name the stream of a bare key": (r": write `rngs=(\{'(?P<stream>\w+)': <key>\}|…)`", _bare_key),
    "negate the flag": (r": write `(?P<code>not [^`]+)` here", _write),
    "name the right stream": (r": write (?P<code>'\w+')$", _rename_stream),
    "give the flag": (r"`deterministic` of (?P<layer>[\w.]+) .*is never set", _set_flag),
    "decorate with compact": (r"decorate the method with `@nn.compact`", _decorate),
    "set split_rngs": (
        r"^`(?P<transform>[\w.]+)`.* set '(?P<stream>\w+)' to (?P<value>True|False) in `split_rngs`",
        _set_split,
    ),
    "add to split_rngs": (
        r"^`(?P<transform>[\w.]+)`.* add '(?P<stream>\w+)': (?P<value>True|False) to `split_rngs`",
        _set_split,
    ),
}
"""By the name of the form: what it looks like, and what a reader does who follows it."""


def form_of(finding: Finding) -> str | None:
    """Return the form of the advice of a finding, None where it holds nothing that a program can follow."""
    return next((name for name, (pattern, _) in FORMS.items() if re.search(pattern, finding.message)), None)


def follow(text: str, finding: Finding, keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the program after the advice of a finding was followed, for each key that the reader may choose.

    Raises:
        NotApplicable: if the advice cannot be followed where it is given.
    """
    name = form_of(finding)
    if name is None:
        raise NotApplicable
    pattern, apply = FORMS[name]
    match = re.search(pattern, finding.message)
    assert match is not None
    for key in keys if "<key>" in match[0] else keys[:1]:
        yield _with_names(apply(Program(text, key), finding, match))


_NAMES = {"jax": "import jax", "nn": "from flax import linen as nn"}
"""What the messages call the packages, whatever the program calls them."""


def _with_names(text: str) -> str:
    """Return a program in which the names are bound that messages use."""
    tree = ast.parse(text)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    bound = {(alias.asname or alias.name.partition(".")[0]) for node in imports for alias in node.names}
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    more = "".join(f"{line}\n" for name, line in _NAMES.items() if name in read - bound)
    first = next(node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: first.end_lineno], more, *lines[first.end_lineno :]])
