"""An officer who is signed in, with meetings to invite to, in whatever database the environment names."""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from benchmarks.processes import run
from tests import services

INVITED = 26


def prepare(meetings: int) -> None:
    """Make meetings with 26 people to invite to each, and an officer who is signed in; print them as JSON."""
    import django

    django.setup()
    from django.test import Client

    from dialog_portal.access.models import Role
    from tests import factories

    made = [factories.meeting(title="Dialogmöte med länets kommuner") for _ in range(meetings)]
    for meeting in made:
        for _ in range(INVITED):
            factories.invitee(factories.invitation(meeting))
    client = Client()
    client.force_login(factories.user(Role.OFFICER), backend="django.contrib.auth.backends.ModelBackend")
    cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    print(json.dumps({"meetings": [meeting.pk for meeting in made], "cookies": cookies}))


@dataclass
class Officer:
    """The officer's browser, as far as a measurement needs it, and the meetings to invite to."""

    url: str
    cookies: str
    meetings: list[int]

    def open(self, path: str, **form: str) -> str:
        """Return the page; with fields they are posted."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.url + path, data, {"Cookie": self.cookies, "Origin": self.url})
        with urllib.request.urlopen(request, timeout=60) as answer:
            for cookie in answer.headers.get_all("Set-Cookie", []):
                self.cookies += "; " + cookie.partition(";")[0]
            return str(answer.read().decode())

    def is_answered(self) -> bool:
        try:
            self.open("/konto/logga-in/")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


def sign_in(env: dict[str, str], port: int, meetings: int = 1) -> Officer:
    """Return an officer with meetings, once the portal at that port answers."""
    known = json.loads(run(env, "-m", "benchmarks.officer", str(meetings)))
    officer = Officer(f"http://127.0.0.1:{port}", known["cookies"], known["meetings"])
    services.wait_until(officer.is_answered, "the portal", 60)
    return officer


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
