"""Warning for a diary number in an unusual form. It is saved anyway, since the registrar may have reasons."""

from __future__ import annotations

import re
from typing import Any

USUAL_DIARY_NUMBER = re.compile(r"[A-ZÅÄÖ]{2,6} \d{4}/\d{1,6}")


class DiaryNumberWarning:
    """For a form with a `diary_number`: `warnings` are texts that are shown after saving."""

    cleaned_data: dict[str, Any]

    @property
    def warnings(self) -> list[str]:
        number = self.cleaned_data.get("diary_number", "")
        if number and not USUAL_DIARY_NUMBER.fullmatch(number):
            return [f"Diarienumret ”{number}” är sparat. Det skrivs vanligen som KN 2019/123."]
        return []
