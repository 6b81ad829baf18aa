"""Tables that only grow: the database refuses to change or delete their rows, whoever asks.

Not django-pgtrigger: any session may switch its triggers off with `SET pgtrigger.ignore`.
"""

from django.db import migrations, models

_FUNCTION = """
CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % only grows: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""
_TRIGGERS = """
CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER {table}_keeps_table BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
"""


class AppendOnly(models.Model):
    """Rows of this model are written once. `core/database.py` grants SELECT and INSERT alone."""

    append_only = True

    class Meta:
        abstract = True


def only_grows(table: str) -> migrations.RunSQL:
    """The migration step that puts the triggers on a table."""
    undo = (
        f"DROP TRIGGER {table}_keeps_rows ON {table}; DROP TRIGGER {table}_keeps_table ON {table}"
    )
    return migrations.RunSQL(_FUNCTION + _TRIGGERS.format(table=table), undo)
