"""Importing an extract: readers see all of the one before, or all of this one.

A full extract is copied beside the current one, a transaction for each file, so that an import
that was interrupted goes on with the next file. Then one transaction switches, and the rows of
before are deleted. An update is one transaction on the rows of the full extract below it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from brustart.core import audit

from . import codes, reading, selecting
from .copying import TARGETS, Intake, Progress, Target, fill, take_away
from .models import Enterprise, Establishment, Extract
from .reading import Archive, ExtractRefused
from .region import REGIONS

ONE_IMPORT = 4_281_977  # the key of the lock; any number that nobody else takes
Clock = Callable[[], datetime]


def load(
    path: Path,
    *,
    regions: Sequence[str] | None = None,
    replace: bool = False,
    clock: Clock = timezone.now,
    progress: Progress = lambda file, rows, share: None,
) -> Extract:
    """Make the extract at this path the current one. Raises ExtractRefused.

    `regions`: names in cbe.region, [] for the whole country; by default Brussels, and for an
    update what its full extract was limited to. `replace`: a full extract may also take the
    place of the same or a newer one.
    """
    with _alone(), reading.opened(path) as archive:
        current = Extract.objects.current().select_related("base").first()
        _check_sequence(archive.meta, current, replace=replace)
        if archive.meta.kind is Extract.Kind.FULL:
            wanted = ["brussels"] if regions is None else sorted(regions)
            extract = _load_full(archive, wanted, clock, progress)
        else:
            assert current is not None
            _check_regions(regions, current)
            extract = _load_update(archive, current, clock, progress)
        _remove_others(extract)
        return extract


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time; the lock ends with the connection at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_IMPORT])
        if cursor.fetchone() != (True,):
            raise ExtractRefused("Another import is running.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_IMPORT])


def _check_sequence(meta: reading.Meta, current: Extract | None, *, replace: bool) -> None:
    """An update follows the current extract by one; a full one is newer, or told to replace."""
    if meta.kind is Extract.Kind.UPDATE:
        if current is None:
            raise ExtractRefused("No register is loaded: import a full extract first.")
        if meta.number != current.number + 1:
            raise ExtractRefused(
                f"Update {meta.number} does not follow extract {current.number}: import "
                f"update {current.number + 1}, or a full extract."
            )
    elif current and meta.number <= current.number and not replace:
        raise ExtractRefused(
            f"Extract {meta.number} is not newer than extract {current.number}, which is "
            "loaded: give --replace to load it all the same."
        )


def _check_regions(regions: Sequence[str] | None, current: Extract) -> None:
    if regions is not None and sorted(regions) != current.regions:
        limit = ", ".join(current.regions) or "the whole country"
        raise ExtractRefused(f"The register was loaded for {limit}: an update keeps to that.")


def _load_full(archive: Archive, regions: list[str], clock: Clock, progress: Progress) -> Extract:
    extract = _unfinished(archive, regions) or _begin(archive, regions, clock())
    _remove_others(extract)
    try:
        intake = _intake(archive, extract, extract)
        for target in TARGETS:
            if target.file not in extract.done:
                _take_in(target, archive, extract, intake, progress)
        with transaction.atomic():
            _switch(extract, intake, clock())
    except ExtractRefused:
        _remove(extract)
        raise
    return extract


def _unfinished(archive: Archive, regions: list[str]) -> Extract | None:
    """An import of the same file for the same regions that was interrupted."""
    same = {"fingerprint": archive.fingerprint, "regions": regions}
    return Extract.objects.filter(state=Extract.State.LOADING, **same).first()


@transaction.atomic
def _begin(
    archive: Archive, regions: list[str], now: datetime, base: Extract | None = None
) -> Extract:
    meta = archive.meta
    extract = Extract.objects.create(
        number=meta.number,
        kind=meta.kind,
        snapshot_on=meta.snapshot_on,
        extracted_at=meta.extracted_at,
        regions=regions,
        fingerprint=archive.fingerprint,
        base=base,
        started_at=now,
    )
    extract.base = base or extract
    extract.save(update_fields=["base"])
    return extract


def _intake(archive: Archive, extract: Extract, base: Extract) -> Intake:
    found = codes.read(archive)
    wanted = frozenset(chain.from_iterable(REGIONS[name] for name in extract.regions))
    kept: selecting.Kept = selecting.Everything()
    if extract.regions:
        kept = selecting.of_regions(archive, wanted, _present(base))
    return Intake(base.pk, extract.number, kept, wanted, found)


def _present(base: Extract) -> Iterator[str]:
    """The numbers of the enterprises and units that the register holds."""
    for model in (Enterprise, Establishment):
        rows = model._default_manager.filter(extract=base)
        yield from rows.values_list("number", flat=True).iterator(chunk_size=10_000)


def _take_in(
    target: Target, archive: Archive, extract: Extract, intake: Intake, progress: Progress
) -> None:
    """One file, and the note that it is in."""
    with transaction.atomic():
        written = fill(target, archive, intake, progress)
        extract.counts = {**extract.counts, target.file: written, **intake.noticed}
        extract.done = [*extract.done, target.file]
        extract.save(update_fields=["done", "counts"])
    progress(target.file, written, 1.0)


@transaction.atomic
def _load_update(archive: Archive, current: Extract, clock: Clock, progress: Progress) -> Extract:
    base = current.base
    assert base is not None
    extract = _begin(archive, current.regions, clock(), base)
    intake = _intake(archive, extract, base)
    for target in TARGETS:
        take_away(target, archive, base.pk)
        _take_in(target, archive, extract, intake, progress)
    _switch(extract, intake, clock())
    return extract


def _switch(extract: Extract, intake: Intake, now: datetime) -> None:
    """From this commit on readers see the extract."""
    intake.codes.save()
    Extract.objects.current().update(state=Extract.State.PAST)
    extract.state, extract.finished_at = Extract.State.CURRENT, now
    extract.save(update_fields=["state", "finished_at"])
    audit.record(
        "register.loaded",
        about=extract,
        actor=None,
        now=now,
        number=extract.number,
        kind=extract.kind,
        snapshot_on=extract.snapshot_on.isoformat(),
        regions=extract.regions,
        counts=extract.counts,
    )


def _remove_others(extract: Extract) -> None:
    """What is neither read nor being loaded: earlier extracts, and imports given up."""
    current = Extract.objects.current().values("base")
    fulls = Extract.objects.filter(kind=Extract.Kind.FULL)
    for other in fulls.exclude(pk__in=current).exclude(pk=extract.pk):
        _remove(other)


def _remove(extract: Extract) -> None:
    """Its rows first: while the extract stands, somebody will remove them."""
    for target in TARGETS:
        target.model._default_manager.filter(extract=extract).delete()
    extract.delete()
