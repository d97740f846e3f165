"""The book of what was made, read, consumed and lost."""
