"""The programmes of Digital.Brussels, as announced in 2017 (programmes.toml)."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import migrations

SOURCE = Path(__file__).resolve().parent.parent / "programmes.toml"


def load(apps: Any, schema_editor: Any) -> None:
    programmes = apps.get_model("fund", "Programme").objects.using(schema_editor.connection.alias)
    rows = tomllib.loads(SOURCE.read_text("utf-8"))["programme"]
    known: dict[str, Any] = {}
    for position, row in enumerate(rows, start=1):
        code, parent, announced = (row.pop(name, None) for name in ("code", "parent", "announced"))
        known[code] = programmes.update_or_create(
            code=code,
            defaults={
                **row,
                "parent": known.get(parent),
                "announced": Decimal(announced) if announced else None,
                "position": position,
            },
        )[0]


def unload(apps: Any, schema_editor: Any) -> None:
    programmes = apps.get_model("fund", "Programme").objects.using(schema_editor.connection.alias)
    programmes.filter(parent__isnull=False).delete()
    programmes.all().delete()


class Migration(migrations.Migration):
    dependencies = [("fund", "0002_ledger")]
    operations = [migrations.RunPython(load, unload)]
