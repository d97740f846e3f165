"""Lint programs that nobody wrote: `python -m tests.fuzz --programs 10000`.

They are fixtures with tokens, bytes and branches of their trees deleted, doubled, swapped and exchanged, and random
programs of pysource-codegen whose names are those of JAX and Flax. The plugin has to return findings, or one RNG001
for what LibCST cannot parse. Ends with status 1 when it does anything else; the programs are kept to be looked at.
"""

from __future__ import annotations

import argparse
import ast
import linecache
import random
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tests.workers import spread

FIXTURES = Path(__file__).parents[1] / "fixtures"

LIMIT = 60.0
"""Seconds for one program."""

REFUSED = ("LibCST cannot parse it", "nested too deeply")
"""Reasons for which a program may stay unread."""

GENERATED = 0.2
"""Share of programs that are no mutated fixtures."""

Mutation = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Verdict:
    """What the plugin did with a program.

    Args:
        kind: ``findings``, ``clean``, ``no python``, ``refused``, or ``broken``.
        reason: what is wrong with it when it is broken.
        seconds: processor time.
    """

    kind: str
    reason: str = ""
    seconds: float = 0.0


@cache
def _fixtures() -> list[bytes]:
    return [path.read_bytes() for path in sorted(FIXTURES.rglob("*.py"))]


_TOKEN = re.compile(rb"\s+|\w+|.", re.DOTALL)


def _tokens(data: bytes, choose: random.Random) -> bytes:
    """Delete, double, swap or exchange a few tokens."""
    tokens = _TOKEN.findall(data)
    for _ in range(choose.choice((1, 1, 1, 2, 3, 8))):
        here, there = choose.randrange(len(tokens)), choose.randrange(len(tokens))
        how = choose.randrange(5)
        if how == 0:
            tokens[here] = b""
        elif how == 1:
            tokens.insert(there, tokens[here])
        elif how == 2:
            tokens[here], tokens[there] = tokens[there], tokens[here]
        elif how == 3:
            tokens[here] = choose.choice(_TOKEN.findall(choose.choice(_fixtures())))
        else:
            tokens[here:there] = []
        if not tokens:
            return data
    return b"".join(tokens)


def _names(data: bytes, choose: random.Random) -> bytes:
    """Exchange names for other names of the program."""
    names = re.findall(rb"\b[a-z_A-Z]\w*\b", data)
    for _ in range(choose.randint(1, 6)):
        old, new = choose.choice(names), choose.choice(names)
        data = re.sub(rb"\b" + old + rb"\b", new, data, count=choose.randint(0, 3))
    return data


def _truncated(data: bytes, choose: random.Random) -> bytes:
    return data[: choose.randrange(len(data))]


def _bytes(data: bytes, choose: random.Random) -> bytes:
    """Put odd bytes into the text."""
    odd = (
        b"\x00",
        b"\x0c",
        b"\r",
        b"\x1a",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\\\n",
        b"\t",
        b"\n",
    )
    for _ in range(choose.choice((1, 1, 2, 5))):
        at = choose.randrange(len(data))
        data = data[:at] + choose.choice(odd) + data[at + choose.randint(0, 1) :]
    return data


def _lines(data: bytes, choose: random.Random) -> bytes:
    """Change how lines end, how deep they are and in what order they stand."""
    lines = data.splitlines()
    how = choose.randrange(5)
    if how == 0:
        return choose.choice((b"\r", b"\r\n")).join(lines)
    if how == 1:
        return b"".join(line + choose.choice((b"\n", b"\r\n", b"\r", b"\n\x0c\n", b" \n")) for line in lines)
    if how == 2:
        choose.shuffle(lines)
    elif how == 3:
        at = choose.randrange(len(lines))
        lines[at] = choose.choice((b"    ", b"\t", b" ")) + lines[at]
    else:
        lines = [line.replace(b"    ", b"\t") for line in lines]
    return b"\n".join(lines)


def _encoded(data: bytes, choose: random.Random) -> bytes:
    encoding = choose.choice(
        ("utf-8", "latin-1", "utf-16", "koi8-r", "utf-8-sig", "cp1252", "shift_jis", "utf-7", "nonsense")
    )
    head = f"# coding: {encoding}\nname = 'Ä – ключ'\n".encode("utf-8", "replace")
    body = data.decode("utf-8", "replace")
    try:
        return head + body.encode(encoding, "replace")
    except LookupError:
        return head + data


def _trees(data: bytes, choose: random.Random) -> bytes:
    """Exchange parts of the tree for parts of this or another one; the result is a program."""
    tree, other = ast.parse(data), ast.parse(choose.choice((data, choose.choice(_fixtures()))))
    for kind in choose.choices((ast.expr, ast.expr, ast.stmt), k=choose.randint(1, 5)):
        donors = [node for node in ast.walk(other) if isinstance(node, kind)]
        places = [
            (owner, name, number)
            for owner in ast.walk(tree)
            for name, value in ast.iter_fields(owner)
            for number, item in enumerate(value if isinstance(value, list) else [value])
            if isinstance(item, kind) and not isinstance(getattr(item, "ctx", None), ast.Store | ast.Del)
        ]
        if not donors or not places:
            continue
        owner, name, number = choose.choice(places)
        value = getattr(owner, name)
        if isinstance(value, list):
            value[number : number + choose.randint(0, 1)] = deepcopy(choose.choices(donors, k=choose.randint(1, 2)))
        else:
            setattr(owner, name, deepcopy(choose.choice(donors)))
    try:
        return ast.unparse(tree).encode()
    except (ValueError, RecursionError):
        return data


def _spliced(data: bytes, choose: random.Random) -> bytes:
    """Put two programs together."""
    other = choose.choice(_fixtures())
    lines, others = data.splitlines(keepends=True), other.splitlines(keepends=True)
    return b"".join(lines[: choose.randrange(len(lines))] + others[choose.randrange(len(others)) :])


MUTATIONS: tuple[Mutation, ...] = (
    _tokens,
    _tokens,
    _names,
    _names,
    _truncated,
    _bytes,
    _lines,
    _encoded,
    _trees,
    _trees,
    _trees,
    _trees,
    _spliced,
)

WORDS = re.findall(
    r"\w+",
    "jax key nn random split normal self rngs init apply Net params Dropout x range vmap jit scan fold_in compact nnx",
)
HEAD = "import jax\nfrom jax import random, vmap, jit\nfrom flax import linen as nn, nnx\nkey = random.key(0)\n"


def _generated(seed: int, choose: random.Random) -> bytes:
    """Write a random program with names that mean something here."""
    from pysource_codegen import generate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = generate(seed, node_limit=choose.choice((60, 60, 200, 600)), depth_limit=choose.choice((4, 6)))
        except ValueError:  # trees that `ast.unparse` cannot spell
            return HEAD.encode()
    names = sorted(set(re.findall(r"\bname_\d+\b", text)))
    chosen = {name: choose.choice(WORDS) for name in names}
    text = re.sub(r"\bname_\d+\b", lambda match: chosen[match.group()], text)
    return (HEAD + text).encode("utf-8", "replace")


def program(seed: int, generated: float = GENERATED) -> bytes:
    """Return the program of a seed."""
    choose = random.Random(seed)
    if choose.random() < generated:
        return _generated(seed, choose)
    data = choose.choice(_fixtures())
    for mutation in choose.choices(MUTATIONS, k=choose.choice((1, 1, 1, 2, 3))):
        try:
            data = mutation(data, choose) or data
        except (SyntaxError, ValueError, IndexError):  # an earlier mutation left nothing that has a tree, or a name
            break
    return data


def judge(data: bytes) -> Verdict:
    """Lint a program as flake8 does, and say whether the plugin kept its word."""
    from flake8.processor import FileProcessor

    from flake8_flax_rng.plugin import Plugin
    from flake8_flax_rng.rules import RULES

    options = argparse.Namespace(
        hang_closing=False,
        indent_size=4,
        max_line_length=79,
        max_doc_length=None,
        verbose=0,
        stdin_display_name="stdin",
    )
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder, "program.py")
        path.write_bytes(data)
        try:
            lines = FileProcessor(str(path), options).lines
            tree = ast.parse("".join(lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return Verdict("no python")
        before = ast.dump(tree, include_attributes=True)
        start = time.process_time()
        try:
            reports = list(Plugin(tree, lines, str(path)).run())
        except BaseException as error:
            return Verdict("broken", f"{type(error).__name__}: {error}")
        seconds = time.process_time() - start
    if ast.dump(tree, include_attributes=True) != before:
        return Verdict("broken", "the tree was changed", seconds)
    known = {rule.code for rule in RULES}
    for line, column, message, _ in reports:
        if not (1 <= line <= max(len(lines), 1) and 0 <= column <= len(lines[line - 1]) and message[:6] in known):
            return Verdict("broken", f"no such place: {line}:{column} {message}", seconds)
    unread = [message for _, _, message, _ in reports if message.startswith("RNG001")]
    if len(unread) > 1 or any(not message.endswith(REFUSED) for message in unread):
        return Verdict("broken", "; ".join(unread), seconds)
    return Verdict("refused" if unread else "findings" if reports else "clean", seconds=seconds)


def one(seed: int, generated: float = GENERATED) -> Verdict:
    """Write and judge the program of a seed."""
    return judge(program(seed, generated))


def _shown(path: Path) -> bool:
    """Return whether flake8 can show a line of a file: without plugins, too, it dies of those whose codec fails."""
    try:
        linecache.getline(str(path), 1)
    except UnicodeError:
        return False
    return True


def processes(seeds: range, folder: Path) -> str:
    """Lint the programs of some seeds by flake8 as a process, and return what it complains of."""
    for seed in seeds:
        path = folder / f"p{seed}.py"
        path.write_bytes(program(seed, 0.0))
        if not _shown(path):
            path.unlink()
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=RNG,E9", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    if "Traceback" in done.stderr or "critical error" in done.stderr + done.stdout or done.returncode not in (0, 1):
        return done.stderr[-2000:]
    return ""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first program")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=LIMIT, metavar="SECONDS", help="for one program")
    parser.add_argument(
        "--generated", type=float, default=GENERATED, metavar="SHARE", help="that is no mutated fixture"
    )
    parser.add_argument("--keep", type=Path, default=Path("fuzz-broken"), help="where broken programs are written to")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.programs)
    done = spread(partial(one, generated=options.generated), seeds, options.limit, options.jobs)
    counts: Counter[str] = Counter()
    slowest: tuple[float, int] = (0.0, -1)
    for seed, verdict in sorted(done, key=lambda pair: pair[0]):
        kind = verdict if isinstance(verdict, str) else verdict.kind
        counts[kind] += 1
        if not isinstance(verdict, str):
            slowest = max(slowest, (verdict.seconds, seed))
        if kind in ("broken", "crashed", "hung"):
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"p{seed}.py").write_bytes(program(seed, options.generated))
            print(f"{kind}: seed {seed}: {'' if isinstance(verdict, str) else verdict.reason}")
    with tempfile.TemporaryDirectory() as folder:
        complaint = processes(seeds[: max(10, options.programs // 50)], Path(folder))
    print(complaint or "flake8 as a process: nothing to complain of")
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
    print(f"slowest: {slowest[0]:.1f} s CPU, seed {slowest[1]}")
    return 1 if complaint or any(counts[kind] for kind in ("broken", "crashed", "hung")) else 0


if __name__ == "__main__":
    raise SystemExit(main())
