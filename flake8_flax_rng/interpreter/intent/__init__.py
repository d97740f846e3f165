"""Repeats that are meant: what the text and the terms say of why a key is used twice."""
