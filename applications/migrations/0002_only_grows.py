"""Tables whose rows are written once."""

from django.db import migrations

from brustart.core.append_only import only_grows


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]
    operations = [only_grows("applications_submission"), only_grows("applications_timelineentry")]
