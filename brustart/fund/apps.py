from django.apps import AppConfig


class FundConfig(AppConfig):
    name = "brustart.fund"
    label = "fund"
