from dialog_portal.access.permissions_page import PAGE, page


def test_the_documented_permissions_are_the_table():
    assert PAGE.read_text() == page(), "run: python manage.py permissions"
