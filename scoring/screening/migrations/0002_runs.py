"""Runs in versions, overrides by two people, files that resemble one another."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0003_applying'),
        ('screening', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Likeness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('number', 'the same enterprise number'), ('documents', 'the same documents'), ('team', 'the same people')], max_length=10)),
            ],
            options={
                'ordering': ['run', 'kind', 'other'],
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('pass', 'met'), ('fail', 'not met'), ('needs_evidence', 'needs evidence')], max_length=14)),
                ('reason', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('accepted', models.BooleanField(null=True)),
            ],
            options={
                'ordering': ['finding', 'asked_at'],
            },
        ),
        migrations.AlterModelOptions(
            name='run',
            options={'ordering': ['submission', 'version']},
        ),
        migrations.AddField(
            model_name='run',
            name='as_of',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='begun_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='run',
            name='cause',
            field=models.CharField(choices=[('submitted', 'handed in'), ('rescreened', 'screened again')], default='submitted', max_length=10),
        ),
        migrations.AddField(
            model_name='run',
            name='is_current',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='run',
            name='version',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='step',
            name='inputs_hash',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='run',
            name='submission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='applications.submission'),
        ),
        migrations.AlterField(
            model_name='step',
            name='name',
            field=models.CharField(choices=[('documents', 'Look at the documents'), ('facts', 'Collect the facts'), ('eligibility', 'Check the rules'), ('score', 'Compute the pre-score')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('submission', 'version'), name='run_once'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('submission',), name='run_current_once'),
        ),
        migrations.AddField(
            model_name='likeness',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application'),
        ),
        migrations.AddField(
            model_name='likeness',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='likenesses', to='screening.run'),
        ),
        migrations.AddField(
            model_name='override',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='override',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='override',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='screening.finding'),
        ),
        migrations.AddConstraint(
            model_name='likeness',
            constraint=models.UniqueConstraint(fields=('run', 'kind', 'other'), name='likeness_once'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted', None), ('accepted', True), _connector='OR'), fields=('finding',), name='override_once'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('answered_by', None), models.Q(('answered_by', models.F('asked_by')), _negated=True), _connector='OR'), name='override_by_a_second_person'),
        ),
    ]
