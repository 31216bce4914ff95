"""The way along the wall with one product in the hands: where to next, what was skipped, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.sorting.steps import Step


@dataclass(frozen=True, slots=True)
class Way:
    """A product being put, its remaining steps in walking order, and the points that were passed over."""

    barcode: str
    product: str
    steps: tuple[Step, ...]
    skipped: tuple[str, ...] = ()
    done: int = 0

    @property
    def current(self) -> Step | None:
        """The next stop: the first not passed over, then those that were, in the order of passing."""
        return self.ahead[0] if self.ahead else None

    @property
    def ahead(self) -> tuple[Step, ...]:
        """All stops that have a slot, in the order in which they are asked for."""
        ready = [step for step in self.steps if step.slot]
        later = {point: at for at, point in enumerate(self.skipped)}
        return tuple(sorted(ready, key=lambda step: later.get(step.point, -1)))

    @property
    def pieces(self) -> int:
        """How many are still to be put."""
        return sum(step.pieces for step in self.steps)

    @property
    def without_slot(self) -> int:
        """Pieces for points that the wall does not know."""
        return sum(step.pieces for step in self.steps if not step.slot)

    def refreshed(self, steps: Sequence[Step]) -> Way:
        """The same way as the book stands now."""
        return replace(self, steps=tuple(steps))

    def passed_over(self) -> Way:
        """The current stop comes last."""
        step = self.current
        if step is None:
            return self
        rest = tuple(point for point in self.skipped if point != step.point)
        return replace(self, skipped=(*rest, step.point))
