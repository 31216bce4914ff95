"""What the board shows for each result: the slot in giant print, done, look and wrong told apart."""

from __future__ import annotations

from typing import Any

from app.domain.answers import Answer, Tone
from app.domain.refusals import Refused
from app.sorting import words
from app.sorting.actions import Caught, Put, PutHere
from app.sorting.board import Face
from app.sorting.crates import Confirmed, Relabelled
from app.sorting.rules import Reason
from app.sorting.way import Way


def invitation(answer: Answer) -> Face:
    """Nothing is in the hands yet."""
    return Face(Tone.INFO, answer.word, "", hint=answer.sentence)


def of(result: Any) -> Face | None:
    """The face of a result; none where the board stays as it is."""
    if isinstance(result, Put):
        return _put(result)
    if isinstance(result, Confirmed | Relabelled):
        return _confirmed(result)
    if isinstance(result, PutHere):
        return _put_here(result)
    why = result.why if isinstance(result, Caught) else result
    return _refused(why) if isinstance(why, Refused) else None


def _put(put: Put) -> Face:
    answer = words.answer(put)
    hint = f"前一筐已封：请换空筐，新筐码 {put.crate}" if put.full else ""
    return Face(
        tone=answer.kind,
        caption=f"{answer.word} · {words.ZONES[put.zone]}",
        slot=put.slot,
        route=put.route,
        count=f"×{put.pieces}" if put.pieces > 1 else "",
        name=put.name,
        product=put.product,
        hint=hint,
    )


def _confirmed(result: Confirmed | Relabelled) -> Face:
    answer = words.answer(result)
    return Face(answer.kind, answer.word, result.slot, name=result.crate)


def _put_here(here: PutHere) -> Face:
    return Face(
        tone=Tone.INFO,
        caption=f"放到 · {words.ZONES[here.zone]}",
        slot=here.slot,
        route=here.route,
        name=here.name,
        product=here.product,
        hint="放进去，再扫那个筐的标签",
        asks="crate",
    )


def _refused(why: Refused) -> Face | None:
    """A slip in its colour, with the slot where it belongs where one is known; else the word itself."""
    answer = words.refusal(why)
    if answer.kind is Tone.INFO:
        return None
    slot = str(why.about.get("slot", ""))
    return Face(
        tone=answer.kind,
        caption=f"{answer.word}{_DO.get(Reason(why.reason), '')}" if slot else "停一下",
        slot=slot or answer.word,
        name=str(why.about.get("product", "")),
        hint="" if slot else answer.sentence,
    )


_DO = {
    Reason.WRONG_CRATE: " · 该放这一格",
    Reason.WRONG_ZONE: " · 放这一格的另一个筐",
    Reason.REPEAT: " · 已经在这一格",
    Reason.SEALED: " · 这一格要换空筐",
    Reason.REPLACED: " · 这一格换了新筐码",
}


def clash(sentence: str, *, slot: str) -> Face:
    """Another PC put it first."""
    return Face(Tone.WRONG, "两台电脑撞上了", slot or "去看一眼", hint=sentence)


def step(way: Way) -> Face:
    """The next stop of a product's way; raises ``ValueError`` where there is none."""
    current = way.current
    if current is None:
        raise ValueError("the way is at its end")
    return Face(
        tone=Tone.INFO,
        caption=f"{way.product} · {words.ZONES[current.zone]}",
        slot=current.slot,
        route=current.route,
        count=f"放 {current.pieces}",
        name=current.name,
        hint="放好按 Enter 或空格，也可以扫那个筐；件数不对，直接输件数",
        asks="put",
    )
