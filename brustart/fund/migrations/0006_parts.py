"""Parts of an envelope: an award counts in the envelope and in its part, and both caps hold.

The new trigger comes after `fund_entry_post`, which has locked the envelope's account by then.
"""

import django.db.models.deletion
from django.db import migrations, models

COUNT = """
CREATE FUNCTION fund_count_in_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whole bigint;
    moved numeric(14,2) := CASE WHEN NEW.kind = 'decommit' THEN -NEW.amount ELSE NEW.amount END;
BEGIN
    SELECT part_id INTO whole FROM public.fund_account WHERE id = NEW.account_id;
    IF whole IS NOT NULL THEN
        UPDATE public.fund_account SET
            committed = committed
                + CASE WHEN NEW.kind IN ('commit', 'decommit') THEN moved ELSE 0 END,
            decommitted = decommitted + CASE WHEN NEW.kind = 'decommit' THEN NEW.amount ELSE 0 END,
            liquidated = liquidated + CASE WHEN NEW.kind = 'liquidate' THEN moved ELSE 0 END,
            ordered = ordered + CASE WHEN NEW.kind = 'order' THEN moved ELSE 0 END,
            paid = paid + CASE WHEN NEW.kind = 'pay' THEN moved ELSE 0 END,
            recovered = recovered + CASE WHEN NEW.kind = 'recover' THEN moved ELSE 0 END
        WHERE id = whole;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_post_part BEFORE INSERT ON fund_entry
    FOR EACH ROW WHEN (NEW.kind <> 'cap') EXECUTE FUNCTION fund_count_in_part();
"""
BELONG = """
CREATE FUNCTION fund_part_of_its_own() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.part_id IS NOT NULL AND (NEW.parent_id IS NULL OR NOT EXISTS (
        SELECT FROM public.fund_envelopepart part
        JOIN public.fund_envelope envelope ON envelope.id = part.envelope_id
        WHERE part.account_id = NEW.part_id AND envelope.account_id = NEW.parent_id
    )) THEN
        RAISE EXCEPTION 'an award counts in a part of its own envelope'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_account_part BEFORE INSERT ON fund_account
    FOR EACH ROW EXECUTE FUNCTION fund_part_of_its_own();
"""


class Migration(migrations.Migration):
    dependencies = [("fund", "0005_caps_and_register")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="part",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="fund.account",
            ),
        ),
        migrations.CreateModel(
            name="EnvelopePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("track", models.CharField(max_length=20)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="part_of",
                        to="fund.account",
                    ),
                ),
                (
                    "envelope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="fund.envelope",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("envelope", "track"), name="envelope_part_once"
                    )
                ]
            },
        ),
        migrations.RunSQL(
            COUNT,
            "DROP TRIGGER fund_entry_post_part ON fund_entry; DROP FUNCTION fund_count_in_part()",
        ),
        migrations.RunSQL(
            BELONG,
            "DROP TRIGGER fund_account_part ON fund_account; "
            "DROP FUNCTION fund_part_of_its_own()",
        ),
    ]
