"""The platform's voice in the sandbox: says on the hub what the story holds, when it is due, and answers claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.domain import events as e
from app.hub import platform
from app.hub.hub import Hub
from app.hub.tables import devices, facts
from app.sandbox.pointday import AfterSale, Bill, PointDay

DEFAULT_RULING_MS = 2 * 3_600_000
"""A claim that the story did not foresee is approved this long after the platform heard of it."""


@dataclass(frozen=True, slots=True)
class _Due:
    """Something to say, and when."""

    at_ms: int
    say: Callable[[], object]


class Teller:
    """Speaks for the platform of one story; call ``tell_until`` as the story's clock goes on."""

    def __init__(self, hub: Hub, story: PointDay) -> None:
        self._hub, self._story = hub, story
        self._point = story.point.code
        self._heard: set[tuple[str, int, int]] = set()
        self._sales = {sale.lot: sale for sale in story.after_sales}
        self._due = sorted(self._script(), key=lambda due: due.at_ms)

    def begin(self) -> None:
        """Before the day: terms, names, what the neighbours have, and what still stands on the shelves."""
        hub, point, story = self._hub, self._point, self._story
        for policy in story.policies:
            platform.set_policy(hub, point, policy)
        for leftover in story.leftovers:
            platform.announce(hub, leftover.announced)
        platform.tell_people(hub, point, story.people)
        names = {near.code: near.name for near in story.near}
        known = (replace(entry, point=names.get(entry.point, entry.point)) for entry in story.elsewhere)
        platform.tell_elsewhere(hub, point, known)

    def tell_until(self, now_ms: int) -> int:
        """Say all that is due by ``now_ms``; how many things were said."""
        self._listen(now_ms)
        ready = [due for due in self._due if due.at_ms <= now_ms]
        self._due = [due for due in self._due if due.at_ms > now_ms]
        for due in ready:
            due.say()
        return len(ready)

    # --- the script ---

    def _script(self) -> Iterator[_Due]:
        hub, point = self._hub, self._point
        for heard in (*self._story.announced, *self._story.sent):
            yield _Due(heard.at_ms, lambda fact=heard.fact: platform.say(hub, point, fact))  # type: ignore[misc]
        for bill in self._story.bills:
            yield _Due(bill.at_ms, lambda bill=bill: self._settle(bill))  # type: ignore[misc]
        for deduction in self._story.deductions:
            yield _Due(deduction.at_ms, lambda fact=deduction.fact: platform.deduct(hub, point, fact))  # type: ignore[misc]

    def _settle(self, bill: Bill) -> None:
        """The platform bills what its own books say, with the one error that the story has in it."""
        told = {row.lot: row for row in bill.fact.rows}

        def with_error(rows: tuple[e.BillRow, ...]) -> tuple[e.BillRow, ...]:
            others = tuple(row for row in rows if row.lot != bill.wrong_lot)
            wrong = told.get(bill.wrong_lot)
            return (*others, wrong) if wrong else others

        platform.issue_bill(
            self._hub, self._point, platform=bill.fact.platform, day=bill.fact.day,
            change=with_error if bill.wrong_lot else None,
        )  # fmt: skip

    # --- answers ---

    def _listen(self, now_ms: int) -> None:
        """Look for claims, bags and appeals that have reached the hub since the last time."""
        mine = select(devices.c.device).where(devices.c.point == self._point)
        wanted = facts.c.kind.in_(("ClaimOpened", "BagTaken", "DeductionAppealed")) & facts.c.device.in_(mine)
        columns = (facts.c.device, facts.c.epoch, facts.c.seq, facts.c.kind, facts.c.body)
        with self._hub.engine.begin() as connection:
            rows = list(connection.execute(select(*columns).where(wanted)))
        for device, epoch, seq, kind, body in rows:
            if (device, epoch, seq) not in self._heard:
                self._heard.add((device, epoch, seq))
                self._due.append(self._reply(kind, json.loads(body), now_ms))

    def _reply(self, kind: str, body: dict[str, object], now_ms: int) -> _Due:
        if kind == "ClaimOpened":
            return self._ruling(str(body["claim"]), str(body["lot"]), body, now_ms)
        if kind == "BagTaken":
            goods = body["goods"]
            pieces = sum(int(row[1]) for row in goods) if isinstance(goods, list) else 0
            wait = self._story.collection.acknowledged_after_ms
            bag = str(body["bag"])
            return _Due(
                now_ms + wait,
                lambda: platform.acknowledge_returns(self._hub, self._point, bag, pieces=pieces),
            )
        return self._decision(str(body["deduction"]), now_ms)

    def _ruling(self, claim: str, lot: str, body: dict[str, object], now_ms: int) -> _Due:
        sale: AfterSale | None = self._sales.get(lot)
        ruling = sale.ruling if sale else None
        asked, pieces = int(str(body["asked_fen"])), int(str(body["pieces"]))
        return _Due(
            now_ms + (ruling.delay_ms if ruling else DEFAULT_RULING_MS),
            lambda: platform.give_ruling(
                self._hub,
                self._point,
                claim,
                outcome=ruling.outcome if ruling else "approved",
                pieces=ruling.pieces if ruling else pieces,
                refund_fen=min(asked, ruling.refund_fen) if ruling else asked,
                note=ruling.note if ruling else "同意",
            ),
        )

    def _decision(self, deduction: str, now_ms: int) -> _Due:
        told = next((item for item in self._story.deductions if item.fact.deduction == deduction), None)
        returned = told.returned_fen if told else 0
        return _Due(
            now_ms + (told.decided_after_ms if told else DEFAULT_RULING_MS),
            lambda: platform.decide_appeal(self._hub, self._point, deduction, returned_fen=returned),
        )
