from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "scoring.screening"
    label = "screening"
