from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "scoring.review"
    label = "review"
