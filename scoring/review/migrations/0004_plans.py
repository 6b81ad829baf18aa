"""What reviewers can read, and plans of who reads what."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0003_applying'),
        ('fund', '0004_groups'),
        ('review', '0003_statistics'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='panelist',
            name='capacity',
            field=models.PositiveSmallIntegerField(default=12),
        ),
        migrations.AddField(
            model_name='panelist',
            name='languages',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='panelist',
            name='topics',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='panelist',
            name='until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='step',
            name='name',
            field=models.CharField(choices=[('score', 'Add up the marks'), ('rank', 'Rank the call'), ('give', 'Give the file to its reviewers')], max_length=8),
        ),
        migrations.CreateModel(
            name='AssignmentPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wanted', models.PositiveSmallIntegerField()),
                ('lacking', models.JSONField(default=list)),
                ('relax', models.JSONField(default=dict)),
                ('connected', models.BooleanField()),
                ('made_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignment_plans', to='fund.call')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['call', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='step',
            name='plan',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='review.assignmentplan'),
        ),
        migrations.CreateModel(
            name='PlannedReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('refusal', models.TextField(blank=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='review.assignmentplan')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['plan', 'application_id', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('plan', 'application', 'reviewer'), name='planned_reading_once')],
            },
        ),
    ]
