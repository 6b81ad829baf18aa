"""The one exception that acts raise for people to read."""


class Refused(Exception):
    """An act that cannot be done now. Its text is a whole sentence in the reader's language."""
