"""What to do next, from how the day stands: the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.answers import Tone


@dataclass(frozen=True, slots=True)
class Day:
    """What the rule looks at; all are pieces or counts of things, ``hour`` is the hour of the day."""

    hour: int
    trips: int
    in_van: int
    crates_left: int
    waiting: int
    waiting_buyers: int
    frozen_waiting: int
    overdue: int
    urgent_differences: int
    claims_waiting: int
    returns_waiting: int
    unclosed_day: str
    closed: int
    code_unseen: int = 0
    voided: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: the key of its page, what it is, and how pressing."""

    key: str
    word: str
    sentence: str
    tone: Tone


EVENING = 18
LATE = 20


def next_steps(day: Day) -> tuple[Step, ...]:
    """What is to be done now, most pressing first; empty where all is done."""
    return tuple(step for step in _candidates(day) if step is not None)


def _candidates(day: Day) -> tuple[Step | None, ...]:
    return (
        _voided(day),
        _frozen(day) if day.hour >= EVENING else None,
        _urgent(day),
        _receive(day),
        _write_code_down(day),
        _unclosed(day),
        _overdue(day),
        _returns(day),
        _frozen(day) if day.hour < EVENING else None,
        _hand_out(day),
        _close(day),
    )


def _voided(day: Day) -> Step | None:
    if not day.voided:
        return None
    sentence = f"{day.voided} 笔取货被平台撤回：另一台电脑先交出了同样的货。请和取货的人核对。"
    return Step("F3", "两台电脑重了", sentence, Tone.WRONG)


def _frozen(day: Day) -> Step | None:
    if not day.frozen_waiting:
        return None
    tone = Tone.WRONG if day.hour >= EVENING else Tone.INFO
    until = "今晚要取走，催一催" if day.hour < LATE else "过了时候还没取，催取或装袋退回"
    return Step("F4", "冷冻催取", f"冷冻的还有 {day.frozen_waiting} 件没人取，{until}。", tone)


def _urgent(day: Day) -> Step | None:
    if not day.urgent_differences:
        return None
    return Step(
        "F2", "差异快到期", f"{day.urgent_differences} 笔少货或破损的申报时间快到了，请看一下。", Tone.LOOK
    )


def _receive(day: Day) -> Step | None:
    if day.in_van:
        return Step(
            "F2", "收货", f"还有 {day.crates_left} 筐、{day.in_van} 件没签收。扫筐上的标签就行。", Tone.OK
        )
    return None


def _write_code_down(day: Day) -> Step | None:
    if not day.code_unseen:
        return None
    return Step("F8", "抄下恢复码", "换电脑时要靠它打开账本。按 F8 再按 F11，抄在纸上收好。", Tone.LOOK)


def _unclosed(day: Day) -> Step | None:
    if not day.unclosed_day:
        return None
    month, date = day.unclosed_day[5:7].lstrip("0"), day.unclosed_day[8:].lstrip("0")
    return Step("F6", "补日结", f"{month}月{date}日还没有日结，抽空点一下货和钱。", Tone.LOOK)


def _overdue(day: Day) -> Step | None:
    if not day.overdue:
        return None
    return Step("F4", "催一催", f"{day.overdue} 件放得太久了，发一条提醒，或者装袋退回。", Tone.LOOK)


def _returns(day: Day) -> Step | None:
    if not day.returns_waiting:
        return None
    return Step("F5", "交退货", f"退货袋里有 {day.returns_waiting} 件，司机来了让他签字带走。", Tone.INFO)


def _hand_out(day: Day) -> Step | None:
    if not day.waiting:
        return None
    return Step("F3", "等人来取", f"{day.waiting_buyers} 位邻居的 {day.waiting} 件在货架上。", Tone.OK)


def _close(day: Day) -> Step | None:
    if day.hour < EVENING or day.closed:
        return None
    return Step("F6", "日结", "忙完了点一下货、点一下钱，今天就结了。", Tone.OK)
