"""The French and Dutch catalogues, kept with Babel: a bare machine has no gettext programs."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import templatize

LANGUAGES = ("fr", "nl")
FOLDER = Path(settings.LOCALE_PATHS[0])
PACKAGES = ("brustart", "applications", "scoring")
_CONTEXT = ((1, "c"), 2)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": _CONTEXT,
    "pgettext_lazy": _CONTEXT,
    "npgettext": ((1, "c"), 2, 3),
}
_BLANK = re.compile(r"%\((\w+)\)[sd]")


def path(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def _sources() -> Iterator[tuple[str, bytes]]:
    """Every text with messages, as Python source: templates go through Django's templatize."""
    for package in PACKAGES:
        for file in sorted((settings.ROOT / package).rglob("*.py")):
            if "migrations" not in file.parts:
                yield str(file.relative_to(settings.ROOT)), file.read_bytes()
    for file in sorted((settings.ROOT / "templates").rglob("*")):
        if file.suffix in {".html", ".txt"}:
            name = str(file.relative_to(settings.ROOT))
            source = templatize(file.read_text("utf-8"), origin=name)
            flat = "\n".join(line.lstrip() for line in source.splitlines())  # indents mean nothing
            yield name, flat.encode()


def extracted() -> Catalog:
    """Every message of the code and the templates, with the files where it stands."""
    catalog = Catalog(charset="utf-8")
    for name, source in _sources():
        found = extract("python", BytesIO(source), KEYWORDS, (), {"encoding": "utf-8"})
        for _line, message, _comments, context in found:
            flags = ["python-format"] if "%" in str(message) else []
            catalog.add(message, locations=[(name, 0)], context=context, flags=flags)
    return catalog


def load(language: str) -> Catalog:
    if not path(language).exists():
        return Catalog(locale=language)
    return read_po(BytesIO(path(language).read_bytes()), locale=language, charset="utf-8")


def _key(message: Message) -> tuple[object, str | None]:
    return message.id, message.context


def update(language: str) -> int:
    """Add new messages without a translation, drop unused ones. Returns how many are open."""
    catalog, known = extracted(), load(language)
    fresh = Catalog(locale=language, project="Brustart", header_comment="", fuzzy=False)
    for message in catalog:
        if message.id:
            old = known.get(message.id, context=message.context)
            fresh.add(
                message.id,
                old.string if old else None,
                locations=message.locations,
                flags=message.flags,
                context=message.context,
            )
    path(language).parent.mkdir(parents=True, exist_ok=True)
    output = BytesIO()
    write_po(output, fresh, sort_output=True, include_lineno=False, omit_header=False, width=100)
    path(language).write_bytes(_without_dates(output.getvalue()))
    return sum(1 for message in fresh if message.id and not _translated(message))


def _without_dates(text: bytes) -> bytes:
    """A header that names nobody and changes only when a translation does."""
    return re.sub(rb'"(POT-|PO-Rev|Generated|Report|Last-T|Language-T)[^"]*"\n', b"", text)


def _translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(texts) and bool(texts)


def compile(language: str) -> Path:
    """Write the .mo that Django reads."""
    target = path(language).with_suffix(".mo")
    output = BytesIO()
    write_mo(output, load(language))
    target.write_bytes(output.getvalue())
    return target


def faults(language: str) -> Iterator[str]:
    """Each message that is missing, fuzzy, unused, or whose blanks differ."""
    wanted = {_key(message): message for message in extracted() if message.id}
    known = {_key(message): message for message in load(language) if message.id}
    for key in wanted.keys() - known.keys():
        yield f"missing: {key[0]!r} ({wanted[key].locations[0][0]})"
    for key in known.keys() - wanted.keys():
        yield f"unused: {key[0]!r}"
    for key in known.keys() & wanted.keys():
        message = known[key]
        if message.fuzzy:
            yield f"fuzzy: {key[0]!r}"
        elif not _translated(message):
            yield f"missing: {key[0]!r} ({wanted[key].locations[0][0]})"
        elif _blanks(message.id) != _blanks(message.string):
            yield f"other blanks: {key[0]!r}"


def _blanks(text: object) -> set[str]:
    texts = text if isinstance(text, tuple | list) else (text,)
    return {blank for one in texts for blank in _BLANK.findall(str(one))}
