"""The control's pages."""

from django.contrib.auth.views import LoginView
from django.urls import path

from . import views

urlpatterns = [
    path("healthz", views.healthz),
    path("login/", LoginView.as_view(), name="login"),
    path("dossiers/", views.DossierList.as_view(), name="list"),
    path("dossiers/<int:pk>/", views.DossierDetail.as_view(), name="detail"),
    path("dossiers/new/", views.DossierCreate.as_view(), name="new"),
]
