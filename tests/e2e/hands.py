"""Somebody who works with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

FAR = 400  # presses on Tab; no page has so many places to stop at
FOCUSED = "element => element === document.activeElement"


class Hands:
    """Reaches everything with Tab, chooses with Enter and Space, and types."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        target.wait_for(state="attached")
        for _ in range(FAR):
            if target.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never came to {target}")

    def press(self, role: str, name: str, key: str = "Enter", nth: int = 0) -> None:
        """Reach it and press it."""
        self.reach(self.page.get_by_role(role, name=name).nth(nth))  # type: ignore[arg-type]
        self.page.keyboard.press(key)

    def follow(self, role: str, name: str, nth: int = 0) -> None:
        """Press what leads to another page, and come there."""
        with self.page.expect_navigation():
            self.press(role, name, nth=nth)

    def write(self, label: str, text: str) -> None:
        """Type over what stands in a field."""
        field = self.page.get_by_label(label).first
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)
        expect(field).to_have_value(text)

    def choose(self, label: str) -> None:
        """Set a tick."""
        box = self.page.get_by_label(label).first
        self.reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")
        expect(box).to_be_checked()
