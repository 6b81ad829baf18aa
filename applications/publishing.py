"""Publishing the questions that a call adds to the form. A version is for good: drafts keep the
one they began with, so a change is always a new version."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.fund.models import Call

from .forms import questions
from .models import FormVersion, Track

Question = dict[str, Any]
MOST = 20
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# Of the section's form, and of what its page sends besides answers:
OWN_NAMES = {"key", "heading", "groups", "feeds", "optional", "tables"}
OWN_NAMES |= {"version", "page", "return", "add", "remove"}


class NotPublishable(Refused):
    """A question cannot be asked as it stands. Its text says which, and why."""


class Superseded(Refused):
    """Another version was published since the page was opened."""


@transaction.atomic
def publish(
    call: Call,
    asked: list[Question],
    *,
    actor: User,
    now: datetime,
    begun_from: int | None = None,
) -> FormVersion:
    """The next version of the call's questions; the last one if nothing differs from it.

    `asked`: as forms/questions.py reads them; `begun_from`: the number of the version that was
    changed, 0 for none. Raises NotPublishable, Superseded.
    """
    Call.objects.select_for_update().get(pk=call.pk)
    last = latest(call)
    if last and last.questions == asked:
        return last
    number = last.number if last else 0
    if begun_from not in (None, number):
        raise Superseded(
            _(
                "Version %(number)s was published meanwhile. Nothing was changed, and what you "
                "wrote is below. Compare, then publish again to replace it."
            )
            % {"number": number}
        )
    _require_publishable(call, asked)
    version = FormVersion.objects.create(
        call=call, number=number + 1, questions=asked, published_at=now, published_by=actor
    )
    audit.record(
        "call.questions_published", about=call, actor=actor, now=now,
        number=version.number, questions=[one["id"] for one in asked],
    )  # fmt: skip
    return version


def latest(call: Call) -> FormVersion | None:
    """The version that new drafts get."""
    return FormVersion.objects.filter(call=call).first()


def _require_publishable(call: Call, asked: list[Question]) -> None:
    if not asked and latest(call) is None:
        raise NotPublishable(_("There is no question to publish yet."))
    if len(asked) > MOST:
        raise NotPublishable(_("A call asks at most %(most)s questions.") % {"most": MOST})
    kinds = {one["id"]: one["kind"] for one in _ever_asked(call)}
    seen: set[str] = set()
    for place, one in enumerate(asked, start=1):
        for problem in _problems(one, kinds, seen):
            words = {"place": place, "problem": problem}
            raise NotPublishable(_("Question %(place)s: %(problem)s") % words)
        seen.add(one["id"])


def _ever_asked(call: Call) -> list[Question]:
    versions = FormVersion.objects.filter(call=call)
    return [one for version in versions for one in version.questions]


def _problems(one: Question, kinds: Mapping[str, str], seen: set[str]) -> Iterator[str]:
    """Why a question cannot be published, in words. `kinds`: of the questions asked before."""
    name, kind = str(one.get("id", "")), one.get("kind")
    if not NAME.fullmatch(name) or name in OWN_NAMES or name in seen:
        yield _("its name is not a new, plain word.")
    if kind not in questions.KINDS:
        yield _("it is not a text, a choice, a number or a document.")
    if kinds.get(name, kind) != kind:
        yield _("a question of another kind has this name already.")
    if not _in_all_languages(one.get("label")):
        yield _("write it in the three languages.")
    if any((one.get("help") or {}).values()) and not _in_all_languages(one["help"]):
        yield _("write the explanation in the three languages, or in none.")
    if not isinstance(one.get("required"), bool):
        yield _("say whether it must be answered.")
    if one.get("track") not in ("", *Track.values):
        yield _("say for which projects it is.")
    if kind == "choice":
        yield from _problems_of_choices(one.get("choices") or [])


def _in_all_languages(texts: Any) -> bool:
    return isinstance(texts, dict) and all(str(texts.get(code) or "").strip() for code in LANGUAGES)


def _problems_of_choices(choices: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    values = {one.get("value") for one in choices} - {"", None}
    if len(choices) < 2 or len(values) < len(choices):
        yield _("give at least two answers to choose from, each its own.")
    if not all(_in_all_languages(one.get("label")) for one in choices):
        yield _("write each answer in the three languages.")


def identified(call: Call, written: list[Question]) -> list[Question]:
    """Questions as written, with names for data: what they were called while they are of the
    same kind, so that answers stay readable; otherwise ones that were never used.

    `written`: as published, but an "id" may be empty, and a choice is its label alone.
    """
    last = latest(call)
    before = {one["id"]: one for one in (last.questions if last else [])}
    taken = {one["id"] for one in _ever_asked(call)}
    named = []
    for one in written:
        was = before.get(one["id"])
        if was is None or was["kind"] != one["kind"]:
            was = {"id": fresh("q", taken)}
            taken.add(was["id"])
        named.append(one | {"id": was["id"]})
        if one["kind"] == "choice":
            named[-1]["choices"] = _valued(one["choices"], was.get("choices", []))
    return named


def _valued(labels: list[dict[str, str]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choices with their values: a choice whose words stay keeps its own."""
    taken = {one["value"] for one in before}
    choices = []
    for label in labels:
        known = next((one["value"] for one in before if one["label"] == label), None)
        value = known or fresh("c", taken)
        taken.add(value)
        choices.append({"value": value, "label": label})
    return choices


def fresh(letter: str, taken: set[str]) -> str:
    """The first of q1, q2, … that is not taken."""
    return next(name for at in range(1, len(taken) + 2) if (name := f"{letter}{at}") not in taken)
