"""What other libraries do with keys: `facts.md` holds the facts, and each is a test that executes a program."""
