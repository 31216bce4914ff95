"""What the counter says back to the person at it: one tone, one word, one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How an answer feels; each has its own colour, shape and sound."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a scan or a key.

    `word` is two to six characters seen from a metre away; `sentence` says what happened and what to do;
    `number` is drawn very large (a shelf slot, a count); `spoken` is the line for a voice, "" means silence.
    """

    kind: Tone
    word: str
    sentence: str
    number: str = ""
    spoken: str = ""
