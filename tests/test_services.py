"""The throwaway services really serve, and really go away."""

import os
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import psycopg2
import pytest
import redis as redis_client

from tests import services

pytestmark = pytest.mark.once


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_postgres_keeps_what_was_committed_through_a_crash(own_postgres: services.Postgres):
    url = own_postgres.new_database("crash")
    connection = psycopg2.connect(url)
    connection.cursor().execute("CREATE TABLE letters AS SELECT 1 AS id")
    connection.commit()
    own_postgres.crash()
    with pytest.raises(psycopg2.DatabaseError):
        connection.cursor().execute("SELECT 1")
    again = psycopg2.connect(url)
    cursor = again.cursor()
    cursor.execute("SELECT id FROM letters")
    assert cursor.fetchall() == [(1,)]
    again.close()


def test_postgres_sorts_as_swedish_does(own_postgres: services.Postgres):
    connection = psycopg2.connect(own_postgres.url)
    cursor = connection.cursor()
    words = "ARRAY['Österåker', 'Ängen', 'Åby', 'Zinken']"
    cursor.execute(f"SELECT string_agg(w, ' ' ORDER BY w COLLATE \"sv-SE-x-icu\") FROM unnest({words}) w")
    assert cursor.fetchone() == ("Zinken Åby Ängen Österåker",)
    connection.close()


def test_redis_answers_on_a_port_of_its_own(own_redis: services.Redis):
    client = redis_client.Redis.from_url(own_redis.url)
    client.set("word", "möte")
    assert (own_redis.port != 6379, client.get("word")) == (True, "möte".encode())
    client.close()


def test_mailbox_keeps_the_exact_bytes_and_can_refuse(mailbox: services.Mailbox):
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "Inbjudan"
    letter.set_content("Välkommen")
    with smtplib.SMTP("127.0.0.1", mailbox.controller.port, timeout=5) as line:
        line.send_message(letter)
        mailbox.answer = lambda step, _envelope: "550 5.1.1 Unknown" if step == "RCPT" else "250 OK"
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            line.send_message(letter)
    assert [(one.sender, one.recipients) for one in mailbox.letters] == [
        ("a@example.org", ("b@example.org",))
    ]
    assert b"Subject: Inbjudan" in mailbox.letters[0].raw


OWNER = """
import sys, time
from pathlib import Path
from tests.services import Postgres, Redis
here = Path(sys.argv[1])
postgres, redis = Postgres(here / "pg").create(), Redis(here / "redis").start()
print(postgres.process.pid, redis.process.pid, flush=True)
time.sleep(60)
"""


def test_services_die_when_their_owner_is_killed():
    with services.workshop() as here:
        owner = subprocess.Popen([sys.executable, "-c", OWNER, str(here)], stdout=subprocess.PIPE, text=True)
        assert owner.stdout is not None
        pids = [int(word) for word in owner.stdout.readline().split()]
        assert [alive(pid) for pid in pids] == [True, True]
        owner.kill()
        owner.communicate()
        services.wait_until(lambda: not any(alive(pid) for pid in pids), "the end of the services", 20)


def test_directories_of_killed_runs_are_swept_and_those_of_living_ones_kept():
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, mine = Path(f"/tmp/{services.PREFIX}{dead.pid}-x"), Path(f"/tmp/{services.PREFIX}{os.getpid()}-x")
    for path in (left, mine):
        path.mkdir()
    services.sweep_leftovers()
    found = (left.exists(), mine.exists())
    mine.rmdir()
    assert found == (False, True)


def test_free_port_is_not_a_standard_one():
    ports = {services.free_port() for _ in range(5)}
    assert not ports & {5432, 6379, 8000, 25}
