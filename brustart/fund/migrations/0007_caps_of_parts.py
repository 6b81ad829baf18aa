"""Parts of an envelope are opened by two people, at any time: awards know their track, so those
made before count in the part from its first cap on. Together the parts fit in the envelope.

Triggers run in the order of their names: `fund_entry_cap_among_parts` takes the envelope's lock
before its part's, as every commitment does; the others come after `fund_entry_post`.
"""

from django.db import migrations, models

from brustart.core.append_only import only_grows

_DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
_PARTS = """public.fund_envelopepart part
        JOIN public.fund_envelope envelope ON envelope.id = part.envelope_id"""

LOCK = f"""
CREATE FUNCTION fund_lock_envelope_of_part() RETURNS trigger {_DEFINER} AS $$
BEGIN
    PERFORM FROM public.fund_account WHERE id = (
        SELECT envelope.account_id FROM {_PARTS} WHERE part.account_id = NEW.account_id
    ) FOR UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_cap_among_parts BEFORE INSERT ON fund_entry
    FOR EACH ROW WHEN (NEW.kind = 'cap') EXECUTE FUNCTION fund_lock_envelope_of_part();
"""

# The account may have been opened while the part was: the lock says which came first.
JOIN = f"""
CREATE FUNCTION fund_join_part() RETURNS trigger {_DEFINER} AS $$
BEGIN
    UPDATE public.fund_account award SET part_id = own.id
    FROM {_PARTS}
        JOIN public.fund_account own ON own.id = part.account_id
    WHERE award.id = NEW.account_id AND award.part_id IS NULL AND own.sequence > 0
      AND envelope.account_id = award.parent_id AND part.track = award.track;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_post_join BEFORE INSERT ON fund_entry
    FOR EACH ROW WHEN (NEW.kind = 'commit') EXECUTE FUNCTION fund_join_part();
"""

CAP = f"""
CREATE FUNCTION fund_cap_in_parts() RETURNS trigger {_DEFINER} AS $$
DECLARE
    divided bigint;
    whole bigint;
    own_track text;
BEGIN
    SELECT part.envelope_id, envelope.account_id, part.track INTO divided, whole, own_track
        FROM {_PARTS} WHERE part.account_id = NEW.account_id;
    IF divided IS NULL THEN
        SELECT id, account_id INTO divided, whole
            FROM public.fund_envelope WHERE account_id = NEW.account_id;
    ELSIF NEW.sequence = 1 THEN
        IF NOT EXISTS (
            SELECT FROM public.fund_capchange asked
            JOIN public.fund_capanswer answer ON answer.change_id = asked.id
            WHERE NEW.reference = 'cap:' || asked.id
              AND asked.account_id = NEW.account_id AND asked.amount = NEW.amount
              AND answer.accepted AND answer.answered_by_id <> asked.asked_by_id
              AND answer.answered_by_id = NEW.actor_id
        ) THEN
            RAISE EXCEPTION 'a part is opened by two people'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        UPDATE public.fund_account SET part_id = NEW.account_id
            WHERE parent_id = whole AND track = own_track;
        UPDATE public.fund_account SET
            committed = awards.committed, decommitted = awards.decommitted,
            liquidated = awards.liquidated, ordered = awards.ordered,
            paid = awards.paid, recovered = awards.recovered
        FROM (
            SELECT coalesce(sum(committed), 0) AS committed,
                coalesce(sum(decommitted), 0) AS decommitted,
                coalesce(sum(liquidated), 0) AS liquidated,
                coalesce(sum(ordered), 0) AS ordered,
                coalesce(sum(paid), 0) AS paid, coalesce(sum(recovered), 0) AS recovered
            FROM public.fund_account WHERE part_id = NEW.account_id
        ) awards WHERE id = NEW.account_id;
    END IF;
    IF (SELECT sum(own.cap) FROM public.fund_envelopepart part
            JOIN public.fund_account own ON own.id = part.account_id
            WHERE part.envelope_id = divided)
        > (SELECT cap FROM public.fund_account WHERE id = whole)
    THEN
        RAISE EXCEPTION 'the parts fit in the envelope'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'envelope_parts_within_cap';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_post_parts BEFORE INSERT ON fund_entry
    FOR EACH ROW WHEN (NEW.kind = 'cap') EXECUTE FUNCTION fund_cap_in_parts();
"""

# Or else one person could open an account with a cap, and make a part of it afterwards.
EMPTY = f"""
CREATE FUNCTION fund_part_begins_empty() RETURNS trigger {_DEFINER} AS $$
BEGIN
    PERFORM FROM public.fund_account
        WHERE id = NEW.account_id AND parent_id IS NULL AND sequence = 0 FOR UPDATE;
    IF NOT FOUND OR EXISTS (
        SELECT FROM public.fund_envelope WHERE account_id = NEW.account_id
    ) THEN
        RAISE EXCEPTION 'a part begins with an empty account of its own'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_part_empty BEFORE INSERT ON fund_envelopepart
    FOR EACH ROW EXECUTE FUNCTION fund_part_begins_empty();
"""

# Awards made before this column; their tables are there whenever there are any.
TRACKS = """
DO $$ BEGIN
    IF to_regclass('public.awards_award') IS NOT NULL THEN
        UPDATE public.fund_account account SET track = application.track
        FROM public.awards_award award
            JOIN public.applications_application application
                ON application.id = award.application_id
        WHERE award.account_id = account.id;
    END IF;
END $$
"""


def trigger(create: str, name: str, table: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(create, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {function}()")


class Migration(migrations.Migration):
    dependencies = [("fund", "0006_parts")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="track",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.RunSQL(TRACKS, migrations.RunSQL.noop),
        only_grows("fund_envelopepart"),
        trigger(LOCK, "fund_entry_cap_among_parts", "fund_entry", "fund_lock_envelope_of_part"),
        trigger(JOIN, "fund_entry_post_join", "fund_entry", "fund_join_part"),
        trigger(CAP, "fund_entry_post_parts", "fund_entry", "fund_cap_in_parts"),
        trigger(EMPTY, "fund_part_empty", "fund_envelopepart", "fund_part_begins_empty"),
    ]
