"""Every integration that the README shows, carried out as a user would, in environments of its own.

They take minutes and need a package index, so that the default run leaves them out: `pytest -m integration`.
"""
