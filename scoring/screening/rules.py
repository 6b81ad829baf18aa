"""Whoever sees a file sees its screening; the pre-score has a rule of its own (review)."""

from brustart.accounts.access import follow

from .models import Contribution, Finding, Run, Step

follow(Run, "submission")
for part in (Step, Finding, Contribution):
    follow(part, "run")
