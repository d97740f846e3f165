"""The building blocks of repairs: edits of the text, made from the nodes of its LibCST trees.

An edit replaces a part of the text and leaves all others as they are, comments and format too. Where a repair is not
certain to be right, a building block raises ``NoFix``.
"""
