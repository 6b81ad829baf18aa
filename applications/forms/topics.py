"""Fields of knowledge: what a project touches, and what a reviewer knows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    DATA = "data", _("Data and artificial intelligence")
    PLATFORMS = "platforms", _("Platforms and online services")
    HARDWARE = "hardware", _("Sensors and devices")
    SECURITY = "security", _("Security and trust")
    INDUSTRY = "industry", _("Industry, building and logistics")
    CLIMATE = "climate", _("Energy and circular economy")
    PUBLIC = "public", _("Education, culture and public services")
    CARE = "care", _("Care at home and in hospital")
    TELEHEALTH = "telehealth", _("Telehealth and monitoring")
    DEVICES = "devices", _("Medical devices and diagnosis")
    PREVENTION = "prevention", _("Prevention and well-being")


EHEALTH = frozenset({Topic.CARE, Topic.TELEHEALTH, Topic.DEVICES, Topic.PREVENTION})
