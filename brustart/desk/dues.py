"""One kind of thing that is due or late."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Due:
    """So many things that somebody must look at, the way to them, and how bad it is."""

    label: str
    count: int
    url: str
    tone: str
