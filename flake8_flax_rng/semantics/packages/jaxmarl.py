"""JaxMARL: environments of several agents."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library(
    "jaxmarl",
    objects={
        r"jaxmarl\.(make|(environments|wrappers)\.(\w+\.)*[A-Z]\w*)": Objects({"reset": Consumer(), "step": Consumer()})
    },
)
