"""What the hub writes down besides the fold: announced lots, terms, claims, and what each day settles."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from app.domain import codec
from app.domain import events as e
from app.domain.codec import Recorded
from app.hub.database import among, put, put_new
from app.hub.tables import claims, lots, policies, settled


class Books:
    """The books of one point inside one transaction."""

    def __init__(self, connection: Connection, point: str) -> None:
        self._connection = connection
        self._point = point
        self._settled: dict[tuple[str, str], list[int]] = {}

    def announce(self, fact: e.GoodsAnnounced) -> bool:
        """Write announced lots down with the commission that holds for them; false where one of them is known."""
        names = [line.lot for line in fact.lines]
        if len(set(names)) != len(names) or self._any_known(names):
            return False
        rates = self._rates(fact.platform, fact.day)
        usual = {"point": self._point, "platform": fact.platform, "trip": fact.trip, "day": fact.day}
        rows = [
            usual
            | {
                "lot": line.lot,
                "category": line.category,
                "pieces": line.pieces,
                "paid_fen": line.paid_fen,
                "basis_points": rates.get(line.category, rates.get("*", 0)),
            }
            for line in fact.lines
        ]
        put(self._connection, lots, rows)
        return True

    def forget_announcement(self, fact: e.GoodsAnnounced) -> None:
        """An announcement was taken back: its lots may be announced anew."""
        names = [line.lot for line in fact.lines]
        mine = among(self._connection, lots.c.lot, names)
        self._connection.execute(delete(lots).where(lots.c.point == self._point, mine))

    def set_policy(self, fact: e.PolicySet, body: str) -> None:
        """Keep a platform's terms."""
        row = {"point": self._point, "platform": fact.platform, "from_day": fact.from_day, "body": body}
        put(self._connection, policies, [row])

    def open_claim(self, fact: e.ClaimOpened) -> None:
        """Keep a claim; the same name twice is one claim."""
        row = {
            "point": self._point,
            "claim": fact.claim,
            "lot": fact.lot,
            "pieces": fact.pieces,
            "asked_fen": fact.asked_fen,
            "refund_fen": 0,
            "outcome": "",
        }
        put_new(self._connection, claims, [row])

    def rule(self, fact: e.RulingGiven, recorded: Recorded) -> None:
        """Keep a ruling and settle its refund on the day it was given; a later ruling replaces an earlier one."""
        mine = (claims.c.point == self._point) & (claims.c.claim == fact.claim)
        row = self._connection.execute(select(claims).where(mine)).mappings().first()
        if row is None:
            return
        self.settle(row["lot"], recorded.day, refunded_fen=fact.refund_fen - row["refund_fen"])
        new = {"refund_fen": fact.refund_fen, "outcome": fact.outcome}
        put(self._connection, claims, [dict(row) | new])

    def settle(self, lot: str, day: str, *, pieces: int = 0, refunded_fen: int = 0) -> None:
        """Note what a day changes for the bill of a lot."""
        change = self._settled.setdefault((lot, day), [0, 0])
        change[0] += pieces
        change[1] += refunded_fen

    def save(self) -> None:
        """Write what days have settled."""
        rows = [
            {"point": self._point, "lot": lot, "day": day, "pieces": pieces, "refunded_fen": refunded_fen}
            for (lot, day), (pieces, refunded_fen) in sorted(self._settled.items())
        ]
        put(self._connection, settled, rows, add=("pieces", "refunded_fen"))
        self._settled.clear()

    def _any_known(self, names: list[str]) -> bool:
        some = among(self._connection, lots.c.lot, names)
        wanted = select(lots.c.lot).where(lots.c.point == self._point, some).limit(1)
        return self._connection.execute(wanted).first() is not None

    def _rates(self, platform: str, day: str) -> dict[str, int]:
        row = self._connection.execute(
            select(policies.c.body)
            .where(
                policies.c.point == self._point,
                policies.c.platform == platform,
                policies.c.from_day <= day,
            )
            .order_by(policies.c.from_day.desc())
        ).first()
        policy = codec.decode("PolicySet", row[0]) if row else None
        if not isinstance(policy, e.PolicySet):
            return {}
        return {rate.category: rate.basis_points for rate in policy.rates}
