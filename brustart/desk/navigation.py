"""The main menu of each role, and where a person may stay after a switch."""

from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from brustart.accounts.access import Audience, role_of, visible_to
from brustart.accounts.models import Role, User
from brustart.fund.models import Call

PROGRAMMES, AWARDS = (_("Programmes"), "programmes"), (_("Awards"), "awards")
REGISTER = (_("De minimis"), "register")
MENUS: dict[str, tuple[tuple[Promise, str], ...]] = {
    "": (PROGRAMMES, AWARDS),
    Role.APPLICANT: ((_("My files"), "my_files"), (_("My startups"), "startups"), PROGRAMMES),
    Role.REVIEWER: ((_("To do"), "reviewing"), (_("My panels"), "seats")),
    Role.FUND_MANAGER: (
        (_("Files"), "files"),
        (_("Capacity"), "capacity"),
        (_("Payments"), "payments"),
        REGISTER,
    ),
    Role.AUDITOR: (
        (_("Files"), "files"),
        (_("Capacity"), "capacity"),
        (_("Payments"), "payments"),
        REGISTER,
    ),
    Role.ADMINISTRATOR: ((_("System"), "system"), (_("Mail"), "mails")),
}
# Pages without a file of their own where somebody else may stay, if their role allows.
SHARED = {"front", "programmes", "awards", "register", "call", "files", "capacity", "payments",
          "ranking", "panel_progress", "reviewing", "system", "mails", "my_files",
          "startups"}  # fmt: skip


def menu(reader: User, path: str) -> list[dict[str, object]]:
    """The entries of the menu: label, url, and whether the page is the one being looked at."""
    entries = [(label, reverse(name)) for label, name in MENUS[role_of(reader)]]
    if role_of(reader) in Audience.OVERSIGHT.value and (call := latest_call()):
        entries.append((_("Panel"), reverse("panel_progress", args=[call.code])))
        entries.append((_("Ranking"), reverse("ranking", args=[call.code])))
    return [{"label": label, "url": url, "current": url == path} for label, url in entries]


def latest_call() -> Call | None:
    """The listed call that has been judged furthest: the latest with a ranked file, or at all."""
    listed = Call.objects.filter(listed=True)
    ranked = listed.filter(ranks__isnull=False).order_by("-opens_at")
    return ranked.first() or listed.order_by("-opens_at").first()


def may_stay(person: User, url: str) -> str:
    """Where the page at the address leads this person: the same page, the same file's, or ""."""
    try:
        match = resolve(url.partition("?")[0])
    except Resolver404:
        return ""
    place = match.route.partition("/")[2]  # after the language
    if "pk" in match.kwargs and place.startswith(("files/", "applications/")):
        return _same_file(person, match)
    audience: Audience | None = getattr(match.func, "audience", None)
    welcome = audience is Audience.PUBLIC or (audience and person.role in audience.value)
    return url if match.url_name in SHARED and welcome else ""


def _same_file(person: User, match: ResolverMatch) -> str:
    if not visible_to(person, Application).filter(pk=match.kwargs["pk"]).exists():
        return ""
    return reverse("file", args=[match.kwargs["pk"]])
