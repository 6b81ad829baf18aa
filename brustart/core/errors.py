"""The one exception that acts raise for people to read."""


class Refused(Exception):
    """An act that cannot be done now. Its text is a whole sentence in the reader's language;
    `field`: the argument of the act that it is about, if it is about one alone, so that a form can
    say it there."""

    def __init__(self, *text: object, field: str = "") -> None:
        super().__init__(*text)
        self.field = field
