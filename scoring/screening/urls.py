"""The rules before there is a file; a fund manager confirms what they propose of one."""

from brustart.accounts.access import Audience, route

from . import views

MANAGER = Audience.FUND_MANAGER

urlpatterns = [
    route("calls/<slug:code>/could-we/", views.could_we, name="could_we", audience=Audience.PUBLIC),
    route(
        "calls/<slug:code>/could-we/begin/",
        views.begin_with,
        name="could_we_begin",
        audience=Audience.APPLYING,
    ),
    route("screenings/<int:pk>/", views.run, name="run", audience=Audience.OVERSIGHT),
    route("findings/<int:pk>/override/", views.override, name="override", audience=MANAGER),
    route("overrides/<int:pk>/", views.answer_override, name="answer_override", audience=MANAGER),
    route("files/<int:pk>/ineligible/", views.ineligible, name="ineligible", audience=MANAGER),
]
