"""Calls that are wrong by themselves."""
