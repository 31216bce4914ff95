"""Finding the one fact that the platform chokes on: three failures, then halves, then its bare bytes."""

from __future__ import annotations

PATIENCE = 3


class Suspicion:
    """Knows how many of the next facts are under suspicion, and how many to send because of that."""

    def __init__(self) -> None:
        self._times = 0
        self._suspects = 0
        self._probed = False

    @property
    def awake(self) -> bool:
        """Whether the platform has choked often enough to look for the fact."""
        return self._times >= PATIENCE

    @property
    def limit(self) -> int | None:
        """How many facts to send next; none for no limit, zero to ask first whether the platform is well."""
        if not self.awake:
            return None
        if self._suspects == 1:
            return 1 if self._probed else 0
        return self._suspects // 2

    @property
    def found(self) -> bool:
        """Whether the next fact is the one, and the platform is well: it is to be sent as opaque bytes."""
        return self.awake and self._suspects == 1 and self._probed

    def choked(self, count: int) -> None:
        """The platform choked on ``count`` facts; on none of them it is ill itself, and nobody is to blame."""
        self._times += 1
        was_found, self._probed = self.found, False
        if count == 0 or was_found:
            self.clear()
        elif self.awake:
            self._suspects = count

    def passed(self, count: int) -> None:
        """The platform took ``count`` facts; the rest of the suspects remain, and none of them is the end of it."""
        if not self.awake:
            self._times = 0
        elif count == 0:
            self._probed = True
        else:
            self._suspects -= count
            self._probed = False
            if self._suspects <= 0:
                self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._times = self._suspects = 0
        self._probed = False
