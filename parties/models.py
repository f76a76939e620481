"""The register: categories with cadences, parties with memberships and former names, people and mandates."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from dialog_portal.base.stale_saves import Versioned
from dialog_portal.base.swedish import contains_text, swedish
from dialog_portal.base.typed_text import one_line

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100  # the years that can be typed
YEAR_VALIDATORS = (MinValueValidator(EARLIEST_YEAR), MaxValueValidator(LATEST_YEAR))
CADENCE_WORDS = ("varje år", "vartannat år", "vart tredje år", "vart fjärde år", "vart femte år")
MAX_SEARCH_WORDS = 6  # more words make a search slower but hardly any narrower
FIRST_YEAR = 2018  # the register begins with this year
MAX_SEATS = 50  # of one party at one meeting; each party has at least one


def in_year(year: int, prefix: str = "") -> Q:
    """Return a filter for rows that are valid in a year; without `to_year` they are valid from `from_year` on.

    `prefix` leads to the rows over a relation, as in "memberships__".
    """
    return Q(**{f"{prefix}from_year__lte": year}) & (
        Q(**{f"{prefix}to_year__isnull": True}) | Q(**{f"{prefix}to_year__gte": year})
    )


def format_years(from_year: int, to_year: int | None) -> str:
    """Return validity years in Swedish: "från 2023", "2018–2022" or "2019"."""
    if to_year is None:
        return f"från {from_year}"
    return f"{from_year}–{to_year}" if to_year > from_year else str(from_year)


def on_day(day: date) -> Q:
    """Return a filter for rows that are valid on a day; without `to_date` they are valid from `from_date` on."""
    return Q(from_date__lte=day) & (Q(to_date=None) | Q(to_date__gte=day))


def ends_after_it_begins(begin: str, end: str, name: str) -> models.CheckConstraint:
    """Return a check constraint: the end is null or not before the beginning."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(begin)}), name=name
    )


class Category(Versioned):
    """A kind of party, such as municipalities or regional centrumbildningar, with the years in which it exists."""

    name = models.CharField("namn", max_length=120, unique=True, validators=[one_line])
    slug = models.SlugField("adressord", max_length=60, unique=True)
    position = models.PositiveSmallIntegerField("ordning", default=0)
    agenda_body = models.CharField(
        "avstämning med",
        max_length=80,
        blank=True,
        validators=[one_line],
        help_text="Till exempel FSKF för kommunerna.",
    )
    seats = models.PositiveSmallIntegerField(
        "platser per part", default=3, validators=[MinValueValidator(1), MaxValueValidator(MAX_SEATS)]
    )
    from_year = models.PositiveSmallIntegerField("från år", default=FIRST_YEAR, validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    class Meta:
        verbose_name = "kategori"
        ordering = ("position", "name")
        constraints = (
            ends_after_it_begins("from_year", "to_year", "category_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(seats__gte=1, seats__lte=MAX_SEATS), name="category_seats_are_sane"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> str:
        return format_years(self.from_year, self.to_year)


class Cadence(models.Model):
    """How often a category meets during some years, for example every year until 2022, every second from 2023."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="cadences")
    every = models.PositiveSmallIntegerField(
        "vart … år", default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    from_year = models.PositiveSmallIntegerField("från år", validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    class Meta:
        verbose_name = "frekvens"
        ordering = ("from_year",)
        constraints = (ends_after_it_begins("from_year", "to_year", "cadence_ends_after_it_begins"),)

    def __str__(self) -> str:
        often = (
            CADENCE_WORDS[self.every - 1] if self.every <= len(CADENCE_WORDS) else f"vart {self.every}:e år"
        )
        return f"{often} {self.years}"

    @property
    def years(self) -> str:
        return format_years(self.from_year, self.to_year)

    def is_due(self, year: int) -> bool:
        """Return whether the category meets in a year: every `every` years, counted from `from_year`."""
        covered = self.from_year <= year and (self.to_year is None or year <= self.to_year)
        return covered and (year - self.from_year) % self.every == 0


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
        for word in text.split()[:MAX_SEARCH_WORDS]:
            former = FormerName.objects.filter(contains_text(word, "name")).values("party")
            held = Mandate.objects.filter(
                contains_text(word, "title", "person__name", "person__email")
            ).values("party")
            own = contains_text(word, "name", "full_name", "municipality__code")
            rows = rows.filter(own | Q(pk__in=former) | Q(pk__in=held))
        return rows

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

    name = models.CharField("namn", max_length=160, validators=[one_line])
    full_name = models.CharField(
        "egen skrivning",
        max_length=160,
        blank=True,
        validators=[one_line],
        help_text="Till exempel Nynäshamns kommun.",
    )
    slug = models.SlugField("adressord", max_length=80, unique=True)
    categories = models.ManyToManyField(Category, through="Membership", related_name="parties")
    mail_domains = models.CharField(
        "e-postdomäner",
        max_length=200,
        blank=True,
        validators=[one_line],
        help_text="Domäner vars adresser utan vidare hör till parten, åtskilda med mellanslag.",
    )
    note = models.TextField("anteckning", blank=True, max_length=4000)
    ended = models.DateField("upphörde", null=True, blank=True)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = "part"
        verbose_name_plural = "parter"
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

    def name_on(self, day: date) -> str:
        """Return the name that the party had on a day, because old notes keep the old name."""
        old = self.former_names.filter(until__gt=day).order_by("until").first()
        return old.name if old else self.name


class FormerName(models.Model):
    """A name that a party had until a day, on which it already had the next one."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="former_names")
    name = models.CharField("tidigare namn", max_length=160, validators=[one_line])
    until = models.DateField("användes till")

    class Meta:
        ordering = ("until",)
        constraints = (models.UniqueConstraint(fields=("party", "until"), name="former_name_once_per_day"),)

    def __str__(self) -> str:
        return f"{self.name} (till {self.until})"


class Municipality(models.Model):
    """What only a municipality has: its official code, four digits as text because it begins with a zero."""

    party = models.OneToOneField(Party, models.CASCADE, related_name="municipality")
    code = models.CharField(
        "kommunkod",
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^\d{4}$", "Koden är fyra siffror, som 0192.")],
    )
    in_county = models.BooleanField("i Stockholms län", default=True)

    class Meta:
        verbose_name = "kommun"
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.party}"


NO_MUNICIPALITY = {"code": "", "in_county": True}  # the form's values for a party that is no municipality


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_year(self, year: int) -> Self:
        """Return the memberships that are valid in a year."""
        return self.filter(in_year(year))


class Membership(models.Model):
    """A party belongs to a category during some years. `umbrella`: it speaks for the other members."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="memberships")
    category = models.ForeignKey(Category, models.PROTECT, related_name="memberships")
    umbrella = models.BooleanField("paraplyorganisation", default=False)
    from_year = models.PositiveSmallIntegerField("från år", validators=YEAR_VALIDATORS)
    to_year = models.PositiveSmallIntegerField(
        "till och med år", null=True, blank=True, validators=YEAR_VALIDATORS
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "tillhörighet"
        ordering = ("category__position", "from_year")
        constraints = (
            ends_after_it_begins("from_year", "to_year", "membership_ends_after_it_begins"),
            models.UniqueConstraint(fields=("party", "category", "from_year"), name="membership_once"),
        )

    def __str__(self) -> str:
        return f"{self.party} i {self.category}"

    @property
    def fingerprint(self) -> str:
        """Return all values that can be changed as one text; if it differs, somebody else has saved in the meantime."""
        return f"{self.category_id}/{self.from_year}/{self.to_year}/{self.umbrella}"

    @property
    def years(self) -> str:
        return format_years(self.from_year, self.to_year)


class PersonQuerySet(models.QuerySet["Person"]):
    def in_order(self) -> Self:
        """Swedish order: Å, Ä and Ö last."""
        return self.order_by(swedish("name"), "pk")

    def matching(self, text: str) -> Self:
        """Return the people whose name or e-mail address contains every word of a search (at most MAX_SEARCH_WORDS)."""
        rows = self
        for word in text.split()[:MAX_SEARCH_WORDS]:
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

    name = models.CharField("namn", max_length=120, validators=[one_line])
    email = models.EmailField(
        "e-postadress", unique=True, error_messages={"unique": "Adressen finns redan i registret."}
    )
    phone = models.CharField("telefon", max_length=40, blank=True, validators=[one_line])
    protected = models.BooleanField("skyddade personuppgifter", default=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "personer"
        constraints = (models.UniqueConstraint(Lower("email"), name="person_email_once_whatever_its_case"),)

    def __str__(self) -> str:
        return self.name


class MandateQuerySet(models.QuerySet["Mandate"]):
    def current(self, day: date | None = None) -> Self:
        """Return the mandates that are valid on a day, today by default."""
        return self.filter(on_day(day or timezone.localdate()))

    def invited(self, day: date | None = None) -> Self:
        """Return the mandates that are valid on a day and whose holders receive invitations."""
        return self.current(day).filter(receives_invitations=True)

    def past(self) -> Self:
        """Return the mandates that ended before today, the latest first."""
        return self.filter(to_date__lt=timezone.localdate()).order_by("-to_date", "pk")

    def not_over(self) -> Self:
        """Return the mandates that have not ended, including those that begin later."""
        return self.exclude(to_date__lt=timezone.localdate())


class Mandate(Versioned):
    """A post that a person holds for a party, from one day until and including another."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates")
    party = models.ForeignKey(Party, models.PROTECT, related_name="mandates")
    title = models.CharField(
        "uppdrag", max_length=120, validators=[one_line], help_text="Till exempel kulturchef."
    )
    acting = models.BooleanField("tillförordnad (tf)", default=False)
    receives_invitations = models.BooleanField("får inbjudningar", default=True)
    coordinator = models.BooleanField("svarar för hela parten", default=False)
    from_date = models.DateField("från", default=timezone.localdate)
    to_date = models.DateField("till och med", null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "uppdrag"
        ordering = ("-from_date",)
        constraints = (ends_after_it_begins("from_date", "to_date", "mandate_ends_after_it_begins"),)

    def __str__(self) -> str:
        return f"{self.person}, {self.label}"

    @property
    def label(self) -> str:
        """Return the title, with "tf" before it for an acting holder."""
        return f"tf {self.title}" if self.acting else self.title

    @property
    def has_begun(self) -> bool:
        return self.from_date <= timezone.localdate()
