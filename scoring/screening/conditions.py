"""What must still be shown before a payment: rules that are met on a condition."""

from applications.models import Application

from .models import Finding

CONDITIONS = frozenset({"ethics_condition"})  # reasons


def conditions(application: Application) -> list[Finding]:
    """The findings of the file's screening that make a payment wait; none that two people judged
    otherwise."""
    found = Finding.objects.filter(
        run__submission=application.submission_id, run__is_current=True, reason__in=CONDITIONS
    )
    return list(found.exclude(overrides__accepted=True))
