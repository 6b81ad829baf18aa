"""The trigger that keeps the money, and the tables that only grow.

SECURITY DEFINER: it runs as the owner of the tables, so that the application's role needs no
right to change a balance. Locks: envelope first, then award, whoever comes.
"""

from django.db import migrations

from brustart.core.append_only import only_grows

POST = """
CREATE FUNCTION fund_post_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    envelope public.fund_account%ROWTYPE;
    moved numeric(14,2) := NEW.amount;
BEGIN
    IF NEW.sequence IS NOT NULL OR NEW.hash IS NOT NULL OR NEW.previous IS NOT NULL
       OR NEW.before IS NOT NULL OR NEW.after IS NOT NULL OR NEW.envelope_id IS NOT NULL
       OR NEW.recorded_at IS NOT NULL THEN
        RAISE EXCEPTION 'the chain is written by the database alone'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT coalesce(parent_id, id) INTO NEW.envelope_id
        FROM public.fund_account WHERE id = NEW.account_id;
    IF (NEW.kind = 'cap') IS DISTINCT FROM (NEW.envelope_id = NEW.account_id) THEN
        RAISE EXCEPTION 'a cap belongs to an envelope, everything else to an award'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_on_its_account';
    END IF;

    SELECT * INTO envelope FROM public.fund_account WHERE id = NEW.envelope_id FOR UPDATE;
    NEW.before := CASE NEW.kind
        WHEN 'cap' THEN envelope.cap WHEN 'commit' THEN envelope.committed
        WHEN 'decommit' THEN envelope.committed WHEN 'liquidate' THEN envelope.liquidated
        WHEN 'order' THEN envelope.ordered WHEN 'pay' THEN envelope.paid
        WHEN 'recover' THEN envelope.recovered END;
    IF NEW.kind = 'decommit' THEN moved := -moved; END IF;
    NEW.after := NEW.before + moved;
    NEW.sequence := envelope.sequence + 1;
    NEW.previous := envelope.head;
    NEW.recorded_at := clock_timestamp();
    NEW.hash := encode(sha256(convert_to(format(
        '{"account":%s,"actor":%s,"after":"%s","amount":"%s","at":"%s","before":"%s",'
        '"envelope":%s,"kind":%s,"previous":"%s","recorded_at":"%s","reference":%s,'
        '"schema":1,"sequence":%s}',
        NEW.account_id, coalesce(NEW.actor_id::text, 'null'), NEW.after, NEW.amount,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), NEW.before,
        NEW.envelope_id, to_json(NEW.kind::text), NEW.previous,
        to_char(NEW.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        to_json(NEW.reference::text), NEW.sequence), 'UTF8')), 'hex');

    UPDATE public.fund_account SET
        cap = cap + CASE WHEN NEW.kind = 'cap' THEN moved ELSE 0 END,
        committed = committed + CASE WHEN NEW.kind IN ('commit', 'decommit') THEN moved ELSE 0 END,
        decommitted = decommitted + CASE WHEN NEW.kind = 'decommit' THEN NEW.amount ELSE 0 END,
        liquidated = liquidated + CASE WHEN NEW.kind = 'liquidate' THEN moved ELSE 0 END,
        ordered = ordered + CASE WHEN NEW.kind = 'order' THEN moved ELSE 0 END,
        paid = paid + CASE WHEN NEW.kind = 'pay' THEN moved ELSE 0 END,
        recovered = recovered + CASE WHEN NEW.kind = 'recover' THEN moved ELSE 0 END,
        sequence = sequence + 1,
        head = CASE WHEN id = NEW.envelope_id THEN NEW.hash ELSE head END
    WHERE id = NEW.envelope_id;
    IF NEW.account_id <> NEW.envelope_id THEN
        UPDATE public.fund_account SET
            committed = committed
                + CASE WHEN NEW.kind IN ('commit', 'decommit') THEN moved ELSE 0 END,
            decommitted = decommitted + CASE WHEN NEW.kind = 'decommit' THEN NEW.amount ELSE 0 END,
            liquidated = liquidated + CASE WHEN NEW.kind = 'liquidate' THEN moved ELSE 0 END,
            ordered = ordered + CASE WHEN NEW.kind = 'order' THEN moved ELSE 0 END,
            paid = paid + CASE WHEN NEW.kind = 'pay' THEN moved ELSE 0 END,
            recovered = recovered + CASE WHEN NEW.kind = 'recover' THEN moved ELSE 0 END,
            sequence = sequence + 1
        WHERE id = NEW.account_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_entry_post BEFORE INSERT ON fund_entry
    FOR EACH ROW EXECUTE FUNCTION fund_post_entry();
"""

OPEN = """
CREATE FUNCTION fund_open_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.committed <> 0 OR NEW.decommitted <> 0 OR NEW.liquidated <> 0 OR NEW.ordered <> 0
       OR NEW.paid <> 0 OR NEW.recovered <> 0 OR NEW.sequence <> 0 OR NEW.head <> ''
       OR (NEW.parent_id IS NULL AND NEW.cap <> 0) THEN
        RAISE EXCEPTION 'an account opens empty' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM public.fund_account WHERE id = NEW.parent_id
               AND parent_id IS NOT NULL) THEN
        RAISE EXCEPTION 'an award belongs to an envelope' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_account_open BEFORE INSERT ON fund_account
    FOR EACH ROW EXECUTE FUNCTION fund_open_account();
"""


class Migration(migrations.Migration):
    dependencies = [("fund", "0001_initial")]
    operations = [
        migrations.RunSQL(
            POST, "DROP TRIGGER fund_entry_post ON fund_entry; DROP FUNCTION fund_post_entry()"
        ),
        migrations.RunSQL(
            OPEN,
            "DROP TRIGGER fund_account_open ON fund_account; DROP FUNCTION fund_open_account()",
        ),
        only_grows("fund_entry"),
    ]
