"""Undertakings of several enterprises; declarations of several rows; when a number is needed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fund", "0003_programmes")]
    operations = [
        migrations.CreateModel(
            name="UndertakingMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("enterprise_number", models.CharField(max_length=10, unique=True)),
                (
                    "undertaking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="fund.undertaking",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO fund_undertakingmember (undertaking_id, enterprise_number) "
            "SELECT id, enterprise_number FROM fund_undertaking",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name="undertaking", name="enterprise_number"),
        migrations.RemoveConstraint(model_name="aid", name="aid_once"),
        migrations.AddField(
            model_name="aid",
            name="row",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="aid",
            constraint=models.UniqueConstraint(
                fields=("kind", "reference", "row"), name="aid_once"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="number_needed",
            field=models.CharField(
                choices=[
                    ("submission", "at submission"),
                    ("award", "before an award is proposed"),
                ],
                default="submission",
                max_length=10,
            ),
        ),
    ]
