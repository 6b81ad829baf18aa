from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "brustart.desk"
    label = "desk"
