"""Makes `python -m flake8_flax_rng` the same as `flake8-flax-rng`."""

import sys

from flake8_flax_rng.cli import main

if __name__ == "__main__":
    sys.exit(main())
