"""Other files of the same enterprise are found without reading them all."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0003_applying'),
    ]

    operations = [
        migrations.AlterField(
            model_name='application',
            name='enterprise_number',
            field=models.CharField(blank=True, db_index=True, max_length=10),
        ),
    ]
