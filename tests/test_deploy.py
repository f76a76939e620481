"""What stands in deploy/ is started as it stands: the units' own commands behind the nginx configuration."""

import datetime
import gzip
import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from celery import Celery

from dialog_portal.links.addresses import SECRET_PATHS
from tests import services

pytestmark = [pytest.mark.once, pytest.mark.real_clock]
BASE = Path(__file__).resolve().parent.parent
DEPLOY = BASE / "deploy"
HOST = "dialog.example"
TOKEN = "S3cretS3cretS3cretS3cretS3cretS3cret"
PAGE = "<!doctype html><html lang=sv><title>Anteckningar</title><h1>Möte</h1>" + "<p>Rad</p>" * 500
NGINX = """
daemon off; pid {here}/nginx.pid; error_log {here}/nginx-start.log; worker_processes 1; {user}
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {here}/body; proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/f; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
    include {here}/site.conf;
}}
"""


def certificate(here: Path) -> None:
    """A key and a certificate that nobody trusts, for the length of a test."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    (here / "fullchain.pem").write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (here / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))


@dataclass
class Site:
    """nginx with the configuration of deploy/, moved to a directory and ports of its own."""

    here: Path
    http: int = field(default_factory=services.free_port)
    https: int = field(default_factory=services.free_port)
    web: int = field(default_factory=services.free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def moved(self, text: str) -> str:
        """A text of deploy/ with this test's places in it instead of a server's."""
        places = {
            "/etc/ssl/dialogportalen": str(self.here),
            "/var/lib/dialogportalen": str(self.here / "lib"),
            "/var/log/nginx": str(self.here),
            "/srv/dialogportalen/.venv/bin": str(Path(sys.executable).parent),
            "127.0.0.1:8010": f"127.0.0.1:{self.web}",
            "--port 8010": f"--port {self.web}",
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.https} ssl http2;",
        }
        for place, instead in places.items():
            text = text.replace(place, instead)
        return re.sub(r"listen \[::\]:\S+[^;]*;", "", text)

    def write(self) -> Path:
        """The configuration in place; answers its main file."""
        (self.here / "site.conf").write_text(self.moved((DEPLOY / "nginx.conf").read_text()))
        user = "user root;" if os.getuid() == 0 else ""
        (self.here / "nginx.conf").write_text(NGINX.format(here=self.here, user=user))
        return self.here / "nginx.conf"

    def start(self, name: str, command: list[str], env: dict[str, str] | None = None) -> None:
        with (self.here / f"{name}.out").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=BASE,
                env=env,
                stdout=log,
                stderr=log,
                preexec_fn=services.follow_parent(signal.SIGTERM),
            )

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.terminate()
        process.wait(timeout=30)

    def unit_command(self, name: str, line: str = "ExecStart") -> list[str]:
        """What systemd would run."""
        text = (DEPLOY / "systemd" / f"dialogportalen-{name}.service").read_text()
        found = re.search(rf"^{line}=(.*)$", text, re.MULTILINE)
        assert found is not None
        return shlex.split(self.moved(found[1]).replace("%%", "%"))

    def ask(
        self, path: str, *, method: str = "GET", zipped: bool = False, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """One request over HTTPS; answers status, headers in small letters, and body."""
        trusting = ssl._create_unverified_context()
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.https}{path}", method=method, headers={"Host": HOST, **headers}
        )
        if zipped:
            request.add_header("Accept-Encoding", "gzip")
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusting))
        try:
            with opener.open(request, timeout=20) as answer:
                return (
                    answer.status,
                    {name.lower(): value for name, value in answer.headers.items()},
                    answer.read(),
                )
        except urllib.error.HTTPError as error:
            with error:
                return (
                    error.code,
                    {name.lower(): value for name, value in error.headers.items()},
                    error.read(),
                )

    def written(self) -> str:
        """Everything that any part has written to a log."""
        files = [*self.here.glob("*.log"), *self.here.glob("*.out")]
        return "\n".join(path.read_text(errors="replace") for path in files)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def site(workshop: Path) -> Iterator[Site]:
    """nginx serving one public page, and nobody behind it yet."""
    made = Site(workshop / "site")
    page = made.here / "lib/public/moten/2019/index.html"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE)
    page.with_name("index.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (page.parent / ".baking-x").write_text("half a page")
    (made.here / "lib/public/.redirects.conf").write_text(
        "/dialogmoten-2019 /moten/2019/;\n/dialogmoten-2019/ /moten/2019/;\n/moten/2019/ /borta/;\n"
    )
    certificate(made.here)
    made.start("nginx", [services.program("nginx"), "-c", str(made.write())])
    services.wait_until(lambda: listens(made.https), "nginx")
    yield made
    for name in list(made.processes):
        made.stop(name)


def test_nginx_takes_the_configuration_without_a_word(site: Site):
    check = [services.program("nginx"), "-t", "-q", "-c", str(site.here / "nginx.conf")]
    found = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_public_page_is_a_file_that_needs_nobody_behind_nginx(site: Site):
    status, headers, body = site.ask("/moten/2019/")
    assert (status, body.decode(), headers["content-type"]) == (200, PAGE, "text/html; charset=utf-8")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "set-cookie" not in headers


def test_public_page_is_sent_as_it_was_compressed_when_baked(site: Site):
    _status, headers, body = site.ask("/moten/2019/", zipped=True)
    assert (headers["content-encoding"], gzip.decompress(body).decode()) == ("gzip", PAGE)


def test_page_that_a_bake_replaced_is_served_at_once_and_a_new_one_too(site: Site):
    folder = site.here / "lib/public/moten/2018"
    folder.mkdir()
    assert site.ask("/moten/2018/")[0] == 403
    (folder / "index.html").write_text("first")
    assert site.ask("/moten/2018/")[2] == b"first"
    (folder / ".baking-y").write_text("second")
    (folder / ".baking-y").replace(folder / "index.html")
    services.wait_until(lambda: site.ask("/moten/2018/")[2] == b"second", "the new page", 10)


@pytest.mark.parametrize("path", ["/moten/2019/.baking-x", "/.baking", "/moten/2030/", "/../etc/passwd"])
def test_what_is_not_public_is_not_found(site: Site, path: str):
    assert site.ask(path)[0] in {400, 404}


def test_public_address_without_its_slash_leads_on(site: Site):
    assert site.ask("/moten/2019")[2].decode() == PAGE


@pytest.mark.parametrize("path", ["/dialogmoten-2019", "/dialogmoten-2019/", "/Dialogmoten-2019?id=7"])
def test_old_address_leads_to_its_page_and_never_hides_one(site: Site, path: str):
    assert (site.ask(path)[2].decode(), site.ask("/moten/2019/")[2].decode()) == (PAGE, PAGE)


def test_address_that_leads_nowhere_is_still_not_found(site: Site):
    assert site.ask("/dialogmoten-2020")[0] == 404


def test_plain_http_leads_to_https_and_keeps_the_token_to_itself(site: Site):
    with socket.create_connection(("127.0.0.1", site.http), timeout=5) as line:
        line.sendall(f"GET /svar/{TOKEN}/ HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        answer = line.makefile("rb").read().decode()
    assert f"Location: https://{HOST}/svar/{TOKEN}/" in answer
    assert TOKEN not in site.written()


@pytest.mark.parametrize("door", [path.rstrip("/") for path in SECRET_PATHS])
def test_token_stays_out_of_every_log_also_while_the_portal_is_down(site: Site, door: str):
    status = site.ask(f"/{door}/{TOKEN}/?x=1", Referer=f"https://{HOST}/{door}/{TOKEN}/")[0]
    services.wait_until(lambda: f"/{door}/..." in site.written(), "the log", 10)
    assert (status, TOKEN in site.written()) == (502, False)


@pytest.mark.parametrize(
    "path",
    ["/%73var/{}/", "//svar/{}/", "/svar/%0A{}/", "/SVAR/{}/", "/x/../svar/{}", "/konto//inbjudan/{}/"],
)
def test_token_stays_out_of_the_log_however_the_door_is_spelled(site: Site, path: str):
    site.ask(f"/moten/2019/?{path[1:4]}")
    seen = site.written().count("\n")
    site.ask(path.format(TOKEN))
    services.wait_until(lambda: site.written().count("\n") > seen, "the log", 10)
    assert TOKEN not in site.written()


@pytest.mark.parametrize("method", ["POST", "PUT", "PROPFIND"])
def test_token_stays_out_of_the_log_also_when_what_is_asked_is_refused(site: Site, method: str):
    seen = site.written().count("\n")
    assert site.ask(f"/SVAR/{TOKEN}/", method=method)[0] == 404
    services.wait_until(lambda: site.written().count("\n") > seen, "the log", 10)
    assert TOKEN not in site.written()


def test_what_was_asked_for_stands_in_the_log_and_not_what_was_served(site: Site):
    status = site.ask("/moten/2031/?x=1")[0]
    services.wait_until(lambda: '"GET /moten/2031/ HTTP' in site.written(), "the log", 10)
    assert (status, "/moten/2031/?" in site.written()) == (404, False)


def test_a_log_without_the_mask_would_hold_the_token(site: Site):
    """The control: the same request with nginx's own log format."""
    path = site.here / "site.conf"
    kept = path.read_text()
    path.write_text(kept.replace("$logged_uri $server", "$request_uri $server"))
    site.processes["nginx"].send_signal(signal.SIGHUP)
    try:
        other = TOKEN[::-1]

        def leaks() -> bool:
            site.ask(f"/svar/{other}/")
            return other in site.written()

        services.wait_until(leaks, "the leak", 10)
    finally:
        path.write_text(kept)
        site.processes["nginx"].send_signal(signal.SIGHUP)


def test_units_serve_work_and_keep_time_on_postgresql_and_redis(
    site: Site, own_postgres: services.Postgres, own_redis: services.Redis
):
    key = "k" * 60
    env = {name: value for name, value in os.environ.items() if name not in services.portal_variables()}
    example = (DEPLOY / "env.example").read_text()
    env |= {
        name: site.moved(value.strip('"'))
        for name, value in re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE)
    }
    env |= {"SECRET_KEY": key, "LINK_KEYS": key, "LETTER_KEYS": key, "MAIL_URL": "smtp://127.0.0.1:1"}
    env |= {"DATABASE_URL": own_postgres.new_database("deploy"), "REDIS_URL": own_redis.url}
    first = ["begin", "--email", "anna.lind@region.example", "--name", "Anna Lind"]
    for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"], first):
        subprocess.run([sys.executable, "manage.py", *command], cwd=BASE, env=env, check=True)
    subprocess.run(site.unit_command("web", "ExecStartPre"), cwd=BASE, env=env, check=True)
    for name in ("web", "worker", "beat"):
        site.start(name, site.unit_command(name), env)
    services.wait_until(lambda: site.ask("/konto/logga-in/")[0] == 200, "the portal", 60)
    status, headers, body = site.ask("/konto/logga-in/")
    assert (status, "__Host-csrf" in headers.get("set-cookie", body.decode())) == (200, True)
    sheet = re.search(r'href="(/static/[^"]+\.css)"', body.decode())
    assert sheet is not None
    assert (site.ask(sheet[1])[0], site.ask(f"/svar/{TOKEN}/")[0]) == (200, 404)
    services.wait_until(lambda: "ready." in (site.here / "worker.out").read_text(), "the worker", 60)
    services.wait_until(lambda: "beat: Starting" in (site.here / "beat.out").read_text(), "the clock", 60)
    with Celery(broker=own_redis.url) as bell:
        bell.send_task("outbox.beat")
    services.wait_until(
        lambda: site.ask("/halsa")[0] == 200, "a portal that hears its worker and its clock", 60
    )
    for name in ("beat", "worker", "web"):
        site.stop(name)
    assert site.ask("/arbete/")[0] == 502
    assert (site.ask("/moten/2019/")[0], TOKEN in site.written()) == (200, False)


def secret_addresses() -> list[str]:
    """An address of every door that a secret opens, with the secret in it."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for pattern in patterns:
            here = before + str(pattern.pattern).lstrip("^")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif {"token", "key"} & set(pattern.pattern.regex.groupindex):
                yield "/" + re.sub(r"<\w+:\w+>|\(\?P<\w+>[^)]*\)", TOKEN, here).rstrip("$")

    return sorted(walk(get_resolver().url_patterns, ""))


def test_every_address_with_a_secret_is_masked_by_nginx_and_by_the_portal():
    from dialog_portal.links.log_masking import mask_tokens

    masked = re.search(r'"~\*\(\?s\)\^\(\?<door>(\S+)\)\."', (DEPLOY / "nginx.conf").read_text())
    assert masked is not None
    door = re.compile(f"^({masked[1]}).")
    addresses = secret_addresses()
    assert ([one for one in addresses if not door.match(one)], len(addresses) >= 2) == ([], True)
    assert [one for one in addresses if TOKEN in mask_tokens(f"GET {one} HTTP/1.1")] == []


def test_every_command_of_the_runbook_exists():
    from django.core.management import get_commands

    named = re.findall(r"^dialogportalen ([a-z]+)", (DEPLOY / "README.md").read_text(), re.MULTILINE)
    assert (set(named) - set(get_commands()), {"migrate", "begin"} <= set(named)) == (set(), True)


def test_production_example_names_only_variables_that_exist():
    named = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    assert named - services.portal_variables() == set()
