from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as remember_in_cookie

from .models import User


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Show the same page in another language, and keep it for the account's mails."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and translation.check_for_language(chosen):
        User.objects.filter(pk=request.user.pk).update(language=chosen[:2])
    return remember_in_cookie(request)
