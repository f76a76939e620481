"""One list says where personal links lead; whatever else must know it follows."""

import re

import pytest
from django.urls import reverse

from dialog_portal.links.addresses import GUEST_PATHS, SECRET_PATHS
from tests.house.files import BASE

pytestmark = pytest.mark.once
NGINX = (BASE / "deploy/nginx.conf").read_text()


def alternatives(pattern: str) -> set[str]:
    """Return the words of a `(?:one|another)` in the web server's configuration."""
    found = re.search(pattern, NGINX)
    assert found
    return {f"{word}/" for word in found[1].split("|")}


def test_the_web_server_masks_what_follows_every_secret_path():
    assert alternatives(r"\^\(\?<\w+>/\(\?:([^)]*)\)/\)") == set(SECRET_PATHS)


@pytest.mark.parametrize("path", GUEST_PATHS)
def test_the_web_server_sends_every_path_for_guests_to_the_portal(path: str):
    assert f"location ^~ /{path} {{ proxy_pass" in NGINX


def test_the_guests_addresses_begin_with_a_path_of_the_list():
    assert reverse("guest:reply", args=["x"]).startswith(tuple(f"/{path}" for path in GUEST_PATHS))
    assert reverse("accept_account", args=["x"]).startswith(tuple(f"/{path}" for path in SECRET_PATHS))
    reset = reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "x"})
    assert reset.startswith(tuple(f"/{path}" for path in SECRET_PATHS))
