"""How it stands with a pile of letters, as numbers and as one Swedish sentence that always adds up."""

from dataclasses import dataclass

TALLY_WORDS = {
    "left": ("lämnat", "lämnade"),
    "kept": ("sparat i utkorgen", "sparade i utkorgen"),
    "waiting": ("väntar", "väntar"),
    "failed": ("misslyckat", "misslyckade"),
    "bounced": ("studsat", "studsade"),
    "stopped": ("stoppat", "stoppade"),
}


@dataclass(frozen=True)
class Tally:
    """created = accepted + waiting + failed + bounced + stopped. Of the accepted, some may be kept in the outbox."""

    created: int = 0
    accepted: int = 0
    waiting: int = 0
    failed: int = 0
    bounced: int = 0
    stopped: int = 0
    kept: int = 0

    @property
    def left(self) -> int:
        """How many a mail server has taken."""
        return self.accepted - self.kept

    @property
    def difference(self) -> int:
        """How far the sum is from adding up; anything but 0 is a fault in the portal."""
        return self.created - self.accepted - self.waiting - self.failed - self.bounced - self.stopped

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What there is of each: its name in a search, and its number with its word."""
        numbers = [(name, getattr(self, name), words) for name, words in TALLY_WORDS.items()]
        return [
            (name, f"{number} {one if number == 1 else many}")
            for name, number, (one, many) in numbers
            if number
        ]

    @property
    def sentence(self) -> str:
        """40 brev: 38 lämnade, 1 väntar, 1 misslyckat."""
        if not self.created:
            return "Inga brev ännu."
        return f"{self.created} brev: {', '.join(words for _, words in self.parts)}."
