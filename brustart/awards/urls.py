"""From a proposal to the last payment: who proposes, decides, claims, verifies, orders and pays."""

from brustart.accounts.access import Audience, route

from .views import (
    answering,
    award,
    deciding,
    handling,
    lining,
    meetings,
    payments,
    proposing,
    rejecting,
    replanning,
    waiting,
)

MANAGER, OVERSIGHT, REVIEWER = Audience.FUND_MANAGER, Audience.OVERSIGHT, Audience.REVIEWER
# The startup, the fund for a file on paper, and who oversees; each page looks closer.
BOTH_SIDES = Audience.WITH_THE_FUND
READERS = Audience.SIGNED_IN

urlpatterns = [
    # Deciding.
    route("files/<int:pk>/propose/", proposing.propose, name="propose", audience=MANAGER),
    route("files/<int:pk>/revise/", proposing.revise, name="revise", audience=MANAGER),
    route("files/<int:pk>/unpropose/", proposing.take_back, name="unpropose", audience=MANAGER),
    route("files/<int:pk>/opinion/", proposing.opinion, name="opinion", audience=MANAGER),
    route("files/<int:pk>/reject/", deciding.reject, name="reject", audience=MANAGER),
    route("files/<int:pk>/wait/", deciding.wait, name="wait", audience=MANAGER),
    route("files/<int:pk>/decide/", deciding.decide, name="decide", audience=REVIEWER),
    route("calls/<slug:code>/reject/", rejecting.reject_many, name="reject_many", audience=MANAGER),
    # The waiting list.
    route(
        "envelopes/<slug:code>/waiting/", waiting.waiting, name="waiting_list", audience=OVERSIGHT
    ),
    route("waiting/<int:pk>/pass/", waiting.pass_over, name="pass_over", audience=MANAGER),
    # After the award.
    route("files/<int:pk>/award/", award.award, name="award", audience=BOTH_SIDES),
    route(
        "files/<int:pk>/award/accept/", answering.accept, name="award_accept", audience=BOTH_SIDES
    ),
    route(
        "files/<int:pk>/award/decline/",
        answering.decline,
        name="award_decline",
        audience=BOTH_SIDES,
    ),
    route(
        "files/<int:pk>/award/account/",
        answering.account,
        name="award_account",
        audience=BOTH_SIDES,
    ),
    route(
        "files/<int:pk>/award/report/", answering.report, name="award_report", audience=BOTH_SIDES
    ),
    route("tranches/<int:pk>/claim/", answering.claim, name="claim_tranche", audience=BOTH_SIDES),
    route("award-letters/<int:pk>/", award.letter, name="award_letter", audience=BOTH_SIDES),
    route("attachments/<int:pk>/", award.attachment, name="attachment", audience=READERS),
    route("accounts/<int:pk>/", handling.account, name="bank_account", audience=MANAGER),
    route("claims/<int:pk>/", handling.claim, name="claim", audience=MANAGER),
    route("files/<int:pk>/award/replan/", replanning.replan, name="award_replan", audience=MANAGER),
    route("files/<int:pk>/award/reduce/", handling.reduce, name="award_reduce", audience=MANAGER),
    route(
        "files/<int:pk>/award/ask-back/", handling.ask_back, name="award_ask_back", audience=MANAGER
    ),
    route(
        "files/<int:pk>/award/report/answer/",
        handling.report,
        name="award_report_answer",
        audience=MANAGER,
    ),
    route(
        "files/<int:pk>/award/<slug:kind>/now/",
        handling.change,
        name="award_change",
        audience=MANAGER,
    ),
    route("recoveries/<int:pk>/", handling.received, name="recovery", audience=MANAGER),
    # Paying.
    route("payments/", payments.payments, name="payments", audience=OVERSIGHT),
    route("payments/<int:pk>/", payments.batch, name="batch", audience=OVERSIGHT),
    route("payments/<int:pk>/file.xml", payments.batch_file, name="batch_file", audience=OVERSIGHT),
    route(
        "payments/<int:pk>/answer/", payments.answer_batch, name="answer_batch", audience=MANAGER
    ),
    # The funding line.
    route("calls/<slug:code>/line/", lining.line, name="line", audience=OVERSIGHT),
    route(
        "calls/<slug:code>/line/draft/",
        lining.recalculate,
        name="recalculate_line",
        audience=MANAGER,
    ),
    route("calls/<slug:code>/line/save/", lining.save, name="save_scenario", audience=MANAGER),
    route(
        "calls/<slug:code>/line/compare/",
        lining.compare,
        name="compare_scenarios",
        audience=OVERSIGHT,
    ),
    route("scenarios/<int:pk>/", lining.scenario, name="scenario", audience=OVERSIGHT),
    route("scenarios/<int:pk>/work/", lining.work_on, name="work_on_scenario", audience=MANAGER),
    route(
        "scenarios/<int:pk>/propose/",
        lining.propose_scenario,
        name="propose_scenario",
        audience=MANAGER,
    ),
    # Meetings of the panel.
    route(
        "calls/<slug:code>/meetings/",
        meetings.meetings,
        name="meetings",
        audience=Audience.OVERSIGHT,
    ),
    route("meetings/<int:pk>/", meetings.meeting, name="meeting", audience=Audience.JUDGING),
    route("meetings/<int:pk>/record/", meetings.keep, name="keep_meeting", audience=MANAGER),
    route("meetings/<int:pk>/close/", meetings.close, name="close_meeting", audience=MANAGER),
    route("meetings/<int:pk>/packs/", meetings.ask_pack, name="ask_pack", audience=MANAGER),
    route("packs/<int:pk>/", meetings.pack, name="pack", audience=Audience.JUDGING),
]
