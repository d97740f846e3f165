"""Why some rules have no fix at all: what a reader has to decide there."""

from __future__ import annotations

WITHOUT = {
    "RNG113": "the function needs a key as an argument, and its callers one to give",
    "RNG114": "which of the two keys is to be another one, and from where, is not said",
    "RNG193": "the key becomes an argument that all callers have to give, who are not in sight",
    "RNG212": "the lifted transform takes the module as an argument, and which variables it shares is not said",
    "RNG213": "which rate is meant is not said",
    "RNG292": "the model is not known, and no key is at hand",
    "RNG306": "whether the lanes share the parameters, and how many they are, is not said",
    "RNG307": "which of the two gets another seed, and which one, is not said",
    "RNG308": "which of the two is reseeded, and with what, is not said",
    "RNG311": "each call needs streams of its own, from a seed that nobody has chosen",
    "RNG390": "whether the evaluation is to sample is not said",
    "RNG391": "the streams become an argument that all callers have to give, who are not in sight",
    "RNG401": "no key is at hand, or the function is transformed in another way",
    "RNG403": "which of Haiku's transforms is meant, and what it splits, is not said",
    "RNG404": "the model needs a seed that nobody has chosen",
}
"""By the code of the rule."""

NOT_BUILT = "no repair is built for this form of the finding"
"""What is said of other rules, whose fix knows some forms of their findings."""


def why_none(code: str) -> str:
    """Return why a finding has no fix that nobody tries to mend.

    Args:
        code: the code of its rule.
    """
    return WITHOUT.get(code, NOT_BUILT)
