"""From a callable to what handles its calls."""
