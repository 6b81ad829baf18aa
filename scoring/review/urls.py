"""Giving files to reviewers, and reading them."""

from brustart.accounts.access import Audience, route

from . import views

urlpatterns = [
    route("files/<int:pk>/assign/", views.assign, name="assign", audience=Audience.FUND_MANAGER),
    route("files/<int:pk>/review/", views.review, name="review", audience=Audience.REVIEWER),
    route("files/<int:pk>/conflict/", views.conflict, name="conflict", audience=Audience.REVIEWER),
    route("calls/<slug:code>/ranking/", views.ranking, name="ranking", audience=Audience.OVERSIGHT),
    route(
        "calls/<slug:code>/ranking/freeze/",
        views.freeze,
        name="freeze_ranking",
        audience=Audience.FUND_MANAGER,
    ),
    route("rankings/<int:pk>/", views.frozen, name="frozen_ranking", audience=Audience.OVERSIGHT),
]
