"""What exists, and for whom: a route without an audience is refused to everybody."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from brustart.accounts.access import Audience, declare, route
from brustart.accounts.views import set_language
from brustart.desk.views.system import healthz

urlpatterns = [
    route("healthz", healthz, name="healthz", audience=Audience.PUBLIC),
    route("language/", set_language, name="set_language", audience=Audience.PUBLIC),
    *i18n_patterns(
        path("", include("brustart.desk.urls")),
        path("", include("applications.urls")),
        path("", include("scoring.screening.urls")),
        path("", include("scoring.review.urls")),
        path("", include("brustart.awards.urls")),
        declare(path("account/", include("allauth.urls")), Audience.PUBLIC),
    ),
]
