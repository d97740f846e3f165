"""The command that plants faults in real code and counts those that the linter finds; see `mutants/`."""

from __future__ import annotations

import difflib
import textwrap
from pathlib import Path

import pytest

from tests.mutants.__main__ import main
from tests.mutants.edits import edited
from tests.mutants.kinds import KINDS, mutations

HEAD = "import jax\nimport flax.linen as nn\nfrom flax import nnx\n"


def changes(kind: str, program: str) -> list[str]:
    """What each fault of a kind takes from a program and puts into it."""
    text = HEAD + textwrap.dedent(program)
    found = []
    for mutation in mutations(text, [kind]):
        new = edited(text, mutation.edits)
        assert new is not None
        difference = difflib.ndiff(text.splitlines(), new.splitlines())
        found.append("; ".join(" ".join(line.split()) for line in difference if line[0] in "+-"))
    return found


TWO_USES = """
def f(key):
    a, b = jax.random.split(key)
    x = jax.random.normal(a)
    return x + jax.random.normal(b)
"""


def test_a_sibling_stands_in_the_place_of_a_key():
    assert changes("sibling", TWO_USES) == [
        "- x = jax.random.normal(a); + x = jax.random.normal(b)",
        "- return x + jax.random.normal(b); + return x + jax.random.normal(a)",
    ]


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("import jax.random as jr", "jr.split"),
        ("from jax import random", "random.split"),
        ("from jax.random import split as cut", "cut"),
    ],
)
def test_a_split_is_known_by_its_import(imports, call):
    program = TWO_USES.replace("jax.random.split", call)
    assert len(changes("sibling", f"{imports}\n{program}")) == 2
    assert changes("sibling", program) == []


def test_an_item_of_an_array_is_a_key_too():
    program = """
    def f(key):
        keys = jax.random.split(key, 2)
        return draw(keys[0]) + draw(keys[1])
    """
    assert changes("sibling", program) == [
        "- return draw(keys[0]) + draw(keys[1]); + return draw(keys[1]) + draw(keys[1])",
        "- return draw(keys[0]) + draw(keys[1]); + return draw(keys[0]) + draw(keys[0])",
    ]


def test_the_sibling_may_be_used_in_the_next_pass():
    program = """
    def f(key):
        for _ in range(3):
            key, sub = jax.random.split(key)
            draw(sub)
    """
    assert changes("sibling", program) == ["- draw(sub); + draw(key)"]


def test_a_key_that_an_inner_function_captures_has_a_sibling():
    program = """
    def f(key, x):
        a, b = jax.random.split(key)
        def loss(params):
            return model(params, x, a)
        return jax.grad(loss)(params) + jax.random.normal(b)
    """
    assert changes("sibling", program)[0] == "- return model(params, x, a); + return model(params, x, b)"


NO_SIBLING = {
    "dead": """
    def f(key):
        a, b = jax.random.split(key)
        return jax.random.normal(a)
    """,
    "only looked at": """
    def f(key):
        a, b = jax.random.split(key)
        print(b)
        return jax.random.normal(a), b.shape
    """,
    "exclusive": """
    def f(key, flag):
        a, b = jax.random.split(key)
        if flag:
            return jax.random.normal(a)
        return jax.random.normal(b)
    """,
    "exclusive in one expression": """
    def f(key, flag):
        a, b = jax.random.split(key)
        return jax.random.normal(a) if flag else jax.random.uniform(b)
    """,
    "exclusive by match": """
    def f(key, flag):
        a, b = jax.random.split(key)
        match flag:
            case 1:
                x = jax.random.normal(a)
            case _:
                x = jax.random.normal(b)
        return x
    """,
    "exclusive by an exception": """
    def f(key):
        a, b = jax.random.split(key)
        try:
            x = draw(a)
        except ValueError:
            x = draw(b)
        return x
    """,
    "bound anew": """
    def f(key):
        a, b = jax.random.split(key)
        b = jax.random.key(0)
        return jax.random.normal(a) + jax.random.normal(b)
    """,
    "one drawn from, one for Flax, which folds": """
    def f(key, x):
        a, b = jax.random.split(key)
        params = model.init(a, x)
        return params, jax.random.normal(b)
    """,
    "one folded": """
    def f(key, x):
        a, b = jax.random.split(key)
        return jax.random.fold_in(a, 1), jax.random.normal(b)
    """,
    "kept in a state": """
    def f(key, x):
        a, b = jax.random.split(key)
        return jax.random.normal(a), State(b), state.replace(key=b)
    """,
}


@pytest.mark.parametrize("program", NO_SIBLING.values(), ids=NO_SIBLING)
def test_where_no_sibling_is_used_again_there_is_no_fault(program):
    assert changes("sibling", program) == []


def test_a_parent_stands_in_the_place_of_a_key():
    assert changes("parent", TWO_USES) == [
        "- x = jax.random.normal(a); + x = jax.random.normal(key)",
        "- return x + jax.random.normal(b); + return x + jax.random.normal(key)",
    ]


def test_a_parent_that_is_gone_or_folded_by_flax_cannot():
    assert changes("parent", "def f(k):\n    k, a = jax.random.split(k)\n    return jax.random.normal(a)\n") == []
    assert changes("parent", "def f(k):\n    a, b = jax.random.split(k)\n    return model.init(a, x)\n") == []
    anew = "def f(k):\n    a, b = jax.random.split(k)\n    k = new()\n    return jax.random.normal(a)\n"
    assert changes("parent", anew) == []


def test_a_loop_splits_the_same_key_or_none():
    program = """
    def f(key, xs):
        for x in xs:
            key, sub = jax.random.split(key)
            draw(sub)
    """
    split = "key, sub = jax.random.split(key)"
    assert changes("stale", program) == [f"- {split}; + _, sub = jax.random.split(key)", f"+ {split}; - {split}"]


def test_a_key_that_is_renewed_by_a_statement_of_its_own_is_not():
    program = """
    def f(key, xs):
        for x in xs:
            keys = jax.random.split(key, 3)
            key = keys[0]
            draw(keys[1])
    """
    assert changes("stale", program) == ["- key = keys[0]"]


def test_a_split_of_what_the_loop_binds_stays():
    program = """
    def f(key, xs):
        for key in xs:
            key, sub = jax.random.split(key)
            draw(sub)
        for x in xs:
            a, b = jax.random.split(jax.random.fold_in(key, x))
            draw(a)
    """
    assert changes("stale", program) == []


def test_a_key_that_the_loop_does_not_use_is_not_stale():
    program = """
    def f(key, xs):
        for x in xs:
            key, sub = jax.random.split(key)
        return draw(sub)
    """
    assert changes("stale", program) == []


def test_a_split_is_deleted():
    program = """
    def f(key):
        key, sub = jax.random.split(key)
        x = draw(sub)
        return x + draw(key)
    """
    gone = "- key, sub = jax.random.split(key); - x = draw(sub); + x = draw(key)"
    assert changes("deleted-split", program) == [gone]
    assert len(changes("deleted-split", TWO_USES)) == 1


def test_a_split_that_nobody_needs_is_not_deleted():
    assert changes("deleted-split", "def f(key):\n    key, sub = jax.random.split(key)\n    return draw(sub)\n") == []
    folded = "def f(k):\n    a, b = jax.random.split(k)\n    return model.apply(p, x, rngs={'x': a, 'y': b})\n"
    assert changes("deleted-split", folded) == []


def test_a_used_key_is_returned():
    program = """
    def f(key):
        key, sub = jax.random.split(key)
        return draw(sub), key
    """
    split = "key, sub = jax.random.split(key)"
    assert changes("kept-after-use", program) == [f"- {split}; + _, sub = jax.random.split(key)"]
    assert changes("kept-after-use", program.replace(", key\n", "\n")) == []


def test_a_used_key_is_kept():
    program = """
    class Agent:
        def act(self):
            self.key, sub = jax.random.split(self.key)
            return draw(sub)

        def step(self):
            key, sub = jax.random.split(self.key)
            self.key = key
            return draw(sub)

    def step(state, x):
        key, sub = jax.random.split(state.key)
        return state.replace(x=x + draw(sub), key=key)
    """
    assert changes("kept-after-use", program) == [
        "- self.key, sub = jax.random.split(self.key); + _, sub = jax.random.split(self.key)",
        "- self.key = key",
        "- return state.replace(x=x + draw(sub), key=key); + return state.replace(x=x + draw(sub), )",
    ]


def test_what_is_folded_in_is_constant():
    program = """
    class Agent:
        def __init__(self, seed):
            self.seed = seed
            self.step = 0

        def act(self, key):
            self.step += 1
            return draw(jax.random.fold_in(key, self.step)), jax.random.fold_in(key, self.seed)

    def f(key, xs, state):
        for i, x in enumerate(xs):
            draw(jax.random.fold_in(key, i))
        a = jax.random.fold_in(key, data=state.step)
        b = jax.random.fold_in(key, 7)
        n = 3
        return a, b, jax.random.fold_in(key, n), [draw(jax.random.fold_in(key, i)) for i in range(n)]
    """
    put = [change.partition("; + ")[2] for change in changes("constant-fold", program)]
    assert put == [
        "return draw(jax.random.fold_in(key, 0)), jax.random.fold_in(key, self.seed)",
        "draw(jax.random.fold_in(key, 0))",
        "a = jax.random.fold_in(key, data=0)",
        "return a, b, jax.random.fold_in(key, n), [draw(jax.random.fold_in(key, 0)) for i in range(n)]",
    ]


def test_a_model_in_training_mode_is_given_no_keys():
    program = """
    model.apply(p, x, train=True, rngs={"dropout": key})
    state.apply_fn(p, x, rngs=keys, deterministic=False)
    model.apply(p, x, train=False, rngs={"dropout": key})
    model.apply(p, x, deterministic=True, rngs={"dropout": key})
    model.apply(p, x, rngs={"dropout": key})
    """
    assert [change.partition("; + ")[2] for change in changes("rngs", program)] == [
        "model.apply(p, x, train=True, )",
        "state.apply_fn(p, x, deterministic=False)",
    ]


def test_a_stream_is_not_split():
    program = 'nn.scan(Cell, split_rngs={"params": False, "dropout": True})\n'
    assert [change.partition("; + ")[2] for change in changes("split-rngs", program)] == [
        'nn.scan(Cell, split_rngs={"dropout": True})',
        'nn.scan(Cell, split_rngs={"params": False, })',
    ]


def test_a_not_is_forgotten():
    program = "nn.Dropout(0.1, deterministic=not (train or warm))(x, deterministic=train)\n"
    (change,) = changes("dropped-not", program)
    assert change.endswith("+ nn.Dropout(0.1, deterministic=train or warm)(x, deterministic=train)")


def test_the_state_of_a_module_is_lost():
    program = """
    def f(model, x):
        y, state = step(*nnx.split(model), x)
        nnx.update(model, state)
        return y

    def step(graph, state, x):
        model = nnx.merge(graph, state)
        return model(x), nnx.state(model)
    """
    assert changes("state-not-returned", program) == [
        "- nnx.update(model, state)",
        "- return model(x), nnx.state(model); + return model(x), state",
    ]


def test_a_module_may_be_given_other_weights():
    program = """
    def load(model, path):
        state = jax.device_put(nnx.state(model))
        graph, again = nnx.split(model)
        nnx.update(model, state)
        nnx.update(model, again)
        return nnx.state(model)
    """
    assert changes("state-not-returned", program) == []


def test_what_knows_no_flax_is_not_taken_for_it():
    assert mutations("import tensorflow as tf\nimport jax\nx = tf.data.map(f, deterministic=not train)\n") == []


def test_the_rest_of_a_text_stays_as_it_is():
    text = 'import jax\n\n\ndef f( key ):\n\ta ,b=jax . random.split( key )  # ä\n\treturn g("ö", (a) ),g( b )\n'
    texts = [edited(text, mutation.edits) for mutation in mutations(text, ["sibling"])]
    assert texts == [text.replace("(a)", "(b)"), text.replace("g( b )", "g( a )")]


def test_a_body_that_loses_its_only_statement_is_still_one():
    text = "from flax import nnx\nif x:\n    nnx.update(m, s)\ny, s = f()\n"
    (mutation,) = mutations(text)
    assert edited(text, mutation.edits) == "from flax import nnx\nif x:\n    pass\ny, s = f()\n"


PROGRAM = """\
import jax
import unknown


def found(key):
    a, b = jax.random.split(key)
    return jax.random.normal(a) + jax.random.normal(b)


def missed(key):
    a, b = jax.random.split(key)
    print(b)
    return unknown.draw(a) + unknown.draw(b)


def wrong(key):
    return jax.random.normal(key) + jax.random.normal(key)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    (root / "tests").mkdir(parents=True)
    (root / "program.py").write_text(PROGRAM)
    (root / "copy.py").write_text(PROGRAM)
    (root / "tests" / "test_program.py").write_text(PROGRAM + "\n")
    (root / "other.py").write_text("x = 1\n")
    (root / "broken.py").write_text("import jax\nx = = 1\n")
    return root


def run(source: Path, *arguments: str) -> list[dict[str, str]]:
    out = source.parent / "table.tsv"
    assert main([str(source), "--jobs=1", f"--out={out}", "--kinds=sibling", *arguments]) == 0
    head, *rows = [row.split("\t") for row in out.read_text().splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.slow
def test_faults_are_found_or_missed(source, capsys):
    rows = run(source)
    # One of each function, of one of two files with the same text.
    assert [(row["path"], row["outcome"], row["code"]) for row in rows] == [
        ("copy.py", "found", "RNG101"),
        ("copy.py", "missed", ""),
    ]
    assert "line 7" in rows[0]["message"]
    assert "sibling                  4       2      1    50%\n" in capsys.readouterr().out
    assert (source / "copy.py").read_text() == PROGRAM


@pytest.mark.slow
def test_an_opt_in_rule_is_asked(source):
    codes = [row["code"] for row in run(source, "--opt-in=RNG190")]
    assert codes == ["RNG101", "RNG190"]


@pytest.mark.slow
def test_tests_are_planted_in_when_they_are_asked_for(source):
    assert {row["path"] for row in run(source, "--tests")} == {"copy.py", "tests/test_program.py"}


@pytest.mark.slow
def test_equal_seeds_give_equal_faults(source):
    rows = {seed: [run(source, f"--seed={seed}", "--count=1") for _ in range(2)] for seed in range(8)}
    assert all(first == second and len(first) == 1 for first, second in rows.values())
    assert len({str(first) for first, _ in rows.values()}) > 1


@pytest.mark.slow
def test_kinds_and_sources_take_turns(tmp_path, capsys):
    for name, functions in (("large", 9), ("small", 1)):
        root = tmp_path / name
        root.mkdir()
        (root / "program.py").write_text("import jax\n" + "".join(f"# {i}\n{TWO_USES}" for i in range(functions)))
    out = tmp_path / "table.tsv"
    roots = str(tmp_path / "large"), str(tmp_path / "small")
    main([*roots, "--jobs=1", f"--out={out}", "--kinds=sibling,parent", "--count=4"])
    rows = [row.split("\t")[1:3] for row in out.read_text().splitlines()[1:]]
    assert sorted(rows) == [[kind, name] for kind in ("parent", "sibling") for name in ("large", "small")]


@pytest.mark.slow
def test_a_fault_is_shown(source, capsys):
    main([str(source), "--jobs=1", "--kinds=sibling", "--show=2"])
    out = capsys.readouterr().out
    assert out.startswith("# 2: sibling\n--- source/copy.py\n")
    assert "-    return unknown.draw(a) + unknown.draw(b)\n" in out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--opt-in=RNG999"], "RNG999 is none of RNG090"),
        (["--kinds=sibling,typo"], "typo is none of"),
        (["nowhere"], "nowhere is no directory"),
        (["{source}/../source"], "two sources are called source"),
    ],
)
def test_what_cannot_be_done_is_said(source, capsys, arguments, word):
    with pytest.raises(SystemExit):
        main([str(source), *(argument.format(source=source) for argument in arguments)])
    assert word in capsys.readouterr().err


def test_each_kind_has_a_test_here():
    text = Path(__file__).read_text()
    assert [kind for kind in KINDS if f'changes("{kind}"' not in text] == []
