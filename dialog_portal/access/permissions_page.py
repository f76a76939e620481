"""Writes docs/permissions.md, the permission table as a Markdown page."""

from pathlib import Path

from django.conf import settings

from dialog_portal.access.models import Role
from dialog_portal.access.permissions import DJANGO_ADMIN, PERMISSIONS, Rule

PERMISSIONS_FILE: Path = settings.BASE_DIR / "docs" / "permissions.md"
HEAD = """# Who may do what

Made from `dialog_portal/access/permissions.py` by `python manage.py permissions`; a test keeps it current.
"se" is looking at the page, "gör" is sending its form or pressing its button. An address without a row answers 404.
"""
OPEN = """
## Without signing in

Everybody: the public, guests with the personal link in their letter, and the sign-in pages themselves.
"""


def permissions_markdown() -> str:
    """Return the whole page as Markdown."""
    rows = {**PERMISSIONS, "admin:*": DJANGO_ADMIN}
    titles = [str(role.label) for role in Role]
    table = [table_line("address", "what", *titles), table_line(*["---"] * (2 + len(titles)))]
    table += [permission_row(name, rule) for name, rule in rows.items() if not rule.open]
    public = [f"- `{name}`: {rule.what}" for name, rule in rows.items() if rule.open]
    return "\n".join([HEAD, *table, OPEN, *public, ""])


def permission_row(name: str, rule: Rule) -> str:
    """Return the table's line for one address: its name, what it is for, and a cell for each role."""
    note = " (bara med tvåstegsverifiering)" if rule.second_factor else ""
    return table_line(f"`{name}`", rule.what + note, *(permission_cell(rule, role) for role in Role))


def permission_cell(rule: Rule, role: str) -> str:
    """Return "se", "gör", "se, gör" or "–" for what the role may do."""
    words = [word for word, roles in (("se", rule.see), ("gör", rule.act)) if role in roles]
    return ", ".join(words) or "–"


def table_line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
