"""What must still be shown before a payment: rules that are met on a condition."""

from django.db.models import QuerySet

from .models import Finding, Run

CONDITIONS = frozenset({"ethics_condition"})  # reasons


def conditions(run: Run) -> QuerySet[Finding]:
    """The findings of a run that make a payment wait."""
    return run.findings.filter(reason__in=CONDITIONS)
