"""The sentence for a scan that can be no code, on pages that have no words of their own for it."""

from __future__ import annotations

from app.domain import scans
from app.domain.answers import Answer, Tone
from app.domain.scans import Unreadable

_NOT_CLEAN = Answer(Tone.WRONG, "码不干净", "码里混进了看不见的字符，没有查。请再扫一次；还不行就手工输入。")


def unreadable(text: str) -> Answer | None:
    """The answer for a scan that is far too long or holds unseen characters; none for what may be a code."""
    trouble = scans.trouble_with(scans.tidy(text))
    if trouble is None or trouble.reason is Unreadable.EMPTY:
        return None
    if trouble.reason is Unreadable.CONTROL:
        return _NOT_CLEAN
    length = trouble.about["length"]
    return Answer(Tone.WRONG, "码太长", f"这个码有 {length} 个字，像是几个码连在一起了。请对准一个码再扫。")
