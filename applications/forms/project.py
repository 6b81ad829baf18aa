"""What the startup wants to do: the project, its people, its work."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import Track

from .feeds import Feeds
from .fields import (
    ChosenField,
    CountField,
    DayField,
    EurosField,
    LongTextField,
    SeveralField,
)
from .section import RowForm, SectionForm, Table
from .topics import Topic


class ProjectForm(SectionForm):
    key = "project"
    heading = _("Project")
    groups = (
        (_("In short"), ("title", "track", "topics", "summary")),
        (_("The idea"), ("problem", "solution", "novelty", "trl")),
        (_("The market"), ("market", "competitors", "customers")),
        (_("The Region"), ("impact", "jobs_in_region")),
    )
    feeds = {
        "title": Feeds.PUBLICATION,
        "track": Feeds.TRACK,
        "topics": Feeds.MATCHING,
        "summary": Feeds.PUBLICATION,
        "problem": Feeds.INNOVATION,
        "solution": Feeds.INNOVATION,
        "novelty": Feeds.INNOVATION,
        "trl": Feeds.INNOVATION,
        "market": Feeds.VALORISATION,
        "competitors": Feeds.VALORISATION,
        "customers": Feeds.VALORISATION,
        "impact": Feeds.IMPACT,
        "jobs_in_region": Feeds.IMPACT,
    }

    optional = frozenset({"topics"})

    title = forms.CharField(label=_("Title of the project"), max_length=120)
    track = ChosenField(
        label=_("Track"),
        help_text=_("E-health has a page of questions of its own."),
        choices=Track.choices,
    )
    topics = SeveralField(
        label=_("Which fields does it touch?"),
        help_text=_("We look for reviewers who know them."),
        choices=Topic.choices,
    )
    summary = LongTextField(
        label=_("The project in five lines"),
        help_text=_("Reviewers see this first; it is published if you receive an award."),
        max_length=600,
        rows=4,
    )
    problem = LongTextField(label=_("Which problem do you solve, and for whom?"))
    solution = LongTextField(label=_("How do you solve it?"))
    novelty = ChosenField(
        label=_("How new is it?"),
        choices=[
            ("new_to_world", _("Nobody does this anywhere, as far as we know")),
            ("new_to_market", _("It exists elsewhere, not on our market")),
            ("improvement", _("It clearly improves what exists")),
            ("known", _("It applies what is known")),
        ],
    )
    trl = CountField(
        label=_("Technology readiness level"),
        help_text=_("From 1 (an idea) to 9 (in use); 4 is a prototype in the laboratory."),
        min_value=1,
        max_value=9,
    )
    market = LongTextField(label=_("Who pays, and how much?"))
    competitors = LongTextField(
        label=_("Who else offers it, and why will they choose you?"), rows=4
    )
    customers = ChosenField(
        label=_("How far are you with customers?"),
        choices=[
            ("none", _("Not begun")),
            ("interviews", _("Interviews held")),
            ("pilots", _("Pilots or letters of intent")),
            ("paying", _("Paying customers")),
        ],
    )
    impact = LongTextField(label=_("What does the Brussels Region gain?"))
    jobs_in_region = CountField(label=_("Jobs in the Region in three years"), max_value=1000)


class MemberForm(RowForm):
    feeds = {
        "name": Feeds.CONFLICTS,
        "task": Feeds.TEAM,
        "founder": Feeds.TEAM,
        "time": Feeds.TEAM,
        "background": Feeds.TEAM,
    }
    optional = frozenset({"founder"})

    name = forms.CharField(label=_("Name"), max_length=120)
    task = forms.CharField(label=_("What does this person do?"), max_length=120)
    time = CountField(label=_("Part of the working week, in percent"), min_value=1, max_value=100)
    background = LongTextField(label=_("What did this person do before?"), max_length=600, rows=2)
    founder = forms.BooleanField(label=_("Is a founder"))


class TeamForm(SectionForm):
    key = "team"
    heading = _("Team")
    groups = ((_("Together"), ("skills",)),)
    feeds = {"skills": Feeds.TEAM}
    tables = (
        Table(
            "members",
            MemberForm,
            heading=_("Who works on it?"),
            hint=_("Founders first. Names are used to keep reviewers impartial."),
            one=_("Person"),
            add=_("Add a person"),
            least=1,
        ),
    )

    skills = SeveralField(
        label=_("What the team can do itself"),
        choices=[
            ("technical", _("Build the technology")),
            ("commercial", _("Sell it")),
            ("domain", _("Know the field from practice")),
            ("regulatory", _("Handle regulation")),
        ],
    )


class MilestoneForm(RowForm):
    feeds = {
        "title": Feeds.FEASIBILITY,
        "due_on": Feeds.FEASIBILITY,
        "deliverable": Feeds.PAYMENT,
        "amount": Feeds.PAYMENT,
    }

    title = forms.CharField(label=_("Milestone"), max_length=160)
    due_on = DayField(label=_("Reached on"))
    deliverable = forms.CharField(label=_("What can be shown then?"), max_length=200)
    amount = EurosField(label=_("Asked from the fund until then, in euros"))


class WorkPlanForm(SectionForm):
    key = "work_plan"
    heading = _("Work plan")
    groups = ((_("The work"), ("plan", "duration_months")),)
    feeds = {"plan": Feeds.FEASIBILITY, "duration_months": Feeds.FEASIBILITY}
    tables = (
        Table(
            "milestones",
            MilestoneForm,
            heading=_("Milestones"),
            hint=_("An award is paid in parts, as milestones are reached."),
            one=_("Milestone"),
            add=_("Add a milestone"),
            least=1,
        ),
    )

    plan = LongTextField(label=_("What will you do, in which order?"))
    duration_months = CountField(
        label=_("Duration of the project, in months"), min_value=1, max_value=36
    )


class DeclarationsForm(SectionForm):
    """Each is a statement that the law or the call asks for."""

    key = "declarations"
    heading = _("Declarations")
    groups = (
        (
            _("We declare that"),
            ("no_excluded_activity", "no_export_aid", "no_double_aid", "no_patient_data", "true"),
        ),
    )
    feeds = {
        "no_excluded_activity": Feeds.EXCLUSIONS,
        "no_export_aid": Feeds.EXCLUSIONS,
        "no_double_aid": Feeds.EXCLUSIONS,
        "no_patient_data": Feeds.CALL,
        "true": Feeds.CALL,
    }

    no_excluded_activity = forms.BooleanField(
        label=_(
            "the project is not about primary agriculture, fishery or aquaculture, retail, food "
            "service, real estate, gambling, tobacco or weapons"
        )
    )
    no_export_aid = forms.BooleanField(
        label=_("the money does not depend on exports, nor on using Belgian goods")
    )
    no_double_aid = forms.BooleanField(
        label=_("no other public aid pays the same costs beyond what is allowed")
    )
    no_patient_data = forms.BooleanField(
        label=_("no document and no answer contains data of patients")
    )
    true = forms.BooleanField(label=_("what we say is complete and true"))


class DocumentsForm(SectionForm):
    """Documents are kept as they are chosen (uploading.py); this page has no other question."""

    key = "documents"
    heading = _("Documents")
    groups = ()
