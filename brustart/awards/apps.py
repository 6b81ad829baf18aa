from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "brustart.awards"
    label = "awards"
