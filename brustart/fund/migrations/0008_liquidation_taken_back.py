"""A liquidation may be undone before the payment is ordered, by an entry below zero: the triggers add
whatever its sign is, and `account_ordered_within_liquidated` keeps what is ordered."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("fund", "0007_caps_of_parts")]
    operations = [
        migrations.RemoveConstraint(model_name="entry", name="entry_moves_money"),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(kind__in=["cap", "liquidate"]) & ~Q(amount=0),
                name="entry_moves_money",
            ),
        ),
    ]
