"""People who hold mandates: each e-mail address once, and how they are found."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Prefetch
from django.db.models.functions import Lower

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.swedish import contains_text, swedish
from dialog_portal.base.typed_columns import LineColumn
from dialog_portal.base.typed_text import one_line
from dialog_portal.outbox.address_field import AddressColumn
from parties.models.mandate import Mandate
from parties.models.search_words import search_words


class PersonQuerySet(models.QuerySet["Person"]):
    def in_order(self) -> Self:
        """Swedish order: Å, Ä and Ö last."""
        return self.order_by(swedish("name"), "pk")

    def matching(self, text: str) -> Self:
        """Return the people whose name or e-mail address contains every word of a search (at most MAX_SEARCH_WORDS)."""
        rows = self
        for word in search_words(text):
            rows = rows.filter(contains_text(word, "name", "email"))
        return rows

    def with_posts(self) -> Self:
        """Fetch each person's current mandates as `person.posts`, to distinguish people with the same name."""
        held = Mandate.objects.current().select_related("party").order_by("pk")
        return self.prefetch_related(Prefetch("mandates", held, to_attr="posts"))

    def by_email(self, email: str) -> Person | None:
        """Return the person with an e-mail address, or None; case is ignored."""
        return self.filter(email__iexact=email).first()


class Person(Versioned):
    """A person who holds mandates. Of a protected person, public pages show the organisation only."""

    name = LineColumn("namn", max_length=120, validators=[one_line])
    email = AddressColumn(
        "e-postadress", unique=True, error_messages={"unique": "Adressen finns redan i registret."}
    )
    phone = LineColumn("telefon", max_length=40, blank=True, validators=[one_line])
    protected = models.BooleanField("skyddade personuppgifter", default=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "personer"
        constraints = (models.UniqueConstraint(Lower("email"), name="person_email_once_whatever_its_case"),)

    def __str__(self) -> str:
        return self.name
