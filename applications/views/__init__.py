"""Pages on which files are written, handed in and followed."""
