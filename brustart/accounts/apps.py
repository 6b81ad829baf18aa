from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "brustart.accounts"
    label = "accounts"

    def ready(self) -> None:
        autodiscover_modules("rules")
