"""The embedded PostgreSQL: started, adopted, mended or refused, and never in anybody's way."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import environ
import psutil
import psycopg
import pytest

from brustart import embedded


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "it's a place" / "postgres"
    yield place
    embedded.reset(place)


@pytest.fixture
def data(place: Path) -> Path:
    """Where the data of the place really are (root's are elsewhere)."""
    return embedded.locate(place).data


def server(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))


def ask(place: Path, question: str, role: str = embedded.OWNER) -> object:
    with psycopg.connect(embedded.url(role, place=place)) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_url_is_a_path_and_starts_nothing(place: Path, data: Path) -> None:
    config = environ.Env.db_url_config(embedded.url(embedded.APPLICATION, place=place))

    assert (config["USER"], config["NAME"]) == ("brustart_app", "brustart")
    assert config["OPTIONS"]["host"].startswith("/")
    assert not place.exists()
    assert not data.exists()


def test_socket_of_a_deep_folder_goes_to_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    short, deep = Path("/srv/brustart/var/postgres"), Path("/srv", "deep" * 30, "postgres")

    assert embedded.locate(short).run == short / "run"
    assert len(str(embedded.locate(deep).run)) < embedded.LONGEST_SOCKET


def test_starts_stops_and_keeps_its_data(place: Path, data: Path) -> None:
    above = [folder for folder in place.parents if folder.exists()]
    modes = [folder.stat().st_mode for folder in above]
    embedded.start(place, durable=False)

    assert ask(place, "SELECT pg_encoding_to_char(encoding) FROM pg_database") == "UTF8"
    assert ask(place, "SHOW listen_addresses") == ""
    more = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = user"
    assert ask(place, more) is True
    assert ask(place, more, role=embedded.APPLICATION) is False
    with psycopg.connect(embedded.url(embedded.OWNER, place=place)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    embedded.stop(place)
    assert not embedded.status(place)
    assert not (data / "postmaster.pid").exists()
    embedded.start(place, durable=False)
    assert ask(place, "SELECT number FROM kept") == 7
    assert [folder.stat().st_mode for folder in above] == modes


def test_adopts_the_server_of_a_killed_run(place: Path, data: Path) -> None:
    embedded.start(place, durable=False)
    first = server(data).pid
    embedded.start(place, durable=False)

    assert server(data).pid == first


def test_starts_after_a_kill_and_when_its_number_was_given_out_again(
    place: Path, data: Path
) -> None:
    embedded.start(place, durable=False)
    process, note = server(data), data / "postmaster.pid"
    told = note.read_text()
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=5)
    note.write_text(told.replace(str(process.pid), str(os.getpid()), 1))
    assert not embedded.status(place)
    embedded.start(place, durable=False)

    assert ask(place, "SELECT 1") == 1


def test_refuses_half_initialised_data_and_deletes_nothing(place: Path, data: Path) -> None:
    (data / "base").mkdir(parents=True)
    with pytest.raises(embedded.EmbeddedError) as refusal:
        embedded.start(place)

    assert str(data) in str(refusal.value)
    assert "make demo-reset" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert (data / "base").exists()
    embedded.reset(place)
    assert not data.exists()


def test_refuses_a_folder_with_something_else_in_it(place: Path) -> None:
    place.mkdir(parents=True)
    (place / "holiday.txt").write_text("not a database")
    with pytest.raises(embedded.EmbeddedError, match="half-initialised or not PostgreSQL's"):
        embedded.start(place)


def test_clears_what_a_killed_initdb_left(place: Path, data: Path) -> None:
    leftover = data.parent / "new-123"
    leftover.mkdir(parents=True)
    embedded.start(place, durable=False)

    assert not leftover.exists()
