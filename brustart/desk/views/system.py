"""The machinery, for administrators: queues, workers, mail, audit trail; and a sign of life."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core import queue
from brustart.core.models import AuditEntry, Mail, Worker
from brustart.desk import machinery
from brustart.desk.progress import TONES

PAGE = 25


def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the portal can answer: for load balancers and monitors."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever keeps the database away
        return JsonResponse({"status": "unavailable", "database": False}, status=503)
    return JsonResponse({"status": "ok", "database": True})


@require_GET
def system(request: HttpRequest) -> HttpResponse:
    """What runs, what waits, what got stuck, and what was done lately."""
    now = timezone.now()
    redis, place = machinery.broker()
    return render(
        request,
        "desk/system.html",
        {
            "database": machinery.database(),
            "redis": redis,
            "broker": place,
            "workers": Worker.objects.alive(now).order_by("-seen_at"),
            "last_worker": Worker.objects.order_by("-seen_at").first(),
            "queues": list(machinery.queues()),
            "trail": visible_to(request.user, AuditEntry).select_related("actor")[:PAGE],
            "now": now,
        },
    )


@require_POST
def retry(request: SignedIn) -> HttpResponse:
    """Queue a failed or uncertain row again."""
    model = machinery.kinds().get(request.POST.get("kind", ""))
    key = request.POST.get("key", "")
    if model is None or not key.isdecimal():
        raise Http404
    work = get_or_404(request.user, model, pk=int(key), state__in=machinery.STUCK)
    machinery.retry(work, actor=request.user, now=timezone.now())
    messages.success(request, _("Queued again: a worker will try it now."))
    return redirect("system")


@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """Every mail that the portal wrote, the latest first."""
    rows = visible_to(request.user, Mail).select_related("recipient").order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "desk/mails.html",
        {"page_obj": page, "rows": [(mail, TONES[queue.State(mail.state)]) for mail in page]},
    )


@require_GET
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as it was or will be sent."""
    found = get_or_404(request.user, Mail, "recipient", pk=pk)
    tone = TONES[queue.State(found.state)]
    return render(request, "desk/mail.html", {"mail": found, "tone": tone})
