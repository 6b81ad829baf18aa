"""The Celery application: its broker, beat's pulse, and where its tasks are."""

import os

from celery import Celery
from django.conf import settings

from brustart import filebroker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brustart.settings")

app = Celery("brustart")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("brustart.worker",)

if not settings.REDIS_URL:  # kombu's file transport expects its folders to be there
    filebroker.use()
    for folder in ("messages", "control"):
        (settings.BROKER_FOLDER / folder).mkdir(parents=True, exist_ok=True)
