from dialog_portal.access.permissions_page import PERMISSIONS_FILE, permissions_markdown


def test_the_documented_permissions_are_the_table():
    assert PERMISSIONS_FILE.read_text() == permissions_markdown(), "run: python manage.py permissions"
