"""The portal's main job once, as visitors would do it: the steps behind `manage.py smoke`."""

import re
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.forms import SECTIONS
from brustart.cbe.numbers import with_check
from brustart.core.hashing import plain
from scoring.grid import Criterion

from . import content, documents, expanding, printing
from .entries import Answers
from .visitor import Surprise, Visitor

AMOUNT = Decimal(25_000)
CALL = "smoke"


class Smoke:
    """One run: who is who, which file, and what was left before."""

    def __init__(self, base_url: str) -> None:
        self.founder = Visitor(base_url)
        self.staff = Visitor(base_url)
        self.file = ""
        self.reviewers: list[str] = []
        self.before = Decimal(0)

    def look_at_what_is_left(self) -> str:
        self.staff.get("/en/demo/")
        self.manager = self.staff.find(r'value="(\d+)"[^>]*>(?:(?!</button>).)*Fund manager')
        self.before = self._left()
        return f"{self.before:,.2f} EUR left on the envelope for smoke runs"

    def _left(self) -> Decimal:
        self.become(self.manager)
        self.staff.get(f"/en/calls/{CALL}/ranking/")
        return Decimal(self.staff.find(r"Left now(?:(?!€).)*€([\d,.]*\d)").replace(",", ""))

    def become(self, person: str) -> None:
        self.staff.get("/en/demo/")
        self.staff.post("/en/demo/become/", person=person)

    def register(self) -> str:
        """Begin as a visitor without an account; a demo account then adopts the draft."""
        self.founder.get(f"/en/calls/{CALL}/")
        self.founder.post(f"/en/applications/begin/{CALL}/")
        self.file = self.founder.find(r"/en/applications/(\d+)/startup/")
        self.founder.get("/en/demo/")
        person = self.founder.find(r"Other startups</legend>.*?value=\"(\d+)\"")
        self.founder.post("/en/demo/become/", person=person)
        return f"file {self.file} begun without an account, and kept by a startup's"

    def fill_in(self) -> str:
        sections = self._answers()
        for key, answers in sections.items():
            form = SECTIONS[key]
            if key == "startup":  # its page asks the number first, and then the rest
                self._save(key, {"enterprise_number": answers["enterprise_number"]})
            self._save(key, form.data_for(plain(answers)))
        for kind in documents.needed(sections):
            self._upload(kind, sections)
        return f"{len(sections)} sections filled in, {AMOUNT:,.0f} EUR asked"

    def _answers(self) -> dict[str, Answers]:
        told = content.read("example")["en"]
        told = {**told, "budget": {**told["budget"], "requested": AMOUNT}}
        sections = expanding.expand(told, on=timezone.localdate(), founder=told["founder"])
        number = with_check(19_000_000 + secrets.randbelow(10**6))
        sections["startup"]["enterprise_number"] = number
        return sections

    def _save(self, key: str, fields: Mapping[str, Any]) -> None:
        path = f"/en/applications/{self.file}/{key}/"
        self.founder.get(path)
        opened = {
            name: self.founder.find(rf'name="{name}" value="(\w+)"') for name in ("version", "page")
        }
        self.founder.post(path, **{**fields, **opened})
        self._look_for_errors(path)

    def _upload(self, kind: str, sections: Mapping[str, Answers]) -> None:
        path = f"/en/applications/{self.file}/documents/"
        self.founder.get(path)
        told = documents.document_of(kind, sections, language="en", on=timezone.localdate())
        pdf = printing.pdf(told, at=timezone.now())
        self.founder.upload(path, "document", f"{kind}.pdf", pdf, slot=kind)
        self._look_for_errors(path)

    def _look_for_errors(self, path: str) -> None:
        if self.founder.title.startswith("Error"):
            raise Surprise(f"{path}: {self.founder.title}")

    def submit(self) -> str:
        path = f"/en/applications/{self.file}/check/"
        self.founder.get(path)
        self.founder.post(path, binds_company="yes")
        receipt = self.founder.find(r"(BRU-\d+-[0-9A-F]{6})")
        return f"submitted, receipt {receipt}"

    def wait_for_screening(self) -> str:
        self.founder.wait_for(
            lambda: self.founder.get(f"/en/files/{self.file}/"), r"Screening: eligible"
        )
        return "screened by the worker: eligible"

    def assign(self) -> str:
        self.become(self.manager)
        page = self.staff.get(f"/en/files/{self.file}/assign/")
        rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
        panel = [row for row in rows if "marks and approves" in row]
        keys = [re.search(r'name="reviewers"[^>]*value="(\d+)"', row) for row in panel]
        self.reviewers = [key.group(1) for key in keys if key][:3]
        self.staff.post(f"/en/files/{self.file}/assign/", reviewers=self.reviewers)
        return f"given to {len(self.reviewers)} reviewers of the panel"

    def review(self) -> str:
        for person in self.reviewers:
            self.become(person)
            self.staff.get("/en/reviewing/declarations/")
            self.staff.post("/en/reviewing/declarations/", **{f"{self.file}-answer": "no"})
            self.staff.get(f"/en/files/{self.file}/review/")
            marks = {one.value: "4" for one in Criterion}
            reasons = {f"{one.value}_reason": "Clear and well argued." for one in Criterion}
            self.staff.post(
                f"/en/files/{self.file}/review/", **marks, **reasons, comment="", act="hand_in"
            )
        self.become(self.manager)
        self.staff.wait_for(
            lambda: self.staff.get(f"/en/files/{self.file}/"), rf"/files/{self.file}/propose/"
        )
        return f"{len(self.reviewers)} reviews handed in, panel score computed by the worker"

    def propose(self) -> str:
        self.staff.get(f"/en/files/{self.file}/propose/")
        self.staff.post(
            f"/en/files/{self.file}/propose/",
            amount=str(AMOUNT),
            instrument="grant",
            reasons="All criteria are above their thresholds.",
        )
        return f"{AMOUNT:,.0f} EUR proposed"

    def approve(self) -> str:
        for person in self.reviewers[:2]:
            self.become(person)
            self.staff.get(f"/en/files/{self.file}/decide/")
            read = self.staff.find(r'name="read_hash" value="([0-9a-f]{64})"')
            self.staff.post(f"/en/files/{self.file}/decide/", read_hash=read, act="approve")
        return "approved by two reviewers"

    def compare(self) -> str:
        after = self._left()
        if self.before - after != AMOUNT:
            raise Surprise(f"{self.before} EUR left before, {after} after")
        return f"{after:,.2f} EUR left: exactly {AMOUNT:,.0f} less"
