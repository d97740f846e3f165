"""Plants faults in real code, and counts those that the linter finds.

Where a fault can be planted is told by the syntax and by what flows where in one function (`flow`, `scope`,
`splits`), without a word from the linter. The files stay as they are: what is linted is a text in memory.
"""
