"""Repairs of lifted transforms, each on a small text."""

from __future__ import annotations

import libcst as cst
import pytest

from flake8_flax_rng.fixes import lifts
from flake8_flax_rng.fixes.edits import NoFix
from tests.fixes.texts import after, call, sites


def split(text: str, func: str, stream: str = "dropout", splits: bool = True) -> str:
    return after(text, lifts.stream_split(call(text, func), stream, splits, safe=True)).replace('"', "'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nn.vmap(Net)\n", "nn.vmap(Net, split_rngs={'dropout': True})\n"),
        ("nn.vmap(Net, split_rngs={})\n", "nn.vmap(Net, split_rngs={'dropout': True})\n"),
        ("nn.vmap(Net, split_rngs={'dropout': False})\n", "nn.vmap(Net, split_rngs={'dropout': True})\n"),
        ("nn.vmap(Net, split_rngs={True: False})\n", "nn.vmap(Net, split_rngs={'dropout': True, True: False})\n"),
    ],
)
def test_a_stream_is_split(text, expected):
    assert split(text, "nn.vmap") == expected


def test_a_network_of_cells_keeps_what_it_does_with_the_parameters():
    assert split("nn.RNN(cell)\n", "nn.RNN") == "nn.RNN(cell, split_rngs={'params': False, 'dropout': True})\n"


def test_a_loop_takes_its_functions_by_position():
    text = "nn.while_loop(a, b, c, d)\n"
    assert split(text, "nn.while_loop") == "nn.while_loop(a, b, c, d, split_rngs={'dropout': True})\n"


@pytest.mark.parametrize(
    "text",
    [
        "nn.vmap(Net, axes, more)\n",
        "nn.vmap(*given)\n",
        "nn.vmap(Net, split_rngs=options)\n",
        "nn.vmap(Net, split_rngs={**options})\n",
        "nn.vmap(Net, split_rngs={name: True})\n",
    ],
)
def test_options_that_are_not_shown_are_left_alone(text):
    with pytest.raises(NoFix):
        split(text, "nn.vmap")


def test_options_under_a_name_are_changed_where_nobody_else_reads_it():
    text = "options = {'params': True}\nnn.vmap(Net, split_rngs=options)\n"
    place = sites(text, cst.Name)[-1]
    assert place.node.value == "options"
    changed = after(text, lifts.stream_split(place, "dropout", True, safe=True))
    assert changed.startswith("options = {'params': True, 'dropout': True}\n")
    other = text + "print(options)\n"
    with pytest.raises(NoFix):
        lifts.stream_split(sites(other, cst.Name)[-1], "dropout", True, safe=True)


def test_a_decorator_is_a_transform():
    text = "@partial(nn.scan, length=3)\nclass Net(nn.Module):\n    pass\n"
    fix = lifts.stream_split(sites(text, cst.Decorator)[0], "dropout", True, safe=True)
    assert after(text, fix).replace('"', "'").startswith("@partial(nn.scan, length=3, split_rngs={'dropout': True})\n")


@pytest.mark.parametrize(
    ("options", "splits"),
    [
        ("variable_axes={'params': 0}", True),
        ("variable_axes={'params': None}", False),
        ("variable_broadcast='params'", False),
        ("variable_axes={'cache': 0}, variable_broadcast='params'", False),
    ],
)
def test_parameters_are_split_where_each_lane_has_its_own(options, splits):
    text = f"nn.scan(Net, {options})\n"
    changed = after(text, lifts.parameters_split(call(text, "nn.scan"), safe=True)).replace('"', "'")
    assert changed == f"nn.scan(Net, {options}, split_rngs={{'params': {splits}}})\n"


@pytest.mark.parametrize(
    "options", ["in_axes=0", "variable_axes=axes", "variable_axes={'params': axis}", "variable_broadcast='cache'"]
)
def test_whether_parameters_are_shared_has_to_be_shown(options):
    text = f"nn.scan(Net, {options})\n"
    with pytest.raises(NoFix):
        lifts.parameters_split(call(text, "nn.scan"), safe=True)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("'params'", "('params', 'dropout')"),
        ("('params',)", "('params', 'dropout')"),
        ("['params', 'noise']", "['params', 'noise', 'dropout']"),
    ],
)
def test_a_filter_lets_a_stream_in(given, expected):
    text = f"nn.remat(Net, rngs={given})\n"
    changed = after(text, lifts.stream_let_in(call(text, "nn.remat"), "dropout", safe=True))
    assert changed.replace('"', "'") == f"nn.remat(Net, rngs={expected})\n"


@pytest.mark.parametrize("given", ["True", "()", "names"])
def test_other_filters_are_left_alone(given):
    text = f"nn.remat(Net, rngs={given})\n"
    with pytest.raises(NoFix):
        lifts.stream_let_in(call(text, "nn.remat"), "dropout", safe=True)
