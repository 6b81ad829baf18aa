"""Giving files to reviewers, and reading them."""

from brustart.accounts.access import Audience, route

from .views import planning, reviews

MANAGER, REVIEWER, OVERSIGHT = Audience.FUND_MANAGER, Audience.REVIEWER, Audience.OVERSIGHT

urlpatterns = [
    route("files/<int:pk>/assign/", reviews.assign, name="assign", audience=MANAGER),
    route("files/<int:pk>/review/", reviews.review, name="review", audience=REVIEWER),
    route("files/<int:pk>/conflict/", reviews.conflict, name="conflict", audience=REVIEWER),
    route("calls/<slug:code>/panel/", planning.panel, name="panel", audience=MANAGER),
    route("panel/<int:pk>/", planning.seat, name="seat", audience=MANAGER),
    route(
        "calls/<slug:code>/assignment/", planning.assignment, name="assignment", audience=MANAGER
    ),
    route("plans/<int:pk>/", planning.plan, name="plan", audience=MANAGER),
    route("plans/<int:pk>/progress/", planning.progress, name="plan_progress", audience=MANAGER),
    route("calls/<slug:code>/ranking/", reviews.ranking, name="ranking", audience=OVERSIGHT),
    route(
        "calls/<slug:code>/ranking/freeze/",
        reviews.freeze,
        name="freeze_ranking",
        audience=MANAGER,
    ),
    route("rankings/<int:pk>/", reviews.frozen, name="frozen_ranking", audience=OVERSIGHT),
]
