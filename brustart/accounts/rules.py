"""A person's account is seen by that person and by administrators."""

from django.db.models import Q

from brustart.cbe import models as cbe
from brustart.core.models import AuditEntry, Mail, Message, Worker

from .access import open_to, register
from .models import Role, User

register(User, sees=lambda reader, user: reader == user, rows=lambda reader: Q(pk=reader.pk))
open_to(User, Role.ADMINISTRATOR)

# The ground floor may import nothing, so its rows are registered here.
open_to(AuditEntry, Role.ADMINISTRATOR, Role.AUDITOR)
open_to(Message, Role.ADMINISTRATOR)
open_to(Worker, Role.ADMINISTRATOR)
open_to(Mail, Role.ADMINISTRATOR)
register(
    Mail,
    sees=lambda reader, mail: mail.recipient_id == reader.pk,
    rows=lambda reader: Q(recipient=reader.pk),
)

# Nor may the company register, which everybody else meets through `cbe.lookup`.
for table in (
    cbe.Extract,
    cbe.Enterprise,
    cbe.Establishment,
    cbe.Name,
    cbe.Address,
    cbe.Activities,
    cbe.Label,
):
    open_to(table, Role.FUND_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR)
