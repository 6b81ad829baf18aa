"""Places by calibrated means, what they rest on, and rankings frozen for good."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from brustart.core.append_only import only_grows


class Migration(migrations.Migration):

    dependencies = [
        ('fund', '0004_groups'),
        ('review', '0002_suggestion'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Places are computed anew by the worker, once a file's marks are added up again.
        migrations.RunSQL("DELETE FROM review_rank", migrations.RunSQL.noop),
        migrations.AddField(
            model_name='rank',
            name='calibrated',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=6),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='rank',
            name='deviation',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=6),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='rank',
            name='expected',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=9),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='rank',
            name='high',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=9),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='rank',
            name='low',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=9),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='PanelStatistics',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(max_length=40)),
                ('seed', models.PositiveBigIntegerField()),
                ('draws', models.PositiveIntegerField()),
                ('r_hat', models.DecimalField(decimal_places=3, max_digits=8)),
                ('connected', models.BooleanField()),
                ('severities', models.JSONField()),
                ('files', models.PositiveIntegerField()),
                ('fewest', models.PositiveSmallIntegerField()),
                ('alpha', models.DecimalField(decimal_places=3, max_digits=4, null=True)),
                ('alpha_low', models.DecimalField(decimal_places=3, max_digits=4, null=True)),
                ('alpha_high', models.DecimalField(decimal_places=3, max_digits=4, null=True)),
                ('computed_at', models.DateTimeField()),
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='panel_statistics', to='fund.call')),
            ],
        ),
        migrations.CreateModel(
            name='FrozenRanking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('content', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frozen_rankings', to='fund.call')),
            ],
            options={
                'ordering': ['call', '-number'],
                'constraints': [models.UniqueConstraint(fields=('call', 'number'), name='frozen_ranking_once')],
            },
        ),
        only_grows("review_frozenranking"),
    ]
