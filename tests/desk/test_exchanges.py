"""Pages on which the fund and a startup speak: who comes there, what they show, what they cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import lifecycle, requesting
from applications.models import (
    FileMessage,
    InformationRequest,
    Membership,
    Part,
)
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.core.models import Mail
from scoring.screening import confirming
from tests.desk.exchanging import ask, in_two_months, page, write
from tests.factories import (
    fill,
    make_assigned,
    make_award,
    make_empty_draft,
    make_ineligible,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
)
from tests.mirabelle import PROJECT
from tests.pages import form_data

pytestmark = pytest.mark.django_db


# --- who comes in -----------------------------------------------------------------------------


def test_the_funds_pages_are_for_fund_managers(client: Client) -> None:
    application = make_screened()
    code, asked = application.call.code, ask(application, make_user(Role.FUND_MANAGER))
    mail = Mail.objects.first()
    assert mail is not None
    pages = [
        reverse("ask", args=[application.pk]),
        reverse("take_back", args=[asked.pk]),
        reverse("extensions", args=[code]),
        reverse("paper", args=[code]),
        reverse("letters"),
        reverse("letter", args=[mail.pk]),
    ]
    allowed = {Role.FUND_MANAGER: 200}
    for role in Role:
        client.force_login(make_user(role))
        for url in pages:
            assert client.get(url).status_code == allowed.get(role, 403), (role, url)


def test_what_a_fund_manager_may_not_see_does_not_exist(client: Client, manager: User) -> None:
    draft = make_empty_draft()
    write(draft, draft.author)
    own = Mail.objects.get(template="message")
    assert own.recipient == manager
    lifecycle.tell(draft, "message", now=timezone.now(), message=FileMessage(from_fund=True))
    somebody_elses = Mail.objects.exclude(pk=own.pk).get()
    assert client.get(reverse("letter", args=[somebody_elses.pk])).status_code == 404
    assert client.get(reverse("ask", args=[draft.pk])).status_code == 404


# --- asking for more --------------------------------------------------------------------------


def test_asking_from_the_file_and_taking_it_back(client: Client, manager: User) -> None:
    application = make_screened()
    url = reverse("ask", args=[application.pk])
    assert f'href="{url}"' in page(client, "file", application.pk)
    response = client.get(url)
    sent = form_data(response)
    assert sent["until"] == [(timezone.localdate() + timedelta(days=10)).isoformat()]
    assert "Team" in response.content.decode()
    sent |= {"sections": ["team", "project"], "question": ["Who are your pilots?"]}
    assert client.post(url, sent).url == reverse("file", args=[application.pk])
    asked = InformationRequest.objects.get()
    assert asked.sections == ["team", "project"]
    local = timezone.localtime(asked.until)
    assert (local.date().isoformat(), local.hour, local.minute) == (sent["until"][0], 17, 0)
    html = page(client, "file", application.pk)
    back = reverse("take_back", args=[asked.pk])
    assert f'href="{url}"' not in html
    assert f'href="{back}"' in html
    assert "as it was handed in" in page(client, "take_back", asked.pk)
    assert client.post(back).url == reverse("file", args=[application.pk])
    assert "No longer asked" in page(client, "file", application.pk)
    assert b"Nothing was changed" in client.post(back, follow=True).content


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sections": []}, "Choose at least one section."),
        ({"question": ""}, "Write what you ask."),
        ({"until": ""}, "Choose a day."),
        ({"until": "2020-01-01"}, "Choose a later day."),
    ],
)
def test_what_a_question_lacks_is_said_beside_it(
    client: Client, manager: User, changes: dict[str, Any], words: str
) -> None:
    application = make_screened()
    known = {"sections": ["team"], "question": "Who?", "until": in_two_months()}
    response = client.post(reverse("ask", args=[application.pk]), known | changes)
    assert words in response.content.decode()
    assert not InformationRequest.objects.exists()


def test_a_second_question_is_refused_in_words(client: Client, manager: User) -> None:
    application = make_screened()
    ask(application, manager)
    known = {"sections": ["team"], "question": "And who?", "until": in_two_months()}
    response = client.post(reverse("ask", args=[application.pk]), known)
    assert response.status_code == 409
    assert b"A request is open already" in response.content
    assert b"And who?" in response.content


def test_both_sides_see_the_question_and_the_fund_what_its_answer_changed(client: Client) -> None:
    manager, application = make_user(Role.FUND_MANAGER), make_screened()
    ask(application, manager)
    html = page(client, "file", application.pk, user=application.author)
    assert "Who are your pilots?" in html
    assert "The fund asks you for more information" in html
    assert f'href="{reverse("tasks", args=[application.pk])}"' in html
    assert manager.name not in html
    fill(application, "project", PROJECT | {"title": "Rounds on time"}, now=timezone.now())
    assert (
        "Rounds on time"
        not in page(client, "file", application.pk, user=manager)
        .partition('id="requests-title"')[2]
        .partition("</section>")[0]
    )
    requesting.answer(application, actor=application.author, now=timezone.now())
    shown = page(client, "file", application.pk, user=manager)
    table = shown.partition("differences")[2].partition("</table>")[0]
    assert "Home care on time" in table
    assert "Rounds on time" in table
    for reader in (make_user(Role.AUDITOR), application.author):
        html = page(client, "file", application.pk, user=reader)
        assert "Answered" in html
        assert ("differences" in html) == (reader.role == Role.AUDITOR)


def test_a_reviewer_reads_nothing_of_it(client: Client) -> None:
    manager, application = make_user(Role.FUND_MANAGER), make_screened()
    requesting.take_back(ask(application, manager), actor=manager, now=timezone.now())
    write(application, manager, "Is the number right?")
    reviewer = make_assigned(application, reviewers=1)[0].reviewer
    html = page(client, "file", application.pk, user=reviewer)
    for words in ("Who are your pilots?", "Is the number right?", "Messages", "about this file"):
        assert words not in html.partition("<h1")[2].partition("timeline")[0], words


def test_only_who_may_answer_is_offered_to(client: Client) -> None:
    application = make_screened()
    ask(application, make_user(Role.FUND_MANAGER))
    answer = f'class="btn btn-primary" href="{reverse("tasks", args=[application.pk])}"'
    withdraw = f'href="{reverse("withdraw", args=[application.pk])}"'
    for part, answers, withdraws in (
        (Part.OWNER, True, True),
        (Part.EDITOR, True, False),
        (Part.READER, False, False),
    ):
        user = make_user()
        Membership.objects.create(startup=application.startup, user=user, part=part)
        html = page(client, "file", application.pk, user=user)
        assert (answer in html, withdraw in html) == (answers, withdraws), part


def test_an_accountant_does_not_learn_what_became_of_a_file(client: Client) -> None:
    application, accountant = make_screened(), make_user()
    Membership.objects.create(startup=application.startup, user=accountant, part=Part.ACCOUNTANT)
    client.force_login(accountant)
    url = reverse("file", args=[application.pk])
    assert client.get(url).url == reverse("my_files")
    assert client.get(reverse("file_steps", args=[application.pk])).status_code == 404
    assert client.get(reverse("messages", args=[application.pk])).status_code == 403
    ask(application, make_user(Role.FUND_MANAGER), sections=["budget"])
    assert client.get(url).url == reverse("tasks", args=[application.pk])


# --- the decision, and what comes next --------------------------------------------------------


def test_a_decision_stands_with_its_reasons_and_what_one_can_do(client: Client) -> None:
    award = make_award(amount=90_000)
    html = page(client, "file", award.application_id, user=award.application.author)
    assert award.proposal.reasons in html
    assert "Council of State" in html
    application = make_ineligible()
    confirming.confirm_ineligible(
        application,
        actor=make_user(Role.FUND_MANAGER),
        reason="The seat is in Liège.",
        now=timezone.now(),
    )
    html = page(client, "file", application.pk, user=application.author)
    assert "The seat is in Liège." in html
    assert "Council of State" in html
    assert "Council of State" not in page(
        client, "file", application.pk, user=make_user(Role.FUND_MANAGER)
    )


def test_an_applicant_reads_what_happens_next(client: Client) -> None:
    application = make_reviewed()
    html = page(client, "file", application.pk, user=application.author)
    assert "Nothing: reviewers are reading your file." in html
    assert "We write to you as soon as something changes." in html
    lifecycle.withdraw(application, actor=application.author, now=timezone.now())
    assert "as soon as something" not in page(client, "file", application.pk)


def test_a_withdrawal_may_give_its_reason(client: Client) -> None:
    application = make_submitted()
    client.force_login(application.author)
    url = reverse("withdraw", args=[application.pk])
    assert "reason" in form_data(client.get(url))
    client.post(url, {"reason": "We found another way."})
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN
    assert "We found another way." in page(client, "file", application.pk)
