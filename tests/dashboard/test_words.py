"""Where lines may not be broken."""

import pytest

from dialog_portal.base.swedish import unbroken


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("kl. 09.00–12.00", 'kl. <span class="nowrap">09.00–12.00</span>'),
        ("Salen, Hamngatan 2", "Salen, Hamngatan\N{NO-BREAK SPACE}2"),
        ("Hamngatan 2 B", "Hamngatan\N{NO-BREAK SPACE}2 B"),
        ("<b>Salen</b>", "&lt;b&gt;Salen&lt;/b&gt;"),
    ],
)
def test_clocks_and_house_numbers_stay_whole(text: str, html: str):
    assert unbroken(text) == html
