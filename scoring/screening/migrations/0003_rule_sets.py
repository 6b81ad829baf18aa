"""The rules of a call, in versions that stay as they were published."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from brustart.core.append_only import only_grows


class Migration(migrations.Migration):

    dependencies = [
        ("fund", "0001_initial"),
        ("screening", "0002_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("rules", models.JSONField(default=list)),
                ("figures", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField()),
                ("call", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rule_sets", to="fund.call")),
                ("published_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["call", "-number"],
                "constraints": [models.UniqueConstraint(fields=("call", "number"), name="rule_set_once")],
            },
        ),
        only_grows("screening_ruleset"),
    ]
