"""A public page of notes as nginx serves it with our configuration, over a plain file of the same size."""

import http.client
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.stage import Line, Stage, times_faster
from tests import services
from tests.test_deploy import HOST, Site, certificate, listens

REQUESTS, CONNECTIONS = 1000, 4
PLAIN = """
    server {{
        listen 127.0.0.1:{port} ssl; root {here}/plain;
        ssl_certificate {here}/fullchain.pem; ssl_certificate_key {here}/key.pem; access_log off;
    }}
"""


def reader(port: int, path: str) -> Callable[[], None]:
    """A job that reads one address many times over a few lasting connections."""

    def read_on_one_line() -> None:
        line = http.client.HTTPSConnection(
            "127.0.0.1", port, context=ssl._create_unverified_context(), timeout=20
        )
        for _ in range(REQUESTS // CONNECTIONS):
            line.request("GET", path, headers={"Host": HOST})
            answer = line.getresponse()
            if answer.status != 200 or not answer.read():
                raise RuntimeError(f"{path}: {answer.status}")
        line.close()

    def read() -> None:
        with ThreadPoolExecutor(CONNECTIONS) as readers:
            for done in [readers.submit(read_on_one_line) for _ in range(CONNECTIONS)]:
                done.result()

    return read


def notes_page(root: Path) -> Path:
    """The largest page of published notes in the demo."""
    return max(root.glob("moten/*/*/anteckningar/index.html"), key=lambda page: page.stat().st_size)


def measure(stage: Stage) -> Iterator[Line]:
    from django.conf import settings

    page = notes_page(Path(settings.PUBLIC_ROOT))
    site, plain = Site(stage.here / "nginx"), services.free_port()
    (site.here / "plain").mkdir(parents=True)
    (site.here / "plain" / "page").write_bytes(page.read_bytes())
    (site.here / "lib").mkdir()
    (site.here / "lib" / "public").symlink_to(settings.PUBLIC_ROOT)
    certificate(site.here)
    main = site.write()
    with (site.here / "site.conf").open("a") as conf:
        conf.write(PLAIN.format(port=plain, here=site.here))
    site.start("nginx", [services.program("nginx"), "-c", str(main)])
    try:
        services.wait_until(lambda: listens(site.https) and listens(plain), "nginx")
        address = "/" + str(page.parent.relative_to(settings.PUBLIC_ROOT)) + "/"
        ratio = times_faster(reader(site.https, address), reader(plain, "/page"))
    finally:
        site.stop("nginx")
    yield "public page over a plain file of its size (speed)", ratio, ("at least", 0.5)
