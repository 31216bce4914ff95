"""The audit trail: what each fact says, in one Chinese line, from its stored body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.domain.money import yuan
from app.reconciliation.night_trail import NIGHT_TELL
from app.reconciliation.words import HOW_WORDS, KIND_WORDS, about_word, amount_word, day_word

UNKNOWN = "新版本的记录"
Body = dict[str, Any]


def kind_word(kind: str) -> str:
    """What a kind of fact is called; a kind of a later version is said to be one."""
    return KIND_WORDS.get(kind, UNKNOWN)


def told(kind: str, body: str) -> str:
    """What a fact says, in a short line; a body that cannot be read is said to be unreadable."""
    tell = _TELL.get(kind)
    if tell is None:
        return ""
    try:
        return tell(json.loads(body))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return "内容读不出来"


def _pieces(body: Body) -> int:
    return sum(int(row[1]) for row in body["goods"])


def _goods(body: Body) -> str:
    return f"{_pieces(body)} 件，{len(body['goods'])} 种"


def _picked_up(body: Body) -> str:
    notes = ["代取"] if body.get("proxy") else []
    if body.get("found_by") == "close":
        notes.append("日结补记")
    return "，".join([_goods(body), *notes])


def _slots(body: Body) -> str:
    return "，".join(f"{row[2]} {row[1]} 件" for row in body["slots"])


def _closed(body: Body) -> str:
    return (
        f"{day_word(body['day'])}：签收 {body['received']}，取走 {body['handed_out']}，退回 {body['returned']}，"
        f"还在 {body['here']}，佣金 {yuan(body['commission_fen'])}，差异 {body['open_differences']}"
    )


def _named(body: Body) -> str:
    what = about_word(body["about"], note=body["reason"], pieces=body["pieces"], fen=body["fen"])
    return f"{what}（{amount_word(body['pieces'], body['fen'])}）"


def _how(body: Body) -> str:
    return HOW_WORDS.get(body["how"], str(body["how"]))


_OUTCOMES = {"approved": "同意", "partly": "部分同意", "refused": "不同意"}
_REMEDIES = {"refund_only": "仅退款", "return": "退货退款"}

_RIDES = {"together": "必须同车", "apart": "不能同车", "locked": "固定给车"}
_TELL: dict[str, Callable[[Body], str]] = NIGHT_TELL | {
    "PolicySet": lambda b: f"{b['name']}，{day_word(b['from_day'])}起",
    "GoodsAnnounced": lambda b: f"班次 {b['trip']}，{sum(line[7] for line in b['lines'])} 件",
    "StationSent": lambda b: f"班次 {b['trip']}，{_goods(b)}",
    "RulingGiven": lambda b: (
        f"{b['claim']}：{_OUTCOMES.get(b['outcome'], b['outcome'])}，退 {yuan(b['refund_fen'])}"
    ),
    "BillIssued": lambda b: f"{day_word(b['day'])}，{len(b['rows'])} 行",
    "Deducted": lambda b: f"{yuan(b['fen'])}，{b['why']}",
    "AppealDecided": lambda b: f"{b['deduction']}：退回 {yuan(b['returned_fen'])}",
    "ReturnsAcknowledged": lambda b: f"退货袋 {b['bag']}，{b['pieces']} 件",
    "Voided": lambda b: f"撤回记录 {b['of']}",
    "VanArrived": lambda b: f"班次 {b['trip']} {b.get('plate', '')}".strip(),
    "CrateReceived": lambda b: f"筐 {b['crate']}，{_goods(b)}",
    "GoodsReceived": _goods,
    "ShortFound": _goods,
    "ShortArrived": _goods,
    "OverFound": lambda b: f"{b['product'] or b['barcode']} {b['pieces']} 件",
    "DamageFound": _goods,
    "Shelved": lambda b: f"{_goods(b)}，放到 {b['to']}",
    "ReceivingEnded": lambda b: f"班次 {b['trip']}",
    "PickedUp": _picked_up,
    "Undone": lambda b: f"{b['reason']}（记录 {b['of']}）",
    "ReminderCopied": lambda b: f"{len(b['lots'])} 单",
    "PhoneRevealed": lambda b: str(b["reason"]),
    "PeopleErased": lambda b: f"{b['people']} 位，{day_word(b['before_day'])}以前的",
    "ProxyOrdered": lambda b: f"{b['product']} {b['pieces']} 件，收现金 {yuan(b['cash_fen'])}",
    "ClaimOpened": lambda b: f"{b['claim']}：{b['pieces']} 件，{_REMEDIES.get(b['remedy'], b['remedy'])}",
    "GoodsBagged": lambda b: f"退货袋 {b['bag']}，{_goods(b)}",
    "BagSealed": lambda b: f"退货袋 {b['bag']}",
    "BagTaken": lambda b: f"退货袋 {b['bag']}，{_goods(b)}，司机 {b['driver']}",
    "CashMoved": lambda b: f"{'放进' if b['fen'] > 0 else '拿出'} {yuan(abs(b['fen']))}，{b['why']}",
    "ShelfCounted": _slots,
    "CashCounted": lambda b: yuan(b["fen"]),
    "DifferenceNamed": _named,
    "DifferenceClosed": _how,
    "DayClosed": _closed,
    "DeductionAppealed": lambda b: f"{b['deduction']}：{b['note']}",
    "VanSet": lambda b: f"{b['name'] or b['van']}，最多 {b['pieces']} 件、{b['crates']} 筐",
    "VanRetired": lambda b: str(b["van"]),
    "DriverSet": lambda b: f"{b['name']}，常开 {b['van'] or '不定'}",
    "DriverRetired": lambda b: str(b["driver"]),
    "StopSet": lambda b: f"{b['point']} {b['name']}",
    "StopRetired": lambda b: str(b["point"]),
    "RouteTableSet": lambda b: f"{len(b['rows'])} 个点" if b["rows"] else "不用固定线路",
    "RideRuleSet": lambda b: (
        f"{_RIDES.get(b['kind'], b['kind'])}：{'、'.join(b['points'])} {b['van']}".strip()
    ),
    "RideRuleDropped": lambda b: str(b["rule"]),
    "PlanAdopted": lambda b: (
        f"{day_word(b['day'])}：{len(b['routes'])} 台车，{sum(len(row[8]) for row in b['routes'])} 站"
    ),
    "ArrivalNoted": lambda b: f"{day_word(b['day'])}：{b['route']} {b['point'] or '离站'}",
}
