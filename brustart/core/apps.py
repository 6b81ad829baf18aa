from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "brustart.core"
    label = "core"
