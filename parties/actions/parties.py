"""Parties, their names and end, and the categories they belong to."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models, transaction
from django.forms import BaseInlineFormSet
from django.utils.text import slugify

from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed
from parties.forms.category import CategoryForm
from parties.forms.party import MembershipForm, PartyForm
from parties.models import Category, FormerName, Membership, Municipality, Party

SLUG = 50  # characters, with room for a number after it in every model's field


def free_slug(model: type[models.Model], name: str) -> str:
    """A word for addresses, made of a name; it stays when the name changes, so that links keep working."""
    stem = slugify(name)[:SLUG].strip("-") or str(model._meta.model_name)
    taken = set(model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True))
    return stem if stem not in taken else next(s for n in range(2, 9999) if (s := f"{stem}-{n}") not in taken)


@transaction.atomic
def save_party(form: PartyForm, *, by: Any) -> Party:
    """Add or change a party, and with its code whether it is a municipality."""
    what = "part: ändrade" if form.instance.pk else "part: la till"
    form.instance.slug = form.instance.slug or free_slug(Party, form.instance.name)
    party: Party = form.save()
    if code := form.cleaned_data["code"]:
        values = {"code": code, "in_county": form.cleaned_data["in_county"]}
        Municipality.objects.update_or_create(party=party, defaults=values)
    else:
        Municipality.objects.filter(party=party).delete()
    record(by, what, party, fields=form.changed_data)
    return party


@transaction.atomic
def rename(party: Party, *, name: str, since: date, by: Any, full_name: str = "") -> Party:
    """Give a party a new name from a day; notes of earlier days keep the old one."""
    now = Party.objects.select_for_update().get(pk=party.pk)  # the caller's copy already has the new name
    FormerName.objects.create(party=now, name=now.name, until=since)
    record(by, "part: bytte namn", now, before=now.name, after=name, since=since)
    now.name, now.full_name, now.version = name, full_name, now.version + 1
    now.save(update_fields=["name", "full_name", "version"])
    return now


@transaction.atomic
def end_party(party: Party, *, on: date, by: Any) -> Party:
    """A party is no more from a day: it is not invited after that, and everything about it is kept."""
    return _set_end(party, on, "part: avslutade", by=by)


@transaction.atomic
def reopen_party(party: Party, *, by: Any) -> Party:
    """Undo the end of a party."""
    if party.ended is None:
        raise NotAllowed(f"{party} har inte upphört.")
    return _set_end(party, None, "part: återupptog", by=by)


def _set_end(party: Party, ended: date | None, what: str, *, by: Any) -> Party:
    now = Party.objects.select_for_update().get(pk=party.pk)
    record(by, what, now, before=now.ended, after=ended)
    now.ended, now.version = ended, now.version + 1
    now.save(update_fields=["ended", "version"])
    return now


@transaction.atomic
def save_membership(form: MembershipForm, *, by: Any) -> Membership:
    """Bring a party to a category for some years, or change which years."""
    what = "part: ändrade tillhörighet" if form.instance.pk else "part: förde till kategori"
    membership: Membership = form.save()
    years = {"category": membership.category_id, "from": membership.from_year, "to": membership.to_year}
    record(by, what, membership.party, membership=membership.pk, **years)
    return membership


@transaction.atomic
def save_category(form: CategoryForm, cadences: BaseInlineFormSet[Any, Any, Any], *, by: Any) -> Category:
    """Add or change a category with its cadences."""
    what = "kategori: ändrade" if form.instance.pk else "kategori: la till"
    form.instance.slug = form.instance.slug or free_slug(Category, form.instance.name)
    category: Category = form.save()
    cadences.instance = category
    cadences.save()
    record(by, what, category, fields=form.changed_data, cadences=[str(c) for c in category.cadences.all()])
    return category
