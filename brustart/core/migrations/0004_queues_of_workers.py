"""A worker says which queues it serves."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_mail_to_anybody'),
    ]

    operations = [
        migrations.AddField(
            model_name='worker',
            name='queues',
            field=models.JSONField(default=list),
        ),
    ]
