"""Documents that a startup hands in, and papers (PDF) that the portal writes for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from brustart.core.queue import Work

from .files import Application, Submission


class Document(models.Model):
    """An uploaded document. Its bytes lie in storage under their SHA-256, once for all files.

    A document taken out of a draft keeps its row (`removed_at`): no file is ever lost.
    """

    class Kind(models.TextChoices):
        DECK = "deck", _("Presentation of the project (pitch deck)")
        FINANCIAL_PLAN = "financial_plan", _("Financial plan")
        ETHICS = "ethics", _("Opinion of an ethics committee")
        PARTNER_LETTER = "partner_letter", _("Letter of a partner")
        ANSWER = "answer", _("Answer to a question of the call")
        SCAN = "scan", _("Scan of the application on paper")
        OTHER = "other", _("Other document")

    class Reading(models.TextChoices):
        """Whether its text could be taken out, for people who look for a word."""

        WAITING = "waiting", pgettext_lazy("text of a document", "being read")
        READ = "read", pgettext_lazy("text of a document", "readable")
        UNREADABLE = "unreadable", pgettext_lazy("text of a document", "no text in it")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=14, choices=Kind)
    question = models.CharField(max_length=40, blank=True)  # the call's question it answers
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=4)  # pdf, xlsx, docx, png, jpeg: judged by content
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64, db_index=True)
    pages = models.PositiveIntegerField(null=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)
    reading = models.CharField(max_length=10, choices=Reading, default=Reading.WAITING)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "sha256"],
                condition=Q(removed_at=None),
                name="document_once_in_a_file",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        return str(self.Kind(self.kind).label)

    @property
    def shows_in_page(self) -> bool:
        """Whether browsers show it by themselves."""
        return self.type in {"pdf", "png", "jpeg"}


class Extraction(Work):
    """Taking the text out of one document: a worker's step."""

    kind = "document"
    queue = "documents"
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="extraction")

    def __str__(self) -> str:
        return f"{self.document.application.reference}: {self.document}"


class Paper(Work):
    """A PDF that a worker writes about a submission, in the file's language."""

    kind = "paper"
    queue = "papers"  # many at once: no document waits behind them

    class Name(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        ANSWERS = "answers", _("Your answers")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(max_length=10, choices=Name)
    stored = models.CharField(max_length=200, blank=True)  # its name in storage, once written

    class Meta(Work.Meta):
        constraints = [models.UniqueConstraint(fields=["submission", "name"], name="paper_once")]

    def __str__(self) -> str:
        return f"{self.submission.application.reference}: {self.get_name_display()}"
