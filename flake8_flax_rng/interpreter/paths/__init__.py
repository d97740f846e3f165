"""One path through a program: its state, fork and join, and the conditions that it has taken."""
