"""code.csv: what the register's codes mean, in its own words."""

from dataclasses import dataclass, field

from .models import Label
from .naming import searchable
from .reading import Archive

LEGAL_FORM, SITUATION, NACE = "JuridicalForm", "JuridicalSituation", "Nace"
# Languages have numbers, and only code.csv says which; so they are known by their names.
LANGUAGES = {
    "FRANCAIS": "fr",
    "FRANS": "fr",
    "NEERLANDAIS": "nl",
    "NEDERLANDS": "nl",
    "ALLEMAND": "de",
    "DUITS": "de",
    "ANGLAIS": "en",
    "ENGELS": "en",
}


@dataclass
class Codes:
    """`labels` by category, code and language; `languages` by the register's number for one."""

    labels: dict[tuple[str, str, str], str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)

    def save(self) -> None:
        """Add and correct labels; one that is no longer told stays."""
        Label.objects.bulk_create(
            [
                Label(category=category, code=code, language=language, text=text)
                for (category, code, language), text in self.labels.items()
            ],
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["category", "code", "language"],
            update_fields=["text"],
        )


def read(archive: Archive) -> Codes:
    """The codes that the house uses: a few thousand lines, whatever the extract's size."""
    codes = Codes()
    with archive.rows("code") as table:
        for category, code, language, text in table:
            if category == "Language" and (known := LANGUAGES.get(searchable(text))):
                codes.languages[code] = known
            elif category in (LEGAL_FORM, SITUATION) or category.startswith(NACE):
                codes.labels[category, code, language.lower()] = text
    return codes
