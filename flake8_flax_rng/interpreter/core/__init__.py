"""The engine, the context around the code that is being followed, and every bound on work."""
