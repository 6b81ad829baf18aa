"""Who works on a startup's files: invited, accepted, changed, taken off, gone; never ownerless."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone, translation

from applications import inviting
from applications.models import Invitation, Membership, Part, Startup
from brustart.accounts.models import Role, User
from brustart.core.errors import Refused
from brustart.core.models import AuditEntry, Mail
from tests.factories import make_empty_draft, make_user

EMAIL = "new@example.org"
LINK = re.compile(re.escape(settings.SITE_URL) + r"/(\w\w)/invitation/([\w-]{43})/")


def a_startup() -> tuple[Startup, User]:
    """A startup with its only owner."""
    owner = make_user()
    return make_empty_draft(author=owner).startup, owner


def join(startup: Startup, part: Part) -> Membership:
    return Membership.objects.create(startup=startup, user=make_user(), part=part)


def invite(
    startup: Startup, owner: User, email: str = EMAIL, *, now: datetime | None = None
) -> str:
    """Invite an editor; the token in the mail."""
    now = now or timezone.now()
    inviting.invite(startup, email=email, part=Part.EDITOR, actor=owner, now=now)
    return token_in(Mail.objects.latest("pk"))


def token_in(mail: Mail) -> str:
    found = LINK.search(mail.body)
    assert found, mail.body
    return found.group(2)


def acts() -> list[str]:
    rows = AuditEntry.objects.filter(act__startswith="startup.").order_by("pk")
    return list(rows.values_list("act", flat=True))


@pytest.fixture
def owned(db: None) -> tuple[Startup, User]:
    return a_startup()


def test_an_invitation_is_a_link_of_which_only_the_hash_is_kept(owned: Any) -> None:
    startup, owner = owned
    token = invite(startup, owner, " New@Example.org ")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.part) == (EMAIL, Part.EDITOR)
    assert invitation.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert invitation.expires_at == invitation.invited_at + timedelta(days=14)
    entry = AuditEntry.objects.get(act="startup.invited")
    assert (entry.actor, entry.details) == (owner, {"invitation": invitation.pk, "part": "editor"})


def test_the_mail_says_who_asks_and_what_for(owned: Any) -> None:
    startup, owner = owned
    invite(startup, owner)
    mail = Mail.objects.get()
    assert (mail.recipient, mail.address, mail.language) == (None, EMAIL, owner.language)
    assert owner.name in mail.body
    assert owner.email in mail.body
    assert "writes in every section, and does not submit" in mail.body
    assert "&#" not in mail.body
    assert owner.name not in mail.subject  # what somebody typed does not stand in a subject


def test_who_has_an_account_is_written_to_in_their_language(owned: Any) -> None:
    account = make_user(email=EMAIL, language="nl")
    invite(*owned)
    mail = Mail.objects.get()
    assert (mail.recipient, mail.language) == (account, "nl")
    found = LINK.search(mail.body)
    assert found
    assert found.group(1) == "nl"


def test_accepting_gives_the_part(owned: Any) -> None:
    startup, owner = owned
    token, user, now = invite(startup, owner), make_user(), timezone.now()
    membership = inviting.accept(token, user=user, now=now)
    assert (membership.startup, membership.user, membership.part) == (startup, user, Part.EDITOR)
    invitation = Invitation.objects.get()
    assert (invitation.accepted_at, invitation.accepted_by) == (now, user)
    assert invitation.email != user.email  # the link is the proof, not the address
    assert acts() == ["startup.invited", "startup.joined"]


def test_a_second_click_finds_the_first_ones_part(owned: Any) -> None:
    token, user = invite(*owned), make_user()
    first = inviting.accept(token, user=user, now=timezone.now())
    assert inviting.accept(token, user=user, now=timezone.now()) == first
    assert acts().count("startup.joined") == 1


def test_nobody_else_can_use_it_then(owned: Any) -> None:
    token = invite(*owned)
    inviting.accept(token, user=make_user(), now=timezone.now())
    with pytest.raises(inviting.Gone, match="accepted already"):
        inviting.accept(token, user=make_user(), now=timezone.now())


def test_who_was_taken_off_does_not_come_back_by_the_same_link(owned: Any) -> None:
    startup, owner = owned
    token, user = invite(startup, owner), make_user()
    membership = inviting.accept(token, user=user, now=timezone.now())
    inviting.remove(membership, actor=owner, now=timezone.now())
    with pytest.raises(inviting.Gone, match="accepted already"):
        inviting.accept(token, user=user, now=timezone.now())


@pytest.mark.parametrize(("seconds", "open_still"), [(-1, True), (0, False)])
def test_it_expires_after_fourteen_days(owned: Any, seconds: int, open_still: bool) -> None:
    now = timezone.now()
    token = invite(*owned, now=now)
    late = now + timedelta(days=14, seconds=seconds)
    if open_still:
        assert inviting.accept(token, user=make_user(), now=late)
    else:
        with pytest.raises(inviting.Gone, match="expired"):
            inviting.accept(token, user=make_user(), now=late)


def test_a_link_taken_back_opens_nothing(owned: Any) -> None:
    startup, owner = owned
    token = invite(startup, owner)
    inviting.revoke(Invitation.objects.get(), actor=owner, now=timezone.now())
    with pytest.raises(inviting.Gone, match="taken back"):
        inviting.read(token, now=timezone.now())
    with pytest.raises(inviting.Gone, match="Nothing was changed"):
        inviting.revoke(Invitation.objects.get(), actor=owner, now=timezone.now())
    assert acts() == ["startup.invited", "startup.invitation_revoked"]


def test_a_used_one_cannot_be_taken_back(owned: Any) -> None:
    startup, owner = owned
    inviting.accept(invite(startup, owner), user=make_user(), now=timezone.now())
    with pytest.raises(inviting.Gone):
        inviting.revoke(Invitation.objects.get(), actor=owner, now=timezone.now())
    assert startup.memberships.count() == 2


@pytest.mark.parametrize("days", [0, 20])
def test_a_newer_one_replaces_it(owned: Any, days: int) -> None:
    """Whether the first is still open or has expired."""
    now = timezone.now()
    first = invite(*owned, now=now)
    second = invite(*owned, "NEW@example.org", now=now + timedelta(days=days))
    with pytest.raises(inviting.Gone, match="newer one"):
        inviting.read(first, now=now)
    assert inviting.read(second, now=now + timedelta(days=days)).email == EMAIL


@pytest.mark.django_db
def test_a_link_that_nobody_sent() -> None:
    with pytest.raises(inviting.Gone, match="do not know this link"):
        inviting.accept("x" * 43, user=make_user(), now=timezone.now())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.APPLICANT])
def test_only_applicants_work_on_files(owned: Any, role: Role) -> None:
    token = invite(*owned)
    with pytest.raises(inviting.NotAllowed):
        inviting.accept(token, user=make_user(role), now=timezone.now())
    assert inviting.read(token, now=timezone.now())


def test_who_is_there_already_is_not_invited_and_does_not_join_twice(owned: Any) -> None:
    startup, owner = owned
    member = join(startup, Part.READER)
    with pytest.raises(inviting.AlreadyMember):
        invite(startup, owner, member.user.email.upper())
    with pytest.raises(inviting.AlreadyMember):
        inviting.accept(invite(startup, owner), user=member.user, now=timezone.now())
    member.refresh_from_db()
    assert member.part == Part.READER
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize("part", [part for part in Part if part != Part.OWNER])
def test_owners_alone_decide(owned: Any, part: Part) -> None:
    startup, owner = owned
    invite(startup, owner)
    other, member, now = join(startup, part).user, join(startup, Part.EDITOR), timezone.now()
    refused: list[Callable[[], Any]] = [
        lambda: invite(startup, other, "third@example.org"),
        lambda: inviting.revoke(Invitation.objects.get(), actor=other, now=now),
        lambda: inviting.change_part(member, part=Part.OWNER, actor=other, now=now),
        lambda: inviting.remove(member, actor=other, now=now),
    ]
    for act in refused:
        with pytest.raises(inviting.NotAllowed, match="Only an owner"):
            act()
    assert acts() == ["startup.invited"]


def test_an_owner_of_another_startup_is_nobody_here(owned: Any) -> None:
    startup, _owner = owned
    _theirs, stranger = a_startup()
    with pytest.raises(inviting.NotAllowed):
        invite(startup, stranger)


def test_who_invites_has_confirmed_their_own_address(owned: Any, settings: Any) -> None:
    settings.DEMO = False
    startup, owner = owned
    User.objects.filter(pk=owner.pk).update(is_demo=False)
    owner.refresh_from_db()
    with pytest.raises(inviting.NotAllowed, match="Confirm your own"):
        invite(startup, owner)
    assert not Mail.objects.exists()


def test_a_startup_sends_twenty_a_day(owned: Any) -> None:
    startup, owner = owned
    now = timezone.now()
    for _again in range(20):
        invite(startup, owner, now=now)
    with pytest.raises(inviting.TooMany):
        invite(startup, owner, now=now)
    assert Mail.objects.count() == 20
    invite(startup, owner, now=now + timedelta(days=1))


def test_a_part_is_changed_and_written_down(owned: Any) -> None:
    startup, owner = owned
    member = join(startup, Part.READER)
    inviting.change_part(member, part=Part.ACCOUNTANT, actor=owner, now=timezone.now())
    member.refresh_from_db()
    assert member.part == Part.ACCOUNTANT
    details = AuditEntry.objects.get(act="startup.part_changed").details
    assert details == {"user": member.user_id, "part": "accountant", "before": "reader"}


def test_a_person_is_taken_off_once(owned: Any) -> None:
    startup, owner = owned
    member = join(startup, Part.EDITOR)
    inviting.remove(member, actor=owner, now=timezone.now())
    assert list(startup.members.all()) == [owner]
    for act in (
        lambda: inviting.remove(member, actor=owner, now=timezone.now()),
        lambda: inviting.change_part(member, part="owner", actor=owner, now=timezone.now()),
        lambda: inviting.leave(startup, actor=member.user, now=timezone.now()),
    ):
        with pytest.raises(inviting.Gone):
            act()
    assert acts() == ["startup.member_removed"]


def test_anybody_may_leave_but_the_last_owner(owned: Any) -> None:
    startup, owner = owned
    editor = join(startup, Part.EDITOR)
    mine = Membership.objects.get(user=owner)
    for act in (
        lambda: inviting.leave(startup, actor=owner, now=timezone.now()),
        lambda: inviting.remove(mine, actor=owner, now=timezone.now()),
        lambda: inviting.change_part(mine, part=Part.EDITOR, actor=owner, now=timezone.now()),
    ):
        with pytest.raises(inviting.LastOwner, match="Make somebody else an owner first"):
            act()
    inviting.change_part(editor, part=Part.OWNER, actor=owner, now=timezone.now())
    inviting.leave(startup, actor=owner, now=timezone.now())
    assert list(startup.members.all()) == [editor.user]
    assert acts() == ["startup.part_changed", "startup.member_left"]


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act returned, or the refusal it raised; they begin together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=20)
            with translation.override("en"):
                return act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def go(startup: Startup, actor: User, other: Membership, way: str) -> None:
    """The actor leaves, or demotes or takes off the other owner."""
    now = timezone.now()
    if way == "leave":
        inviting.leave(startup, actor=actor, now=now)
    elif way == "demote the other":
        inviting.change_part(other, part=Part.READER, actor=actor, now=now)
    else:
        inviting.remove(other, actor=actor, now=now)


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("way", ["leave", "demote the other", "take the other off"])
def test_two_owners_at_once_leave_one_owner_behind(way: str) -> None:
    startup, first = a_startup()
    theirs = join(startup, Part.OWNER)
    mine = startup.memberships.get(user=first)
    answers = at_once(
        [
            lambda: go(startup, first, theirs, way),
            lambda: go(startup, theirs.user, mine, way),
        ]
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 1, answers
    assert startup.memberships.filter(part=Part.OWNER).count() == 1


@pytest.mark.usefixtures("committed_db")
def test_one_link_lets_in_one_person_however_many_click() -> None:
    startup, owner = a_startup()
    token = invite(startup, owner)
    people = [make_user() for _one in range(4)]
    answers = at_once(
        [
            lambda who=who: inviting.accept(token, user=who, now=timezone.now())  # type: ignore[misc]
            for who in people
        ]
    )
    assert sum(isinstance(answer, Membership) for answer in answers) == 1
    assert startup.memberships.count() == 2


@pytest.mark.usefixtures("committed_db")
def test_two_owners_inviting_one_address_leave_one_open_link() -> None:
    startup, owner = a_startup()
    other = join(startup, Part.OWNER).user
    answers = at_once(
        [
            lambda who=who: inviting.invite(  # type: ignore[misc]
                startup, email=EMAIL, part=Part.READER, actor=who, now=timezone.now()
            )
            for who in (owner, other)
        ]
    )
    assert all(isinstance(answer, Invitation) for answer in answers)
    assert Invitation.objects.filter(revoked_at=None).count() == 1
