"""What values are: terms, values, heap objects, and the events that the rules read. No state, no engine."""
