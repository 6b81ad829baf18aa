"""A cap changes by two people; grants of de minimis aid and their place in the register; whether
a call needs the Finance Inspector; entries by time.

The new trigger is named to come before `fund_entry_post`. It takes the same first lock, the
envelope's account, so that two openings of one envelope cannot both be the first.
"""

import django.db.models.deletion
import holidays
from django.conf import settings
from django.db import migrations, models

import brustart.core.money
from brustart.core.append_only import only_grows

BY_TWO = """
CREATE FUNCTION fund_cap_by_two() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    earlier bigint;
BEGIN
    SELECT sequence INTO earlier FROM public.fund_account WHERE id = NEW.account_id FOR UPDATE;
    IF earlier > 0 AND NOT EXISTS (
        SELECT FROM public.fund_capchange asked
        JOIN public.fund_capanswer answer ON answer.change_id = asked.id
        WHERE NEW.reference = 'cap:' || asked.id
          AND asked.account_id = NEW.account_id AND asked.amount = NEW.amount
          AND answer.accepted AND answer.answered_by_id <> asked.asked_by_id
          AND answer.answered_by_id = NEW.actor_id
    ) THEN
        RAISE EXCEPTION 'a cap changes by two people' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_cap_by_two BEFORE INSERT ON fund_entry
    FOR EACH ROW WHEN (NEW.kind = 'cap') EXECUTE FUNCTION fund_cap_by_two();
"""
BACK_TO_ONE = "DROP TRIGGER fund_entry_cap_by_two ON fund_entry; DROP FUNCTION fund_cap_by_two()"

# Or else one person could give an envelope a new account, with whatever cap it opens with.
KEEPS_ACCOUNT = """
CREATE TRIGGER fund_envelope_keeps_account BEFORE UPDATE OF account_id ON fund_envelope
    FOR EACH ROW WHEN (OLD.account_id IS DISTINCT FROM NEW.account_id)
    EXECUTE FUNCTION core_refuse_change();
"""
ANY_ACCOUNT = "DROP TRIGGER fund_envelope_keeps_account ON fund_envelope"

_FREE = ", ".join(
    f"'{day}'" for day in sorted(holidays.country_holidays("BE", years=range(2026, 2029)))
)
# Grants made before this table, since there is a register; as registering.due_on reckons.
EARLIER_GRANTS = f"""
INSERT INTO fund_registerentry (aid_id, due_on, reference)
SELECT aid.id, (
    SELECT day::date FROM generate_series(
        aid.counted_on + 1, aid.counted_on + 60, interval '1 day') AS day
    WHERE extract(isodow FROM day) < 6 AND day::date NOT IN ({_FREE})
    ORDER BY day LIMIT 1 OFFSET 19), ''
FROM fund_aid aid WHERE aid.kind = 'granted' AND aid.counted_on >= '2026-01-01'
"""


def key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def to(target: str, related_name: str = "+", **options: bool) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=target,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("fund", "0004_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="call",
            name="inspector_needed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["envelope", "at"], include=["kind", "amount"], name="entry_by_time"
            ),
        ),
        migrations.CreateModel(
            name="CapChange",
            fields=[
                ("id", key()),
                ("place", models.PositiveIntegerField()),
                ("amount", brustart.core.money.MoneyField(decimal_places=2, max_digits=14)),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("account", to("fund.account", "cap_changes")),
                ("asked_by", to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["account", "place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "place"), name="cap_change_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(amount=0), name="cap_change_changes"
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(reason=""), name="cap_change_has_a_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CapAnswer",
            fields=[
                ("id", key()),
                ("accepted", models.BooleanField()),
                ("reason", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField()),
                ("answered_by", to(settings.AUTH_USER_MODEL)),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="fund.capchange",
                    ),
                ),
            ],
        ),
        only_grows("fund_capchange"),
        only_grows("fund_capanswer"),
        migrations.RunSQL(BY_TWO, BACK_TO_ONE),
        migrations.RunSQL(KEEPS_ACCOUNT, ANY_ACCOUNT),
        migrations.CreateModel(
            name="RegisterEntry",
            fields=[
                ("id", key()),
                ("due_on", models.DateField(db_index=True)),
                ("entered_at", models.DateTimeField(null=True)),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("entered_by", to(settings.AUTH_USER_MODEL, null=True)),
                (
                    "aid",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="register_entry",
                        to="fund.aid",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(entered_at=None, entered_by=None, reference="")
                        | models.Q(entered_at__isnull=False, entered_by__isnull=False)
                        & ~models.Q(reference=""),
                        name="register_entered_by_somebody",
                    )
                ],
            },
        ),
        migrations.RunSQL(EARLIER_GRANTS, migrations.RunSQL.noop),
    ]
