"""Administrators run the machinery: they see work rows, not the files these are about."""

from brustart.accounts.access import open_to
from brustart.accounts.models import Role
from scoring.screening.models import Step

open_to(Step, Role.ADMINISTRATOR)
