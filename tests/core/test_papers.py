"""Papers that anybody can read, whatever somebody typed into them."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from brustart.core import glyphs, papers
from brustart.core.papers import Bullets, Grid, Heading, Paper, Paragraph, Rows

AT = datetime(2026, 11, 12, 10, 30, tzinfo=UTC)
MARKUP = '#panic("x") $x$ *b* _i_ @ref <label> \\ `raw` // not /* a comment */ = ~ - + #{1+1} [x] "'


def paper(*blocks: papers.Block, **words: Any) -> Paper:
    given = {"language": "fr", "title": "Accusé de réception", "at": AT, **words}
    return Paper(blocks=blocks, **given)


def opened(made: Paper) -> PdfReader:
    return PdfReader(io.BytesIO(papers.pdf(made)))


def told(made: Paper) -> str:
    """All that the pages say, with every run of white space as one space."""
    return " ".join(" ".join(page.extract_text() for page in opened(made).pages).split())


def roles(made: Paper) -> list[str]:
    """The structure that a screen reader follows, in reading order."""
    return [str(node["/S"])[1:] for node in _nodes(opened(made).root_object["/StructTreeRoot"])]


def _nodes(part: Any) -> list[DictionaryObject]:
    part = part.get_object()
    if isinstance(part, ArrayObject):
        return [node for item in part for node in _nodes(item)]
    if not isinstance(part, DictionaryObject):
        return []
    below = _nodes(part["/K"]) if "/K" in part else []
    return [part, *below] if "/S" in part else below


def test_the_paper_is_accessible() -> None:
    reader = opened(paper(Paragraph("Bonjour"), language="nl", title="Ontvangst\n& bewijs"))
    root = reader.root_object
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert reader.metadata is not None
    assert reader.metadata.title == "Ontvangst & bewijs"
    assert reader.metadata.creation_date == AT
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def test_the_structure_says_what_is_what() -> None:
    made = paper(
        Heading("Le projet"),
        Paragraph("Un\n\nDeux"),
        Rows((("Montant", "120 000 €"),)),
        Bullets(("Signez", "Envoyez")),
        Grid(("Poste", "Coût"), (("Capteurs", "1 250,00"),), numeric=(1,)),
    )
    seen = [role for role in roles(made) if role not in {"Document", "Div", "Span", "Strong"}]
    item, line = ["LI", "Lbl", "LBody"], ["TR", "TD", "TD"]
    assert seen[:4] == ["P", "H1", "H2", "P"]
    assert [role for role in seen[4:] if role != "P"] == [
        *["L", *item],
        *["L", *item, *item],
        *["Table", "THead", "TR", "TH", "TH", "TBody", *line],
    ]


def test_headings_skip_no_level() -> None:
    made = paper(Heading("a", 3), Heading("b", 3), Heading("c", 9), Heading("d", 1))
    assert [role for role in roles(made) if role.startswith("H")] == ["H1", "H2", "H3", "H3", "H2"]


def test_blocks_without_words_leave_no_trace() -> None:
    empty = (Heading("\0"), Paragraph(" "), Bullets(()), Rows(()), Grid((), ()))
    assert roles(paper(*empty)) == roles(paper())


def test_a_letter_reads_from_the_address_to_the_signature() -> None:
    made = paper(
        Paragraph("Madame,\nBien à vous,"),
        kicker="Dossier 142",
        date="le 12 novembre 2026",
        address=("Anne Janssens", "", "1050 Ixelles"),
        footer="Boulevard de l’Exemple 12",
    )
    order = (
        "Brustart un programme de Digital.Brussels Anne Janssens 1050 Ixelles Dossier 142 "
        "Accusé de réception le 12 novembre 2026 Madame, Bien à vous, Boulevard de l’Exemple 12"
    )
    assert order in told(made)


def test_an_empty_line_of_an_address_leaves_no_gap() -> None:
    assert papers.pdf(paper(address=("a", "", "b"))) == papers.pdf(paper(address=("a", "b")))


def test_a_translated_word_takes_the_language_of_the_paper() -> None:
    label: Any = gettext_lazy("a programme of Digital.Brussels")
    assert told(paper(Paragraph(label), language="nl")).count("een programma van") == 2


def test_equal_papers_are_equal_bytes_in_any_thread() -> None:
    made = paper(Paragraph("Bonjour"), Grid(("a", "b"), (("1", "2"),)))
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(papers.pdf, [made] * 8))) == 1
    assert papers.pdf(paper(at=AT.replace(year=2027))) != papers.pdf(paper())


def test_what_people_type_is_never_markup() -> None:
    made = paper(
        Heading(MARKUP),
        Paragraph(MARKUP),
        Bullets((MARKUP,)),
        Rows(((MARKUP, MARKUP),)),
        Grid((MARKUP, "b"), ((MARKUP, "c"),)),
        **dict.fromkeys(("title", "kicker", "date", "footer"), MARKUP),
        address=(MARKUP,),
    )
    assert "".join(told(made).split()).count("".join(MARKUP.split())) == 12


def test_what_the_font_lacks_is_shown_by_its_number() -> None:
    said = told(paper(Paragraph("Élève 😀 שלום \ud800 \ue000 Θεός Żółć"), title="漢"))
    assert "[U+6F22]" in said
    assert "Élève [U+1F600] [U+05E9][U+05DC][U+05D5][U+05DD] [U+D800] [U+E000] Θεός Żółć" in said


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\0\x1b\x7fb", "ab"),
        ("a\u200d\u200f\u2066\ufeff\xad\ufe0f\U000e0100b", "ab"),
        ("a\tb\u3000c", "a b c"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("e\u0301", "é"),
        ("25\u202f000\xa0€ : œuvre, reële", "25\u202f000\xa0€ : œuvre, reële"),
    ],
)
def test_printable(typed: str, printed: str) -> None:
    assert glyphs.printable(typed) == printed


def test_every_character_said_to_be_drawn_is_drawn() -> None:
    drawn = [chr(code) for code in range(0x11000) if glyphs.printable(chr(code)) == chr(code)]
    assert len(drawn) > 1500
    assert {
        font["/BaseFont"].split("+")[1] for font in _fonts(paper(Paragraph("".join(drawn))))
    } == {"SourceSans3-Roman"}


def _fonts(made: Paper) -> list[Any]:
    pages = opened(made).pages
    return [font.get_object() for page in pages for font in page["/Resources"]["/Font"].values()]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(), min_size=6, max_size=40))
def test_anything_can_be_printed(texts: list[str]) -> None:
    first, second, *others = texts
    papers.pdf(
        paper(
            *map(Paragraph, others),
            Heading(first),
            Bullets(tuple(others)),
            Rows(tuple(zip(others, reversed(others), strict=True))),
            Grid((first, second), tuple((text, text) for text in others), numeric=(1,)),
            **dict(zip(("title", "kicker", "date", "footer"), others, strict=False)),
            address=(first, second),
        )
    )


def test_ten_thousand_characters_are_all_there() -> None:
    assert told(paper(Paragraph("z" * 10_000 + " " + "wéw " * 2_500))).count("z") == 10_000
    assert told(paper(Rows((("Nom", "wéw " * 2_500),)))).count("wéw") == 2_500


@pytest.mark.parametrize("word", ["a" * 600, "mot\xa0" * 150, "[U+1F600]" * 66])
def test_a_word_wider_than_its_place_is_broken(word: str) -> None:
    made = paper(
        Heading(word),
        Paragraph(word),
        Bullets((word,)),
        Rows((("Nom", word), (word[:99], word), (word, "Oui"))),
        Grid(("Nom", "Montant"), ((word, word),), numeric=(1,)),
        **dict.fromkeys(("title", "kicker", "date"), word),
        address=(word,),
        footer=word[:200],
    )
    margin = (210 - 25) / 25.4 * 72
    assert all(right < margin for page in opened(made).pages for right in _ends(page))


def test_a_broken_address_is_copied_whole() -> None:
    address = "https://www.example.be/" + "chemin" * 30
    assert address in told(paper(Rows((("Site", address),)))).replace(" ", "")


def _ends(page: Any) -> list[float]:
    """A low estimate of where each line of text ends, in points from the left."""
    return [x + 0.3 * size * len(text.strip()) for x, _y, size, text in _lines(page)]


def _lines(page: Any) -> list[tuple[float, float, float, str]]:
    """Each piece of text with where it begins (points from the corner below left) and its size."""
    found: list[tuple[float, float, float, str]] = []

    def note(text: str, cm: list[float], _tm: list[float], _font: Any, size: float) -> None:
        found.append((cm[4], cm[5], size, text))

    page.extract_text(visitor_text=note)
    return found


def test_a_table_over_pages_repeats_its_head_for_the_eye_alone() -> None:
    rows = tuple((f"Poste {number}", "Matériel", "1 250,00") for number in range(80))
    made = paper(Grid(("Poste budgétaire", "Sorte", "Coût"), rows, numeric=(2,)))
    pages = [page.extract_text() for page in opened(made).pages]
    assert len(pages) > 2
    assert all("Poste budgétaire" in page for page in pages)
    assert all(f"{number} " in page.splitlines()[-1] for number, page in enumerate(pages, 1))
    assert roles(made).count("TH") == 3
    assert roles(made).count("TD") == 240


def test_a_name_of_several_lines_stays_beside_its_value() -> None:
    name = "Base légale de l’aide, et date de son entrée en vigueur dans la Région"
    value = "Règlement de la Commission du 13 décembre 2023, qui vaut pour toutes les aides"
    (page,) = opened(paper(Rows(((name, value),)))).pages
    heights = {text.split()[0]: y for _x, y, _size, text in _lines(page) if text.strip()}
    assert heights["Base"] == heights["Règlement"]
    assert heights["de"] == heights["toutes"]


def test_a_paper_that_cannot_be_set_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "paper.typ"
    broken.write_text('#panic("no ink")')
    monkeypatch.setattr(papers, "_template", lambda: broken)
    with pytest.raises(papers.PaperFailed, match="no ink"):
        papers.pdf(paper())


def test_a_forked_child_of_a_process_that_set_papers_does_not_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(papers, "_first_process", lambda: 1)
    with pytest.raises(papers.PaperFailed, match="forked"):
        papers.pdf(paper())


def test_a_crooked_table_or_a_time_without_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="cells"):
        Grid(("a", "b"), (("1",),))
    with pytest.raises(ValueError, match="zone"):
        paper(at=AT.replace(tzinfo=None))
