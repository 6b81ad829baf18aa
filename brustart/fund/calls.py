"""How long a call still runs, as people count."""

from datetime import datetime

from django.utils import timezone

from .models import Call


def days_left(call: Call, now: datetime) -> int:
    """Days until the one on which the call closes, in Brussels; 0 on that day, less when over."""
    return (timezone.localdate(call.closes_at) - timezone.localdate(now)).days
