"""The questions that a call adds: data published as an immutable version, read here as a form.

A question: {"id", "kind": text|choice|number|file, "label": {fr, nl, en}, "help": {...},
"required": bool, "track": ""|digital|ehealth, "choices": [{"value", "label": {...}}]}.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .feeds import Feeds
from .fields import ChosenField, LongTextField, NumberField
from .section import SectionForm

Question = Mapping[str, Any]
KINDS = {
    "text": _("Text"),
    "choice": _("Choice"),
    "number": _("Number"),
    "file": _("Document"),
}


def said(texts: Mapping[str, str] | None) -> str:
    """A text in the language of the page, else in one that it has."""
    texts = texts or {}
    own = texts.get((get_language() or "en")[:2], "")
    return own or next(filter(None, texts.values()), "")


def asked(questions: Iterable[Question], track: str) -> list[Question]:
    """Those of a track; what is asked of every track comes with all."""
    return [one for one in questions if one.get("track", "") in ("", track)]


def wanted_documents(questions: Iterable[Question]) -> list[Question]:
    """Questions that a document answers."""
    return [one for one in questions if one["kind"] == "file"]


def form_of(questions: Iterable[Question]) -> type[SectionForm] | None:
    """The section of these questions; none if there is nothing to type or choose."""
    typed = [one for one in questions if one["kind"] != "file"]
    if not typed:
        return None
    attributes: dict[str, Any] = {
        "key": "questions",
        "heading": _("Questions of this call"),
        "groups": ((_("Questions of this call"), tuple(one["id"] for one in typed)),),
        "feeds": dict.fromkeys((one["id"] for one in typed), Feeds.CALL),
        "optional": frozenset(one["id"] for one in typed if not one.get("required")),
        **{one["id"]: _field(one) for one in typed},
    }
    return type("QuestionsForm", (SectionForm,), attributes)


def _field(question: Question) -> forms.Field:
    words: dict[str, Any] = {
        "label": said(question["label"]),
        "help_text": escape(said(question.get("help"))),  # shown as HTML, as Django's own are
    }
    if question["kind"] == "number":
        return NumberField(**words)
    if question["kind"] == "choice":
        choices = [(one["value"], said(one["label"])) for one in question["choices"]]
        return ChosenField(choices=choices, **words)
    return LongTextField(rows=4, **words)
