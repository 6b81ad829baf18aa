"""A crawler in the shoes of each kind of reviewer: it opens every address that lets reviewers in,
with every number that belongs to a file, unpacks what it is given, and looks for what must stay
hidden."""

import io
import itertools
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from applications import uploading
from applications.models import Application
from brustart.accounts.access import Audience
from brustart.accounts.models import Role, User
from brustart.core.models import Mail
from scoring.review import assigning, blinding, chasing, conflicts, discussing, room
from scoring.review.models import Panelist, Review, Round
from tests import factories
from tests.house.test_routes import routes

pytestmark = pytest.mark.django_db
IDENTITY = (
    "Zephyrix", "zephyrix", "Quirine", "Vandenzande", "Oudekerk", "Ternat-sur-Senne",
    "Rue des Cornichons",
)  # fmt: skip
SECRETS = ("Fabulous nonsense", "Between us")  # another reader's reason and note
CONVERTERS = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Scene:
    """A file with two readers whose marks are in or begun, and who else sits on its panel."""

    file: Application
    reader: User
    other: User
    undeclared: User
    tied: User
    recused: User
    outsider: User

    @property
    def digits(self) -> tuple[str, ...]:
        number = self.file.enterprise_number
        return number, f"{number[:4]}.{number[4:7]}.{number[7:]}"


def make(*, blind: bool, discusses: bool = False) -> Scene:
    call = factories.make_call(panel_size=5)
    Round.objects.create(call=call, is_blind=blind, discusses=discusses, due_on=date(2030, 1, 1))
    author = factories.make_user(
        name="Quirine Vandenzande", email="quirine@zephyrix.example", is_demo=False
    )
    draft = factories.make_draft(
        call, author, startup_name="Zephyrix", title="Zephyrix plans home care",
        summary="At ZEPHYRIX, Quirine plans the rounds.", city="Ternat-sur-Senne",
        street="Rue des Cornichons 9",
        owners=[
            {"name": "Quirine Vandenzande", "kind": "person", "share": 60, "control": "yes"},
            {"name": "Balthazar Oudekerk", "kind": "person", "share": 40, "control": "no"},
        ],
    )  # fmt: skip
    plan = uploading.receive(
        draft, SimpleUploadedFile("zephyrix-vandenzande.pdf", factories.pdf("A plan")),
        kind="other", actor=author, now=timezone.now(),
    )  # fmt: skip
    factories.read(plan)
    file = factories.screen(factories.submit(draft))
    assert file.state == "eligible"
    reader, other, undeclared, tied, recused = factories.panel_of(call)
    outsider = factories.seat(call, approves=False)
    manager = factories.make_user(Role.FUND_MANAGER)
    for person in (reader, other, undeclared, tied, recused):
        assigning.assign(file, reviewer=person, actor=manager, now=timezone.now())
        if person is not undeclared:
            factories.declare(file, person)
    conflicts.recuse(file, reviewer=recused, reason="A cousin.", now=timezone.now())
    Panelist.objects.filter(reviewer=tied).update(enterprises=[file.enterprise_number])
    conflicts.look(call, now=timezone.now())
    written = Review.objects.get(application=file, reviewer=other)
    factories.mark(written, 1)
    written.marks.update(reason=SECRETS[0])
    Review.objects.filter(pk=written.pk).update(comment=SECRETS[1])
    file.refresh_from_db()
    return Scene(file, reader, other, undeclared, tied, recused, outsider)


# --- the crawler -------------------------------------------------------------------------------
def numbers(file: Application) -> dict[str, set[int]]:
    """The keys of the rows that belong to the file, by the name of their table."""
    found: dict[str, set[int]] = defaultdict(set)
    waiting: list[Model] = [file]
    while waiting:
        row = waiting.pop()
        kind = row._meta.model_name or ""
        if row.pk in found[kind]:
            continue
        found[kind].add(row.pk)
        for relation in row._meta.related_objects:
            if not relation.many_to_many:
                rows = relation.related_model._default_manager
                waiting += rows.filter(**{relation.field.name: row})
    return found


OF_TABLE = {  # whose keys an address is about, by its first word; others are tried with all
    "files": "application", "applications": "application", "documents": "document",
    "papers": "paper", "submissions": "submission",
}  # fmt: skip


def addresses(file: Application) -> Iterator[str]:
    """Every address that lets a reviewer in, with all keys and words that fit into it."""
    keys = numbers(file)
    every = set().union(*keys.values())
    fill = {
        "code": {file.call.code}, "place": {1, 3}, "number": {1}, "token": {"nonsense"},
        "key": {"project", "startup", "team", "documents"},
    }  # fmt: skip
    for address, entry in routes(get_resolver()):
        if not _lets_in(entry) or "(" in address or re.search("account/|demo/|language/", address):
            continue
        table = OF_TABLE.get(address.partition("/")[2].partition("/")[0])
        names = [name for _kind, name in CONVERTERS.findall(address)]
        known: dict[str, Any] = {**fill, "pk": keys[table] if table else every}
        for values in itertools.product(*(sorted(known.get(name, {"x"})) for name in names)):
            chosen = iter(values)
            yield "/" + CONVERTERS.sub(lambda _found, chosen=chosen: str(next(chosen)), address)


def _lets_in(entry: URLPattern) -> bool:
    audience: Audience | None = getattr(entry.callback, "audience", None)
    return audience is Audience.PUBLIC or (audience is not None and Role.REVIEWER in audience.value)


def said(answer: Any) -> str:
    """All that an answer says: its headers, its text, what a ZIP holds."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    whole = str(dict(answer.headers))
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
            return whole + " ".join(archive.namelist()) + " ".join(map(_text, parts))
    return whole + _text(body)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def crawl(person: User, scene: Scene) -> dict[str, str]:
    """What each address said that opened to the person."""
    client, found = Client(), {}
    client.force_login(person)
    for url in addresses(scene.file):
        answer: HttpResponse = client.get(url)
        if answer.status_code < 300:
            found[url] = said(answer)
        elif answer.status_code < 400:
            found[url] = str(dict(answer.headers))
    assert len(found) > 7
    return found


def leaks(person: User, scene: Scene, *hidden: str) -> list[tuple[str, str]]:
    """Where what must be hidden was said, in pages and in mails."""
    pages = crawl(person, scene)
    letters = Mail.objects.filter(recipient=person)
    pages |= {f"mail {one.template}": f"{one.subject} {one.body}" for one in letters}
    return [(url, one) for url, text in pages.items() for one in hidden if one in text]


def finish(scene: Scene) -> None:
    """All marks in: the tie is decided, the others have marked."""
    conflicts.decide(
        scene.file.conflicts.get(reviewer=scene.tied), lifted=False, reason="Their own firm.",
        actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now(),
    )  # fmt: skip
    factories.declare(scene.file, scene.undeclared)
    for person in (scene.undeclared, scene.reader):
        factories.mark(Review.objects.get(application=scene.file, reviewer=person), 4)
    factories.add_up()
    scene.file.refresh_from_db()


# --- blind calls -------------------------------------------------------------------------------
def test_readers_of_a_blind_call_learn_nowhere_who_applies() -> None:
    scene = make(blind=True)
    for person in (scene.reader, scene.undeclared, scene.outsider):
        assert leaks(person, scene, *IDENTITY, *scene.digits, *SECRETS) == []
    pages = crawl(scene.reader, scene)
    room_page = pages[f"/en/files/{scene.file.pk}/review/"]
    assert blinding.STROKE in room_page
    assert "plans the rounds" in room_page
    assert "document-03.pdf" in room_page
    assert f"{scene.file.reference}/answers.txt" in pages["/en/reviewing/files.zip"]


def test_reminders_and_words_of_a_blind_call_do_not_tell_either() -> None:
    scene = make(blind=True)
    Round.objects.update(due_on=timezone.localdate())
    assert chasing.remind(timezone.now()) > 0
    review = Review.objects.get(application=scene.file, reviewer=scene.reader)
    manager = factories.make_user(Role.FUND_MANAGER)
    assigning.take_back(review, reason="You are ill.", actor=manager, now=timezone.now())
    letters = Mail.objects.filter(recipient=scene.reader)
    assert {one.template for one in letters} == {"assigned", "marks_due", "taken_back"}
    text = " ".join(f"{one.subject} {one.body}" for one in letters)
    assert [one for one in (*IDENTITY, *scene.digits) if one in text] == []


def test_the_discussion_of_a_blind_file_stays_blind() -> None:
    scene = make(blind=True, discusses=True)
    finish(scene)
    manager = factories.make_user(Role.FUND_MANAGER)
    discussing.comment(scene.file, text="Who pays?", author=manager, now=timezone.now())
    assert leaks(scene.reader, scene, *IDENTITY, *scene.digits) == []
    assert "Who pays?" in crawl(scene.reader, scene)[f"/en/files/{scene.file.pk}/discussion/"]


def test_particles_of_names_stay_words() -> None:
    draft = factories.make_draft(
        owners=[
            {"name": "Ilse van den Berghe", "kind": "person", "share": 100, "control": "yes"},
        ],
    )  # fmt: skip
    blind = blinding.Blind(factories.screen(factories.submit(draft)))
    assert blind.text("Ilse van den Berghe") == blinding.STROKE
    assert blind.text("de zus van Berghe den") == f"de zus van {blinding.STROKE} den"


def test_words_are_hidden_whole_however_they_are_written() -> None:
    scene = make(blind=True)
    blind = blinding.Blind(scene.file)
    assert (
        blind.text("ZEPHYRIX, zephyrix; Zephyrixen")
        == f"{blinding.STROKE}, {blinding.STROKE}; Zephyrixen"
    )
    assert blind.text(f"n° {scene.digits[1]}") == f"n° {blinding.STROKE}"
    assert blind.title == f"{blinding.STROKE} plans home care"


# --- others' marks -----------------------------------------------------------------------------
def test_nobody_reads_others_marks_before_the_discussion() -> None:
    scene = make(blind=False, discusses=True)
    assert leaks(scene.reader, scene, *SECRETS) == []
    own = crawl(scene.other, scene)[f"/en/files/{scene.file.pk}/review/"]
    assert SECRETS[0] in own  # the crawler does find what is there


# --- recusal -----------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["tied", "recused"])
@pytest.mark.parametrize("blind", [False, True])
def test_a_tie_hides_the_file_everywhere(who: str, blind: bool) -> None:
    scene = make(blind=blind)
    person: User = getattr(scene, who)
    Mail.objects.filter(recipient=person).delete()  # written before the tie was known
    hidden = (*IDENTITY, *SECRETS, scene.file.reference, "home care")
    assert leaks(person, scene, *hidden) == []  # the number is what the tied person typed
    assert not room.in_hand(person).exists()


def test_an_approver_with_a_tie_learns_nothing_of_the_proposal() -> None:
    scene = make(blind=False)
    finish(scene)
    Mail.objects.all().delete()
    factories.make_proposal(scene.file)
    for person in (scene.tied, scene.recused):
        assert leaks(person, scene, *IDENTITY, scene.file.reference) == []
    seen = crawl(scene.reader, scene)[f"/en/files/{scene.file.pk}/decide/"]
    assert "Zephyrix" in seen
