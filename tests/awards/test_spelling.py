"""What a payment file can carry: only characters that every bank takes, whatever was typed."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
import sepaxml
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from brustart.awards import banking, paying
from brustart.awards.spelling import plain, says_something

TAKEN = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")  # EPC: the SEPA Latin characters
XSD = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ("Mirabelle SRL", "Mirabelle SRL"),
        ("Dupont & Fils", "Dupont + Fils"),
        ("Élan Çedille Œuvre", "Elan Cedille OEuvre"),
        ("Straße Łódź Ürün", "Strasse Lodz Urun"),
        ("L’Atelier “Bleu”", "L'Atelier 'Bleu'"),
        ("A_B; C [x] {y} @home", "A-B, C (x) (y) .home"),
        ("Αθήνα София", "Athena Sofiia"),
        (" two \t lines\n here ", "two lines here"),
        ("/-?:().,'+ 09", "/-?:().,'+ 09"),
        ("❤ 🎈", ""),
    ],
)
def test_a_name_as_banks_take_it(written: str, carried: str) -> None:
    assert plain(written) == carried


@given(TEXTS, st.integers(1, 150))
def test_any_text_becomes_one_that_every_bank_takes(text: str, most: int) -> None:
    found = plain(text, most=most)
    assert TAKEN.fullmatch(found)
    assert len(found) <= most
    assert found == " ".join(found.split())
    assert plain(found, most=most) == found


def payment(holder: str) -> Any:
    """An ordered payment to this name, as the payment file reads it."""
    award = SimpleNamespace(application=SimpleNamespace(reference="BRU-2026-0001 & Cº"))
    tranche = SimpleNamespace(award=award, position=1)
    return SimpleNamespace(
        pk=1, holder=holder, iban="BE68539007547034", amount=50_000, tranche=tranche
    )


@settings(max_examples=60, deadline=None)
@given(holder=TEXTS.filter(lambda one: says_something(plain(one))))
def test_any_holders_name_makes_a_file_that_banks_take(holder: str) -> None:
    _number, xml = paying.payment_file([payment(holder)], execute_on=date(2026, 12, 1))
    schema().validate(xml)
    root = ElementTree.fromstring(xml)
    names = [one.text or "" for one in root.iter(f"{SPACE}Nm")]
    words = [one.text or "" for one in root.iter(f"{SPACE}Ustrd")]
    assert words == ["Brustart BRU-2026-0001 + Co 1"]
    assert names[-1] == plain(holder, most=banking.HOLDER)
    for text in (*names, *words):
        assert TAKEN.fullmatch(text), text
    assert max(map(len, names)) <= banking.HOLDER


@cache
def schema() -> Any:
    return xmlschema.XMLSchema(XSD)


def test_the_funds_own_name_is_written_so_too(settings: Any) -> None:
    settings.FUND_ACCOUNT = {**settings.FUND_ACCOUNT, "name": "Brustart & Cie S.A. «Bruxelles»"}
    _number, xml = paying.payment_file([payment("M")], execute_on=date(2026, 12, 1))
    names = {one.text for one in ElementTree.fromstring(xml).iter(f"{SPACE}Nm")}
    assert names == {"Brustart + Cie S.A. 'Bruxelles'", "M"}
