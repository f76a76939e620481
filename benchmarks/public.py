"""A public page of notes as nginx serves it with our configuration, over plain nginx with the same files.

`wrk` makes the load, over lasting connections. Both servers have one worker process, the same kind of certificate and
an access log with the same fields.
"""

import re
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.stage import Line, Stage
from benchmarks.usage import processor_seconds
from tests import services
from tests.test_deploy import HOST, Site, certificate, listens

CONNECTIONS = 4
WHAT = "public page by our nginx over plain nginx"
SPEED = Figure(f"{WHAT} (requests a second)", ">=", goal=0.95, released=0.79)
COST = Figure(f"{WHAT} (processor time a request)", "<=", goal=1.08, released=1.43)
TLS_SPEED = Figure(f"{WHAT}, with TLS (requests a second)", ">=", goal=0.95, released=0.83)
TLS_COST = Figure(f"{WHAT}, with TLS (processor time a request)", "<=", goal=1.08, released=1.35)
PLAIN = """
    log_format plain '$remote_addr $time_iso8601 "$request_method $uri $server_protocol" '
                     '$status $body_bytes_sent $request_time "$http_user_agent"';
    types {{ text/html html; }}
    access_log {here}/plain.log plain;
    server {{
        listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl; root {here}/lib/public;
        ssl_certificate {here}/fullchain.pem; ssl_certificate_key {here}/key.pem;
    }}
"""


class Ours(Site):
    """nginx with the configuration of deploy/, which serves the same without TLS on the port of plain HTTP."""

    def moved(self, text: str) -> str:
        """Return the text with our places in it; the redirect to TLS gives its port to the site itself."""
        secure, plain = f"listen 127.0.0.1:{self.https} ssl http2;", f"listen 127.0.0.1:{self.http};"
        return (
            super()
            .moved(text)
            .replace(plain, f"listen 127.0.0.1:{self.web};")
            .replace(secure, secure + plain)
        )


class Plain(Site):
    """nginx with nothing but the directory and a log."""

    def moved(self, text: str) -> str:
        return PLAIN.format(here=self.here, http=self.http, https=self.https)


@contextmanager
def running(site: Site, root: Path) -> Iterator[Site]:
    """The site's nginx over the public files, for as long as the block lasts."""
    (site.here / "lib").mkdir(parents=True)
    (site.here / "lib" / "public").symlink_to(root)
    certificate(site.here)
    site.start("nginx", [services.program("nginx"), "-c", str(site.write())])
    try:
        services.wait_until(lambda: listens(site.https) and listens(site.http), "nginx")
        yield site
    finally:
        site.stop("nginx")


def load(site: Site, address: str, tls: bool, seconds: int) -> tuple[float, float]:
    """Return the requests a second, and the processor's seconds for each."""
    url = f"https://127.0.0.1:{site.https}{address}" if tls else f"http://127.0.0.1:{site.http}{address}"
    command = [
        services.program("wrk"),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "-H",
        f"Host: {HOST}",
        url,
    ]
    pid = site.processes["nginx"].pid
    before = processor_seconds(pid)
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    spent = processor_seconds(pid) - before
    number, speed = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    if "Non-2xx" in said or "Socket errors" in said or number is None or speed is None:
        raise RuntimeError(f"{url}: {said}")
    return float(speed[1]), spent / int(number[1])


def compare(stage: Stage, ours: Site, plain: Site, address: str, *, tls: bool) -> tuple[float, float]:
    """Return the medians of speed and of processor time, ours over plain, of rounds in which the two alternate."""
    seconds = stage.size(1, 3)
    rounds = [
        (load(ours, address, tls, seconds), load(plain, address, tls, seconds)) for _ in range(stage.rounds)
    ]
    speed = statistics.median(own[0] / theirs[0] for own, theirs in rounds)
    return speed, statistics.median(own[1] / theirs[1] for own, theirs in rounds)


def notes_page(root: Path) -> str:
    """Return the address of the largest page of published notes."""
    page = max(root.glob("moten/*/*/anteckningar/index.html"), key=lambda page: page.stat().st_size)
    return f"/{page.parent.relative_to(root)}/"


def measure(stage: Stage) -> Iterator[Line]:
    from django.conf import settings

    root = Path(settings.PUBLIC_ROOT)
    ours, plain = Ours(stage.here / "nginx"), Plain(stage.here / "plain")
    with running(ours, root), running(plain, root):
        address = notes_page(root)
        yield from zip((SPEED, COST), compare(stage, ours, plain, address, tls=False), strict=True)
        yield from zip((TLS_SPEED, TLS_COST), compare(stage, ours, plain, address, tls=True), strict=True)
