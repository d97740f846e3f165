"""Functions of other libraries, and of the user, that consume keys."""
