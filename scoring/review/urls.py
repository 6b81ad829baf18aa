"""Panels and who reads what; reading, speaking of files, and ranking them."""

from brustart.accounts.access import Audience, route

from .views import (
    conflicts,
    discussion,
    following,
    giving,
    joining,
    planning,
    ranking,
    room,
    rounds,
)

MANAGER, REVIEWER, OVERSIGHT = Audience.FUND_MANAGER, Audience.REVIEWER, Audience.OVERSIGHT
JUDGING = Audience.JUDGING

urlpatterns = [
    # A reviewer's own.
    route(
        "reviewing/declarations/", conflicts.declarations, name="declarations", audience=REVIEWER
    ),
    route("reviewing/files.zip", room.download, name="reading_zip", audience=REVIEWER),
    route("reviewing/seats/", joining.seats, name="seats", audience=REVIEWER),
    route("reviewing/seats/<int:pk>/", joining.expertise, name="expertise", audience=REVIEWER),
    route("panel/join/<str:token>/", joining.join, name="join_panel", audience=Audience.PUBLIC),
    # One file.
    route("files/<int:pk>/review/", room.review, name="review", audience=REVIEWER),
    route(
        "files/<int:pk>/review/documents/<int:place>/",
        room.document,
        name="review_document",
        audience=REVIEWER,
    ),
    route(
        "files/<int:pk>/review/documents/<int:place>/pages/<int:number>/",
        room.page,
        name="review_page",
        audience=REVIEWER,
    ),
    route("files/<int:pk>/abstain/", room.abstain, name="abstain", audience=REVIEWER),
    route("files/<int:pk>/conflict/", conflicts.conflict, name="conflict", audience=REVIEWER),
    route("files/<int:pk>/discussion/", discussion.discussion, name="discussion", audience=JUDGING),
    route("files/<int:pk>/assign/", giving.assign, name="assign", audience=MANAGER),
    route(
        "reviews/<int:pk>/take-back/", giving.take_back, name="take_back_review", audience=MANAGER
    ),
    # A call's panel.
    route("calls/<slug:code>/panel/", planning.panel, name="panel", audience=MANAGER),
    route("panel/<int:pk>/", planning.seat, name="seat", audience=MANAGER),
    route(
        "panel-invitations/<int:pk>/revoke/",
        joining.revoke,
        name="revoke_panel_invitation",
        audience=MANAGER,
    ),
    route(
        "calls/<slug:code>/panel/progress/",
        following.progress,
        name="panel_progress",
        audience=OVERSIGHT,
    ),
    route("calls/<slug:code>/panel/round/", rounds.call_round, name="round", audience=MANAGER),
    route(
        "calls/<slug:code>/panel/close/",
        rounds.close_round,
        name="close_round",
        audience=MANAGER,
    ),
    route("calls/<slug:code>/rubric/", rounds.rubric, name="rubric", audience=OVERSIGHT),
    route("calls/<slug:code>/panel/ties/", conflicts.ties, name="ties", audience=OVERSIGHT),
    route("ties/<int:pk>/", conflicts.decide, name="tie", audience=MANAGER),
    route(
        "calls/<slug:code>/assignment/", planning.assignment, name="assignment", audience=MANAGER
    ),
    route("plans/<int:pk>/", planning.plan, name="plan", audience=MANAGER),
    route("plans/<int:pk>/progress/", planning.progress, name="plan_progress", audience=MANAGER),
    # The ranking.
    route("calls/<slug:code>/ranking/", ranking.ranking, name="ranking", audience=OVERSIGHT),
    route(
        "calls/<slug:code>/ranking/work/",
        ranking.ranking_work,
        name="ranking_work",
        audience=OVERSIGHT,
    ),
    route(
        "calls/<slug:code>/ranking/freeze/",
        ranking.freeze,
        name="freeze_ranking",
        audience=MANAGER,
    ),
    route("rankings/<int:pk>/", ranking.frozen, name="frozen_ranking", audience=OVERSIGHT),
]
