"""The questions of the e-health track (domain.md section 9: MDR, mHealthBelgium, ethics, GDPR)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .feeds import Feeds
from .fields import ChosenField, DayField, LongTextField, SeveralField, YesNoField
from .section import SectionForm

LEVELS = [("none", _("None")), ("m1", "M1"), ("m2", "M2"), ("m3", "M3")]


class EhealthForm(SectionForm):
    key = "ehealth"
    heading = _("E-health")
    groups = (
        (
            _("What it is for"),
            (
                "intended_purpose",
                "users",
                "medical_device",
                "device_class",
                "class_assessed_by",
                "ce_status",
                "standards",
                "mhealth_now",
                "mhealth_target",
            ),
        ),
        (
            _("Health data"),
            ("health_data", "legal_basis", "gdpr_role", "hosting_country", "dpia", "security"),
        ),
        (_("In the health system"), ("interoperability", "partner", "reimbursement")),
        (
            _("Evidence and ethics"),
            ("evidence", "ethics", "ethics_committee", "ethics_on", "ethics_reference"),
        ),
        (_("Artificial intelligence"), ("ai", "ai_data", "ai_oversight")),
        (_("For every patient"), ("accessibility",)),
    )
    when = {
        "device_class": ("medical_device", frozenset({"yes"})),
        "class_assessed_by": ("medical_device", frozenset({"yes"})),
        "ce_status": ("medical_device", frozenset({"yes"})),
        "ethics_committee": ("ethics", frozenset({"obtained"})),
        "ethics_on": ("ethics", frozenset({"obtained"})),
        "ethics_reference": ("ethics", frozenset({"obtained"})),
        "ai_data": ("ai", frozenset({"yes"})),
        "ai_oversight": ("ai", frozenset({"yes"})),
    }
    optional = frozenset({"standards", "interoperability", "partner"})
    feeds = {
        "intended_purpose": Feeds.INNOVATION,
        "users": Feeds.VALORISATION,
        "medical_device": Feeds.FEASIBILITY,
        "device_class": Feeds.FEASIBILITY,
        "class_assessed_by": Feeds.FEASIBILITY,
        "ce_status": Feeds.FEASIBILITY,
        "standards": Feeds.FEASIBILITY,
        "mhealth_now": Feeds.VALORISATION,
        "mhealth_target": Feeds.VALORISATION,
        "health_data": Feeds.FEASIBILITY,
        "legal_basis": Feeds.FEASIBILITY,
        "gdpr_role": Feeds.FEASIBILITY,
        "hosting_country": Feeds.FEASIBILITY,
        "dpia": Feeds.FEASIBILITY,
        "security": Feeds.FEASIBILITY,
        "interoperability": Feeds.IMPACT,
        "partner": Feeds.FEASIBILITY,
        "reimbursement": Feeds.VALORISATION,
        "evidence": Feeds.INNOVATION,
        "ethics": Feeds.ETHICS,
        "ethics_committee": Feeds.ETHICS,
        "ethics_on": Feeds.ETHICS,
        "ethics_reference": Feeds.ETHICS,
        "ai": Feeds.FEASIBILITY,
        "ai_data": Feeds.FEASIBILITY,
        "ai_oversight": Feeds.FEASIBILITY,
        "accessibility": Feeds.IMPACT,
    }

    intended_purpose = LongTextField(
        label=_("Its intended purpose, in one sentence"), max_length=400, rows=2
    )
    users = SeveralField(
        label=_("Who uses it?"),
        choices=[("patients", _("Patients")), ("professionals", _("Health professionals"))],
    )
    medical_device = ChosenField(
        label=_("Is it a medical device?"),
        help_text=_(
            "Software that helps to diagnose, treat or monitor is one (Regulation (EU) 2017/745)."
        ),
        choices=[("yes", _("Yes")), ("no", _("No")), ("unsure", _("Not sure yet"))],
    )
    device_class = ChosenField(
        label=_("Which class do you claim?"),
        help_text=_(
            "Rule 11: IIa for decisions on diagnosis or therapy and for monitoring; IIb or III "
            "when an error does serious harm; I for all other software."
        ),
        choices=[("I", "I"), ("IIa", "IIa"), ("IIb", "IIb"), ("III", "III")],
    )
    class_assessed_by = forms.CharField(label=_("Who assessed the class?"), max_length=160)
    ce_status = ChosenField(
        label=_("CE marking"),
        choices=[
            ("none", _("Not begun")),
            ("running", _("Under way, with a notified body where one is needed")),
            ("marked", _("Marked")),
        ],
    )
    standards = SeveralField(
        label=_("Standards you follow"),
        choices=[("13485", "ISO 13485"), ("62304", "IEC 62304"), ("27001", "ISO 27001")],
    )
    mhealth_now = ChosenField(label=_("mHealthBelgium level today"), choices=LEVELS)
    mhealth_target = ChosenField(label=_("mHealthBelgium level you aim for"), choices=LEVELS)
    health_data = LongTextField(
        label=_("Which health data do you process?"), max_length=2000, rows=3
    )
    legal_basis = ChosenField(
        label=_("On which ground of article 9(2) of the GDPR?"),
        choices=[
            ("a", _("Explicit consent (a)")),
            ("h", _("Care and health systems (h)")),
            ("i", _("Public health (i)")),
            ("j", _("Research (j)")),
            ("none", _("No health data of persons")),
        ],
    )
    gdpr_role = ChosenField(
        label=_("Your role under the GDPR"),
        choices=[
            ("controller", _("Controller")),
            ("processor", _("Processor")),
            ("joint", _("Joint controller")),
        ],
    )
    hosting_country = forms.CharField(label=_("In which country are the data?"), max_length=80)
    dpia = ChosenField(
        label=_("Data protection impact assessment"),
        choices=[
            ("done", _("Done")),
            ("planned", _("Planned")),
            ("not_needed", _("Not needed, and we can say why")),
        ],
    )
    security = LongTextField(label=_("How is security tested?"), max_length=2000, rows=3)
    interoperability = SeveralField(
        label=_("It works with"),
        choices=[
            ("fhir", "HL7 FHIR"),
            ("ehealth", _("Services of the eHealth Platform")),
            ("rsb", _("The Brussels health network")),
        ],
    )
    partner = forms.CharField(
        label=_("Clinical partner"),
        help_text=_("Add the partner’s letter under Documents."),
        max_length=160,
    )
    reimbursement = LongTextField(
        label=_("Who will pay for it in the end?"),
        help_text=_("A patient, a hospital, health insurance: say which way you take."),
        max_length=2000,
        rows=3,
    )
    evidence = LongTextField(label=_("Clinical evidence so far, and the study you plan"), rows=4)
    ethics = ChosenField(
        label=_("Opinion of an ethics committee"),
        help_text=_(
            "Required for any study on people. Not having it yet does not exclude you: it becomes "
            "a condition before payment."
        ),
        choices=[
            ("not_required", _("Not required")),
            ("obtained", _("Required and obtained")),
            ("required", _("Required, not obtained yet")),
        ],
    )
    ethics_committee = forms.CharField(label=_("Which committee?"), max_length=160)
    ethics_on = DayField(label=_("Date of the opinion"), past=True)
    ethics_reference = forms.CharField(label=_("Reference of the opinion"), max_length=80)
    ai = YesNoField(label=_("Does it use artificial intelligence?"))
    ai_data = LongTextField(label=_("Which data was it trained on?"), max_length=2000, rows=3)
    ai_oversight = LongTextField(
        label=_("How does a person stay in charge?"), max_length=2000, rows=3
    )
    accessibility = LongTextField(
        label=_("How can patients with a disability use it?"), max_length=2000, rows=3
    )
