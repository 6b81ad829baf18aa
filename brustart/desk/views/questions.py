"""A call's own questions: the version that is asked now, the ones before, and the next."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications import publishing
from applications.forms import Problem, anchor, questions
from applications.forms.fields import LongTextField
from applications.models import FormVersion, Track
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.fund.models import Call

TRACKS: list[tuple[str, Promise | str]] = [
    ("", gettext_lazy("Every project")),
    (Track.DIGITAL, gettext_lazy("Digital projects only")),
    (Track.EHEALTH, gettext_lazy("E-health projects only")),
]
THREE = gettext_lazy("Write it in the three languages.")


def _text(label: Any, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, error_messages={"required": THREE}, **options
    )


class QuestionRow(forms.Form):
    """One question as somebody writes it; a row left blank is no question."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    label_fr = _text(gettext_lazy("Question in French"), 200)
    label_nl = _text(gettext_lazy("Question in Dutch"), 200)
    label_en = _text(gettext_lazy("Question in English"), 200)
    help_fr = _text(gettext_lazy("Explanation in French"), 400, required=False)
    help_nl = _text(gettext_lazy("Explanation in Dutch"), 400, required=False)
    help_en = _text(gettext_lazy("Explanation in English"), 400, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of answer"), choices=list(questions.KINDS.items()), initial="text"
    )
    track = forms.ChoiceField(
        label=gettext_lazy("Who is asked?"), choices=TRACKS, required=False, initial=""
    )
    choices = LongTextField(
        label=gettext_lazy("Answers to choose from"),
        help_text=gettext_lazy(
            "For a choice alone. One answer a line, in French, Dutch and English: oui | ja | yes"
        ),
        max_length=4000,
        rows=3,
        required=False,
    )
    required = forms.BooleanField(label=gettext_lazy("It must be answered"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = True
        self.fields["track"].needed = True  # type: ignore[attr-defined]  # "every project" is one

    @property
    def title(self) -> str:
        """The question in the language of the page, as far as it is written."""
        return self[f"label_{(get_language() or 'en')[:2]}"].value() or ""

    def texts(self, name: str) -> dict[str, str]:
        """A text by language; nothing where it has no words at all."""
        said = {code: self.cleaned_data.get(f"{name}_{code}", "") for code in publishing.LANGUAGES}
        return said if any(said.values()) else {}

    def clean(self) -> dict[str, Any]:
        told = self.texts("help")
        for code, words in told.items():
            if not words:
                self.add_error(f"help_{code}", _("Write it in the three languages, or in none."))
        return self.cleaned_data

    def clean_choices(self) -> str:
        text: str = self.cleaned_data["choices"]
        if self.cleaned_data.get("kind") == "choice":
            labels = choices_of(text)
            if len(labels) < 2 or len({str(one) for one in labels}) < len(labels):
                raise forms.ValidationError(_("Give at least two different answers."))
            if not all(len(one) == 3 and all(one.values()) for one in labels):
                raise forms.ValidationError(
                    _("Write each answer on a line of its own, as French | Dutch | English.")
                )
        return text

    def written(self) -> publishing.Question:
        """The question as publishing.identified takes it."""
        kept = self.cleaned_data
        question = {name: kept[name] for name in ("id", "kind", "required", "track")}
        question |= {"label": self.texts("label"), "help": self.texts("help")}
        if kept["kind"] == "choice":
            question["choices"] = choices_of(kept["choices"])
        return question


def choices_of(text: str) -> list[dict[str, str]]:
    """The labels by language, a line each; a line with too few or too many parts shows as such."""
    lines = [line.split("|") for line in text.splitlines() if line.strip()]
    return [
        dict(zip([*publishing.LANGUAGES, "more"], map(str.strip, parts), strict=False))
        for parts in lines
    ]


class _Rows(forms.BaseFormSet):
    def add_fields(self, form: QuestionRow, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take this question out")


QuestionRows = forms.formset_factory(
    QuestionRow, formset=_Rows, extra=1, can_delete=True,
    max_num=publishing.MOST, absolute_max=publishing.MOST + 1, validate_max=True,
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def call_questions(request: SignedIn, code: str) -> HttpResponse:
    """The questions of a call, and a form for the next version of them."""
    call = get_or_404(request.user, Call, code=code)
    if request.method != "POST":
        last = publishing.latest(call)
        asked = last.questions if last else []
        return _page(request, call, QuestionRows(initial=[row_of(one) for one in asked]))
    rows = QuestionRows(request.POST)
    if "add" in request.POST:
        return _page(request, call, QuestionRows(initial=_typed(rows)))
    if not rows.is_valid():
        return _page(request, call, rows)
    asked = publishing.identified(call, _written(rows))
    if "preview" in request.POST:
        return _page(request, call, rows, preview=asked)
    return _publish(request, call, rows, asked)


def _publish(
    request: SignedIn, call: Call, rows: Any, asked: list[publishing.Question]
) -> HttpResponse:
    try:
        version = publishing.publish(
            call, asked, actor=request.user, now=timezone.now(), begun_from=_begun_from(request)
        )
    except Refused as refusal:
        return _page(request, call, rows, refused=str(refusal))
    done = _("Version %(number)s is asked from now on. Drafts already begun keep their questions.")
    messages.success(request, done % {"number": version.number})
    return redirect("call_questions", code=call.code)


def _begun_from(request: SignedIn) -> int:
    """The version that the form was opened with; 0 for none."""
    number = request.POST.get("version", "")
    return int(number) if number.isdigit() else 0


def row_of(question: publishing.Question) -> dict[str, Any]:
    """A published question as the values of its row."""
    row = {name: question[name] for name in ("id", "kind", "required", "track")}
    for name in ("label", "help"):
        row |= {f"{name}_{code}": text for code, text in (question.get(name) or {}).items()}
    labels = [one["label"] for one in question.get("choices", [])]
    lines = [" | ".join(label[code] for code in publishing.LANGUAGES) for label in labels]
    return row | {"choices": "\n".join(lines)}


def _typed(rows: Any) -> list[dict[str, Any]]:
    """Every row as it was typed, right or wrong."""
    return [{name: form[name].data for name in form.fields} for form in rows.forms]


def _written(rows: Any) -> list[publishing.Question]:
    filled = [form for form in rows.forms if form.has_changed()]
    return [form.written() for form in filled if not form.cleaned_data.get("DELETE")]


def _page(
    request: SignedIn,
    call: Call,
    rows: Any,
    *,
    preview: list[publishing.Question] | None = None,
    refused: str = "",
) -> HttpResponse:
    """`preview`: questions to show instead of those that are asked now; `refused`: why nothing was
    published, after which the form goes on from the newest version."""
    versions = visible_to(request.user, FormVersion).filter(call=call)
    counted = versions.select_related("published_by").annotate(files=Count("application"))
    history = list(counted.order_by("-number"))
    newest = history[0].number if history else 0
    asked = history[0].questions if history else []
    kept = request.method == "POST" and not refused
    context = {
        "call": call,
        "rows": rows,
        "problems": _problems(rows) if rows.is_bound else [],
        "refused_text": refused,
        "preview": preview is not None,
        "shown": _as_asked(asked if preview is None else preview),
        "history": [(one, [questions.said(q["label"]) for q in one.questions]) for one in history],
        "version": _begun_from(request) if kept else newest,
        "most": publishing.MOST,
    }
    status = 409 if refused else 200
    return render(request, "desk/questions.html", context, status=status)


def _problems(rows: Any) -> list[Problem]:
    found = [Problem("rows", str(_("Questions")), str(error)) for error in rows.non_form_errors()]
    for place, form in enumerate(rows.forms, start=1):
        for name, errors in form.errors.items():
            label = _("Question %(place)s: %(label)s")
            words = {"place": place, "label": form[name].label}
            found += [Problem(anchor(form, name), label % words, str(one)) for one in errors]
    return found


def _as_asked(asked: list[publishing.Question]) -> list[dict[str, Any]]:
    """The questions by who is asked: those of the form, and those that a document answers."""
    groups = []
    for track, label in TRACKS:
        mine = [one for one in asked if one["track"] == track]
        form = questions.form_of(mine)
        documents = [questions.said(one["label"]) for one in questions.wanted_documents(mine)]
        if mine:
            groups.append({"label": label, "form": form and form(), "documents": documents})
    return groups
