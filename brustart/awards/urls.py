"""Deciding: a fund manager proposes, reviewers of the panel approve or refuse."""

from brustart.accounts.access import Audience, route

from . import views

MANAGER = Audience.FUND_MANAGER

urlpatterns = [
    route("files/<int:pk>/propose/", views.propose, name="propose", audience=MANAGER),
    route("files/<int:pk>/reject/", views.reject, name="reject", audience=MANAGER),
    route("files/<int:pk>/wait/", views.wait, name="wait", audience=MANAGER),
    route("files/<int:pk>/decide/", views.decide, name="decide", audience=Audience.REVIEWER),
]
