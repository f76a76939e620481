"""Parties: which are active on a day, how they are found, which name each had, and who receives its letters."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.functional import cached_property

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.swedish import SwedishLower, contains_text, swedish
from dialog_portal.base.typed_columns import DayColumn, LineColumn, ParagraphsColumn
from dialog_portal.base.typed_text import one_line
from parties.models.category import Category
from parties.models.former_name import FormerName
from parties.models.mandate import Mandate
from parties.models.membership import Membership
from parties.models.search_words import search_words
from parties.models.years import in_year


class PartyQuerySet(models.QuerySet["Party"]):
    def in_order(self) -> Self:
        """Swedish order: Å, Ä and Ö last."""
        return self.order_by(swedish("name"), "pk")

    def of_category(self, category: Category, year: int) -> Self:
        """Return the parties that belong to a category in a year."""
        return self.filter(pk__in=Membership.objects.filter(in_year(year), category=category).values("party"))

    def active(self, day: date | None = None) -> Self:
        """Return the parties that had not ended on a day, today by default."""
        return self.filter(Q(ended__isnull=True) | Q(ended__gt=day or timezone.localdate()))

    def ended(self, day: date | None = None) -> Self:
        """Return the parties that had ended on a day, today by default."""
        return self.filter(ended__lte=day or timezone.localdate())

    def matching(self, text: str) -> Self:
        """Return the parties that match every word of a search, of which at most MAX_SEARCH_WORDS are read.

        A word is looked for in the party's names, former names and code, and in its people's posts, names and e-mail
        addresses.
        """
        rows = self
        for word in search_words(text):
            former = FormerName.objects.filter(contains_text(word, "name")).values("party")
            held = Mandate.objects.filter(
                contains_text(word, "title", "person__name", "person__email")
            ).values("party")
            own = contains_text(word, "name", "full_name", "municipality__code")
            rows = rows.filter(own | Q(pk__in=former) | Q(pk__in=held))
        return rows

    def named(self, text: str) -> Party | None:
        """Return the party with a name, now or formerly; case and blanks are ignored. None when there is none."""
        typed = " ".join(unicodedata.normalize("NFC", text).split()).lower()
        if not typed:
            return None
        former = FormerName.objects.filter(Exact(SwedishLower("name"), typed)).values("party")
        own = Q(Exact(SwedishLower("name"), typed)) | Q(Exact(SwedishLower("full_name"), typed))
        return self.filter(own).first() or self.filter(pk__in=former).first()

    def with_recipients(self, some: bool) -> Self:
        """Return the parties for which somebody receives letters today, or those for which nobody does."""
        recipients = Exists(Mandate.objects.invited().filter(party=OuterRef("pk")))
        return self.filter(recipients if some else ~recipients)

    def with_register(self) -> Self:
        """Fetch what the register's list shows, in a fixed number of queries.

        Sets `current_mandates` and `current_memberships` on each party.
        """
        mandates = Mandate.objects.current().select_related("person").order_by("pk")
        memberships = Membership.objects.in_year(timezone.localdate().year).select_related("category")
        return self.select_related("municipality").prefetch_related(
            Prefetch("mandates", mandates, to_attr="current_mandates"),
            Prefetch("memberships", memberships, to_attr="current_memberships"),
        )


class Party(Versioned):
    """An organisation that is invited to dialogues."""

    name = LineColumn("namn", max_length=160, validators=[one_line])
    full_name = LineColumn(
        "egen skrivning",
        max_length=160,
        blank=True,
        validators=[one_line],
        help_text="Till exempel Nynäshamns kommun.",
    )
    slug = models.SlugField("adressord", max_length=80, unique=True)
    categories = models.ManyToManyField(Category, through="Membership", related_name="parties")
    mail_domains = LineColumn(
        "e-postdomäner",
        max_length=200,
        blank=True,
        validators=[one_line],
        help_text="Domäner vars adresser utan vidare hör till parten, åtskilda med mellanslag.",
    )
    note = ParagraphsColumn("anteckning", blank=True, max_length=4000)
    ended = DayColumn("upphörde", null=True, blank=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = "part"
        verbose_name_plural = "parter"
        # So that no list of parties can stand in another order by oversight
        ordering = (swedish("name"), "pk")
        constraints = (models.UniqueConstraint(Lower("name"), name="party_name_once"),)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def recipients(self) -> int:
        """Return how many people receive this party's letters today; no query is needed after `with_register`."""
        held: list[Mandate] | None = getattr(self, "current_mandates", None)
        if held is None:
            held = list(self.mandates.invited())
        return len({mandate.person_id for mandate in held if mandate.receives_invitations})

    @property
    def has_ended(self) -> bool:
        return self.ended is not None and self.ended <= timezone.localdate()

    def exists_on(self, day: date) -> bool:
        """Return whether the party had not ended on a day; `PartyQuerySet.active` selects by the same rule."""
        return self.ended is None or self.ended > day

    def name_on(self, day: date) -> str:
        """Return the name that the party had on a day, because old notes keep the old name."""
        later = [
            old for old in self.former_names.all() if old.until > day
        ]  # no query for rows that are prefetched
        return min(later, key=lambda old: old.until).name if later else self.name
