"""Who asks, in the types: past the middleware, a page for people with an account has one."""

from django.http import HttpRequest

from brustart.accounts.models import User


class SignedIn(HttpRequest):
    """A request to a route whose audience is not PUBLIC."""

    user: User
