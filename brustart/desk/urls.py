"""What people look at across the house."""

from brustart.accounts.access import Audience, route

from .views import (
    caps,
    demo,
    dossier,
    exchanges,
    files,
    fund,
    letters,
    openness,
    paper,
    public,
    questions,
    register,
    rules,
    system,
)

PUBLIC, SIGNED_IN, FUND_MANAGER = Audience.PUBLIC, Audience.SIGNED_IN, Audience.FUND_MANAGER
ADMINISTRATOR, OVERSIGHT = Audience.ADMINISTRATOR, Audience.OVERSIGHT

urlpatterns = [
    route("", public.front, name="front", audience=PUBLIC),
    route("home/", files.home, name="home", audience=SIGNED_IN),
    route("programmes/", public.programmes, name="programmes", audience=PUBLIC),
    route("awards/", openness.awards, name="awards", audience=PUBLIC),
    route("awards.csv", openness.awards_csv, name="awards_csv", audience=PUBLIC),
    route("calls/<slug:code>/", public.call, name="call", audience=PUBLIC),
    route(
        "calls/<slug:code>/questions/",
        questions.call_questions,
        name="call_questions",
        audience=Audience.FUND_MANAGER,
    ),
    route("calls/<slug:code>/rules/", rules.call_rules, name="call_rules", audience=FUND_MANAGER),
    route("files/", files.listing, name="files", audience=OVERSIGHT),
    route("files/<int:pk>/", files.file, name="file", audience=SIGNED_IN),
    route("files/<int:pk>/steps/", files.steps, name="file_steps", audience=SIGNED_IN),
    route("files/<int:pk>/retry/", files.retry, name="retry_steps", audience=FUND_MANAGER),
    route("files/<int:pk>/ask/", exchanges.ask, name="ask", audience=FUND_MANAGER),
    route("requests/<int:pk>/back/", exchanges.take_back, name="take_back", audience=FUND_MANAGER),
    route(
        "calls/<slug:code>/extensions/", paper.extensions, name="extensions", audience=FUND_MANAGER
    ),
    route("calls/<slug:code>/paper/", paper.paper, name="paper", audience=FUND_MANAGER),
    route("letters/", letters.letters, name="letters", audience=FUND_MANAGER),
    route("letters/<int:pk>/", letters.letter, name="letter", audience=FUND_MANAGER),
    route("letters/<int:pk>/posted/", letters.posted, name="letter_posted", audience=FUND_MANAGER),
    route("reviewing/", files.reviewing, name="reviewing", audience=Audience.REVIEWER),
    route("capacity/", fund.capacity, name="capacity", audience=OVERSIGHT),
    route("capacity/live/", fund.live, name="capacity_live", audience=OVERSIGHT),
    route("capacity/over-time/", fund.over_time, name="capacity_over_time", audience=OVERSIGHT),
    route("capacity/breakdown/", fund.breakdown, name="capacity_breakdown", audience=OVERSIGHT),
    route(
        "capacity/export/<slug:table>.<slug:kind>",
        fund.export,
        name="capacity_export",
        audience=OVERSIGHT,
    ),
    route("envelopes/<slug:code>/cap/", caps.cap, name="cap", audience=OVERSIGHT),
    route("envelopes/<slug:code>/cap/<slug:track>/", caps.cap, name="cap", audience=OVERSIGHT),
    route(
        "envelopes/<slug:code>/statement/<int:year>/",
        openness.year_statement,
        name="statement",
        audience=OVERSIGHT,
    ),
    route(
        "envelopes/<slug:code>/statement/<int:year>.csv",
        openness.year_statement_csv,
        name="statement_csv",
        audience=OVERSIGHT,
    ),
    route("register/", register.register, name="register", audience=OVERSIGHT),
    route("register.csv", register.register_csv, name="register_csv", audience=OVERSIGHT),
    route("files/<int:pk>/dossier.zip", dossier.dossier, name="dossier", audience=OVERSIGHT),
    route("system/", system.system, name="system", audience=ADMINISTRATOR),
    route("system/mail/", system.mails, name="mails", audience=ADMINISTRATOR),
    route("system/mail/<int:pk>/", system.mail, name="mail", audience=ADMINISTRATOR),
    route("system/retry/", system.retry, name="retry", audience=ADMINISTRATOR),
    # Demo mode alone: each answers 404 in any other.
    route("demo/", demo.choose, name="demo", audience=PUBLIC),
    route("demo/become/", demo.become, name="demo_become", audience=PUBLIC),
    route("demo/example/<int:pk>/", demo.example, name="demo_example", audience=SIGNED_IN),
    route("demo/tour/step/", demo.tour_step, name="tour_step", audience=PUBLIC),
    route("demo/tour/dismiss/", demo.tour_dismiss, name="tour_dismiss", audience=PUBLIC),
]
