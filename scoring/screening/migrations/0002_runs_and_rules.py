"""Runs in versions, the rules of a call, overrides by two people, files that resemble one another."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from brustart.core.append_only import only_grows


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0003_applying'),
        ('fund', '0004_groups'),
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
                'ordering': ['run_id', 'kind', 'other_id'],
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
                'ordering': ['finding_id', 'asked_at'],
            },
        ),
        migrations.CreateModel(
            name='RuleSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('rules', models.JSONField(default=list)),
                ('figures', models.JSONField(default=dict)),
                ('published_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['call', '-number'],
            },
        ),
        migrations.CreateModel(
            name='Trait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('number', 'the same enterprise number'), ('documents', 'the same documents'), ('team', 'the same people')], max_length=10)),
                ('value', models.CharField(db_index=True, max_length=64)),
            ],
        ),
        migrations.AlterModelOptions(
            name='step',
            options={'ordering': ['run_id', 'place']},
        ),
        migrations.AlterModelOptions(
            name='finding',
            options={'ordering': ['run_id', 'place']},
        ),
        migrations.AlterModelOptions(
            name='contribution',
            options={'ordering': ['run_id', 'place']},
        ),
        migrations.AlterModelOptions(
            name='run',
            options={'ordering': ['submission_id', 'version']},
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
        migrations.AddField(
            model_name='ruleset',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rule_sets', to='fund.call'),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='published_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trait',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='applications.application'),
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
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.UniqueConstraint(fields=('call', 'number'), name='rule_set_once'),
        ),
        migrations.AddConstraint(
            model_name='trait',
            constraint=models.UniqueConstraint(fields=('application', 'kind', 'value'), name='trait_once'),
        ),
        only_grows("screening_ruleset"),
    ]
