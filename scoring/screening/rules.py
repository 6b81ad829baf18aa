"""Whoever sees a file sees its screening; the pre-score has a rule of its own (review)."""

from brustart.accounts.access import follow, open_to, open_to_all
from brustart.accounts.models import Role

from .models import Contribution, Finding, Likeness, Override, RuleSet, Run, Step, Trait

follow(Run, "submission")
for part in (Step, Finding, Contribution):
    follow(part, "run")
for inside in (Override, Likeness, Trait):
    open_to(inside, Role.FUND_MANAGER, Role.AUDITOR)
open_to_all(RuleSet)
