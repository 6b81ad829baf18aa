"""The machine proposes: a person's refusal gives its grounds and the way to appeal."""

from decimal import Decimal

import pytest
from django.utils import timezone, translation

from applications.states import State
from brustart.accounts.models import Role
from brustart.core.models import Mail
from scoring.screening import confirming
from scoring.screening.models import Run
from tests.factories import make_screened, make_user

pytestmark = pytest.mark.django_db


def test_nobody_is_refused_without_a_reason() -> None:
    application = make_screened(postal_code="4000")
    with pytest.raises(confirming.ReasonMissing):
        confirming.confirm_ineligible(
            application, actor=make_user(Role.FUND_MANAGER), reason=" ", now=timezone.now()
        )
    application.refresh_from_db()
    assert application.state == State.FAILS_RULES


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_the_mail_says_why_and_what_can_be_done(language: str) -> None:
    owner = make_user(language=language)
    application = make_screened(author=owner, postal_code="4000", requested=Decimal("140000.00"))
    reason = "L’établissement est à Liège & nulle part ailleurs."
    confirming.confirm_ineligible(
        application, actor=make_user(Role.FUND_MANAGER), reason=reason, now=timezone.now()
    )
    mail = Mail.objects.get(template="ineligible")
    assert mail.language == language
    assert application.reference in mail.subject
    assert reason in mail.body
    assert "4000" in mail.body
    with translation.override(language):
        run = Run.objects.of(application.submission_id)
        assert run is not None
        findings = run.findings.all()
        told = {finding.rule for finding in findings if finding.text in mail.body}
        assert told == {"seat", "cofinancing"}  # the rules not met, only
        assert all(finding.source in mail.body for finding in findings if finding.rule in told)
    assert "60" in mail.body
    assert f"/{language}/files/{application.pk}/" in mail.body
