from allauth.account.internal.flows.email_verification import send_verification_email_for_user
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as remember_in_cookie

from .asking import SignedIn
from .models import User
from .verifying import email_is_verified


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Show the same page in another language, and keep it for the account's mails."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and translation.check_for_language(chosen):
        User.objects.filter(pk=request.user.pk).update(language=chosen[:2])
    return remember_in_cookie(request)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: SignedIn) -> HttpResponse:
    """Send a person a code to confirm their address with; then back to where they came from."""
    onward = get_next_redirect_url(request)
    if email_is_verified(request.user):
        return redirect(onward or "home")
    code_page = reverse("account_email_verification_sent")
    code_page = passthrough_next_redirect_url(request, code_page, "next")
    pending = EmailVerificationProcess.resume(request)
    if pending and pending.user == request.user:
        return redirect(code_page)
    if request.method == "POST":
        send_verification_email_for_user(request, request.user)
        return redirect(code_page)
    return render(request, "account/confirm_email.html", {"onward": onward})
