"""The audit dossier: everything about an award in one ZIP whose index holds."""

import hashlib
import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role
from brustart.awards import letters, paying
from brustart.awards.models import Award, Letter
from tests import factories
from tests.awards import making
from tests.pages import logged_in

pytestmark = pytest.mark.django_db


def unpacked(client: Client, award: Award) -> dict[str, bytes]:
    response = client.get(reverse("dossier", args=[award.application_id]))
    assert response.status_code == 200
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_everything_about_a_paid_award_is_in_it_and_the_index_holds() -> None:
    claim = making.make_paid()
    award = claim.tranche.award
    for letter in Letter.objects.all():
        letters.write(letter, timezone.now())
    parts = unpacked(logged_in(factories.make_user(Role.AUDITOR)), award)
    index = json.loads(parts.pop("index.json"))["sha256"]
    assert index == {name: hashlib.sha256(body).hexdigest() for name, body in parts.items()}

    decision = json.loads(parts["decision.json"])
    proposal = decision["proposals"][0]
    assert {vote["sha256"] for vote in proposal["votes"]} == {award.proposal.sha256}
    assert proposal["terms"][0]["content"]["reasons"] == award.proposal.reasons
    kinds = [entry["kind"] for entry in json.loads(parts["ledger.json"])]
    assert kinds == ["commit", "liquidate", "order", "pay"]
    assert json.loads(parts["screening.json"])[0]["findings"]
    assert len(json.loads(parts["reviews.json"])["reviews"]) == 2
    payments = json.loads(parts["payments.json"])
    assert payments["claims"][0]["state"] == "paid"
    assert parts[f"payments/{payments['files'][0]['message_id']}.xml"].startswith(b"<?xml")
    assert {"proposal.made", "proposal.approved"} <= {
        entry["act"] for entry in json.loads(parts["audit.json"])
    }
    assert "letters/award-en.pdf" in parts
    assert any(name.startswith("attachments/01-") for name in parts)
    assert paying.to_pay().count() == 0


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPLICANT, Role.ADMINISTRATOR])
def test_it_is_for_those_who_oversee(role: Role) -> None:
    award = factories.make_award()
    client = logged_in(factories.make_user(role))
    assert client.get(reverse("dossier", args=[award.application_id])).status_code == 403
