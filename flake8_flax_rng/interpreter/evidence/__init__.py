"""The book of uses, and what follows from it."""
