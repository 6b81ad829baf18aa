"""An applicant's own files."""

from brustart.accounts.access import Audience, route

from . import views

APPLICANT = Audience.APPLICANT

urlpatterns = [
    route("applications/", views.my_files, name="my_files", audience=APPLICANT),
    route("applications/begin/<slug:code>/", views.begin, name="begin", audience=APPLICANT),
    route("applications/<int:pk>/", views.tasks, name="tasks", audience=APPLICANT),
    route("applications/<int:pk>/check/", views.check, name="check", audience=APPLICANT),
    route("applications/<int:pk>/received/", views.received, name="received", audience=APPLICANT),
    route("applications/<int:pk>/withdraw/", views.withdraw, name="withdraw", audience=APPLICANT),
    route("applications/<int:pk>/<slug:key>/", views.section, name="section", audience=APPLICANT),
]
