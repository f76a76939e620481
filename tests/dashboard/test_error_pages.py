"""The page that stands when nothing else does."""

from django.templatetags.static import static
from django.test import RequestFactory
from django.views.defaults import server_error


def test_the_page_of_an_error_wears_the_stylesheet_that_is_served():
    said = server_error(RequestFactory().get("/")).content.decode()
    assert f'href="{static("css/portal.css")}"' in said
