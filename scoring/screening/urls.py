"""A fund manager confirms what the machine proposes."""

from brustart.accounts.access import Audience, route

from . import views

MANAGER = Audience.FUND_MANAGER

urlpatterns = [
    route("files/<int:pk>/admit/", views.admit, name="admit", audience=MANAGER),
    route("files/<int:pk>/ineligible/", views.ineligible, name="ineligible", audience=MANAGER),
]
