"""Pages about awards, one module an act."""
