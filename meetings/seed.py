"""The purposes and focus areas that a new portal starts with."""

from __future__ import annotations

from django.db import transaction

from meetings.models import FocusArea, RoundPurpose

STRATEGY_YEAR = 2018  # the focus areas are those of the cultural strategy of this year
PURPOSES = (
    ("Få syn på trender, utmaningar och möjligheter i länets kulturliv", 2019, None),
    ("Dela perspektiv och kunskap mellan regionen och parterna", 2019, None),
    ("Samråda om det vi planerar var för sig och tillsammans", 2019, None),
    ("Utveckla regionens roll, stöd och främjande", 2019, 2023),
    ("Göra regionens prioriteringar tydliga", 2024, None),
)
FOCUS_AREAS = (
    ("I1", "Tillgänglighet och deltagande"),
    ("I2", "Konstnärlig utveckling"),
    ("I3", "Digitalisering"),
    ("I4", "Kultur i samhällsplaneringen"),
)


@transaction.atomic
def seed_tags() -> None:
    """Store the purposes and focus areas with their years, each kind only when there are none."""
    if not RoundPurpose.objects.exists():
        for position, (text, first, last) in enumerate(PURPOSES):
            RoundPurpose.objects.create(text=text, position=position, from_year=first, to_year=last)
    if not FocusArea.objects.exists():
        for code, name in FOCUS_AREAS:
            FocusArea.objects.create(code=code, name=name, from_year=STRATEGY_YEAR)
