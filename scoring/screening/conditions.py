"""What must still be shown before a payment: rules that are met on a condition."""

from applications.models import Application

from .models import Finding

CONDITIONS = frozenset({"ethics_condition"})  # reasons


def conditions(application: Application) -> list[Finding]:
    """The findings of the file's screening that make a payment wait; none that two people judged
    otherwise."""
    found = Finding.objects.of(application.submission_id).unanswered()
    return list(found.filter(reason__in=CONDITIONS))
