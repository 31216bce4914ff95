"""A scanner's keys and a hand's are told apart, whatever their order."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from app.ui.burst import LONGEST, Code, Press, Release, Sort, Sorter, narrow

LETTERS = st.characters(min_codepoint=33, max_codepoint=126)
CODES = st.text(LETTERS | st.sampled_from("\x1d "), min_size=4, max_size=40)
GAPS = st.integers(min_value=1, max_value=16)
PAUSES = st.integers(min_value=80, max_value=2000)


@dataclass(frozen=True)
class Scan:
    """A scan in a story: its code, the gap of its keys, its suffix."""

    code: str
    gap: int
    suffix: str


@dataclass(frozen=True)
class Typing:
    """What a hand typed in a story, key by key, each after a pause."""

    keys: str
    pauses: tuple[int, ...]


SCANS = st.builds(Scan, CODES, GAPS, st.sampled_from(("\r", "\t", "")))
TYPINGS = st.text(LETTERS | st.sampled_from("\r\t "), min_size=1, max_size=12).flatmap(
    lambda keys: st.builds(Typing, st.just(keys), st.tuples(*(PAUSES for _ in keys)))
)


class Story:
    """Plays scans and typing into a sorter with one clock, and keeps what comes out."""

    def __init__(self) -> None:
        self.sorter = Sorter()
        self.now = 10_000
        self.typed: list[object] = []

    def strike(self, letter: str, *, after: int, repeated: bool = False) -> None:
        """One key down and up."""
        self.now += after
        sort = Sort.SUFFIX if letter in "\r\t" else Sort.CHARACTER
        self.typed += self.sorter.press(Press(self.now, sort, letter, letter, repeated, ("down", letter)))
        self.typed += self.sorter.release(Release(letter, ("up", letter)))

    def scan(self, scan: Scan, *, after: int) -> None:
        """One scan; without a suffix it is followed by silence."""
        for at, letter in enumerate(scan.code + scan.suffix):
            self.strike(letter, after=scan.gap if at else after)
        if not scan.suffix:
            self.now += 301
            self.typed += self.sorter.settle()

    def type(self, typing: Typing) -> None:
        """Keys by hand."""
        for key, pause in zip(typing.keys, typing.pauses, strict=True):
            self.strike(key, after=pause)

    def text(self) -> str:
        """What a hand typed, as its presses."""
        return "".join(
            str(token[1]) for token in self.typed if isinstance(token, tuple) and token[0] == "down"
        )


def codes(sorter: Sorter) -> list[str]:
    """The scans' texts."""
    return [code.text for code in sorter.codes]


@given(st.lists(st.tuples(SCANS | TYPINGS, PAUSES), max_size=12))
def test_any_interleaving_gives_exactly_the_codes_and_exactly_the_typed_text(
    parts: list[tuple[Scan | Typing, int]],
) -> None:
    story = Story()
    for part, pause in parts:
        if isinstance(part, Scan):
            story.scan(part, after=pause)
        else:
            story.type(part)
    story.typed += story.sorter.settle()
    assert codes(story.sorter) == [part.code for part, _ in parts if isinstance(part, Scan)]
    typed = "".join(part.keys for part, _ in parts if isinstance(part, Typing))
    assert story.text() == typed
    ups = [token for token in story.typed if isinstance(token, tuple) and token[0] == "up"]
    assert len(ups) == len(typed)


@given(CODES, st.lists(st.integers(1, 300), min_size=60, max_size=60))
def test_a_burst_once_recognised_may_stall(code: str, gaps: list[int]) -> None:
    story = Story()
    for at, letter in enumerate(code + "\r"):
        story.strike(letter, after=gaps[at] if at >= 3 else 8)
    assert codes(story.sorter) == [code]
    assert story.typed == []


def test_two_keys_rolled_by_a_fast_hand_are_typed() -> None:
    story = Story()
    for letter, after in (("n", 500), ("i", 30), ("h", 90), ("a", 28), ("o", 95)):
        story.strike(letter, after=after)
    story.typed += story.sorter.settle()
    assert story.text() == "nihao"
    assert codes(story.sorter) == []


def test_a_key_held_down_repeats_as_typing() -> None:
    story = Story()
    story.strike("0", after=400)
    for _ in range(20):
        story.strike("0", after=33, repeated=True)
    assert story.text() == "0" * 21
    assert codes(story.sorter) == []


def test_double_characters_flagged_as_repeats_stay_in_the_code() -> None:
    story = Story()
    for letter, repeated in (
        ("6", False),
        ("9", False),
        ("9", True),
        ("9", True),
        ("1", False),
        ("\r", False),
    ):
        story.strike(letter, after=2, repeated=repeated)
    assert codes(story.sorter) == ["69991"]


def test_the_second_suffix_of_a_scan_presses_nothing() -> None:
    story = Story()
    story.scan(Scan("TP00933", 8, "\r"), after=100)
    story.strike("\r", after=8)
    story.strike("\t", after=8)
    assert story.typed == []
    story.strike("\r", after=80)
    assert story.text() == "\r"


def test_a_short_burst_without_suffix_was_typed() -> None:
    story = Story()
    for letter in "abc":
        story.strike(letter, after=10)
    story.typed += story.sorter.settle()
    assert story.text() == "abc"


def test_a_number_and_enter_by_hand_are_typed() -> None:
    story = Story()
    for letter in "12\r":
        story.strike(letter, after=80)
    assert story.text() == "12\r"


def test_an_endless_burst_is_cut_and_its_length_told() -> None:
    story = Story()
    story.scan(Scan("X" * 2000, 1, "\r"), after=100)
    assert story.sorter.codes == [Code("X" * LONGEST, 2000)]
    assert story.typed == []


def test_full_width_letters_become_plain() -> None:
    assert narrow("ＴＰ００９３３－１２　３") == "TP00933-12 3"
    assert narrow("韦\x1d12") == "韦\x1d12"


def test_ten_thousand_codes_of_ten_thousand_arrive() -> None:
    story = Story()
    wanted = [f"TP{number:08d}-{number % 7}" for number in range(10_000)]
    for number, code in enumerate(wanted):
        story.scan(Scan(code, 1 + number % 16, "\r"), after=80)
    assert codes(story.sorter) == wanted
    assert story.typed == []
