"""Mail to people without an account, and letters that are posted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_only_grows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="address",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="mail",
            name="by_post",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="mail",
            name="fact",
            field=models.CharField(max_length=160, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="mail",
            name="recipient",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recipient__isnull", False),
                    models.Q(("address", ""), _negated=True),
                    ("by_post", True),
                    _connector="OR",
                ),
                name="mail_goes_somewhere",
            ),
        ),
    ]
