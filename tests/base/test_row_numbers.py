"""No address fails because somebody wrote a number into it that no row can have."""

import pytest
from django.test import Client

from dialog_portal.access.models import Role
from tests import factories
from tests.access.world import PLACE, addresses

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_number_that_no_row_can_have_is_not_found_wherever_it_stands():
    client = Client(raise_request_exception=False)
    client.force_login(factories.user(Role.APPROVER), backend="django.contrib.auth.backends.ModelBackend")
    failed = []
    for address in addresses():
        if "<int:" in address.route and address.name.startswith("staff:"):
            path = "/" + PLACE.sub("9" * 40, address.route)
            answers = [client.get(path), client.post(path)]
            failed += [(path, one.status_code) for one in answers if one.status_code >= 500]
    assert failed == []
