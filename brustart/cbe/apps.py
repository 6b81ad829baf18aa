from django.apps import AppConfig


class CbeConfig(AppConfig):
    name = "brustart.cbe"
    label = "cbe"
