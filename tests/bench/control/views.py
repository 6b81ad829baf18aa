"""A paginated list, a detail page and a form: Django's own generic views."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.views.generic import CreateView, DetailView, ListView

from .models import Dossier


class DossierList(LoginRequiredMixin, ListView):
    queryset = Dossier.objects.select_related("author")
    paginate_by = 25
    template_name = "control/list.html"


class DossierDetail(LoginRequiredMixin, DetailView):
    queryset = Dossier.objects.select_related("author")
    template_name = "control/detail.html"


class DossierCreate(LoginRequiredMixin, CreateView):
    model = Dossier
    fields = ["title", "organisation", "state", "amount", "summary", "submitted_at", "author"]
    success_url = reverse_lazy("list")
    template_name = "control/form.html"


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")
