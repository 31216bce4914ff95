"""The wire form: everything comes back as it went, and nothing that comes in can hurt."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codec import Recorded, dumps
from app.domain.goods import Person
from app.domain.ids import FactId
from app.sync.columns import BadColumn, Budget, fold, unfold, unfold_json
from app.sync.protocol import Answer, Batch, Elsewhere, Quarantined, Tally, Told, Verdict
from app.sync.squeeze import BadEncoding, TooLarge, squeeze, unsqueeze
from app.sync.wire import (
    BadMessage,
    Care,
    answer_from_bytes,
    answer_to_bytes,
    batch_from_bytes,
    batch_to_bytes,
    fold_facts,
    unfold_facts,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.builds(lambda prefix, n, width: f"{prefix}{n:0{width}d}", st.sampled_from(["DD-", "%d", "", "百"]),
                  st.integers(0, 9_999), st.integers(1, 6))  # fmt: skip
SCALARS = st.one_of(
    TEXT,
    NAMES,
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4), max_leaves=12)
COLUMNS = st.one_of(
    st.lists(VALUES, max_size=30),
    st.lists(NAMES, max_size=60),
    st.lists(st.integers(-(2**53), 2**53), max_size=40),
    st.lists(st.lists(st.tuples(NAMES, st.integers(0, 9), TEXT).map(list), max_size=4), max_size=30),
    st.lists(st.sampled_from(["A-01", "A-02", "\"'\\\n"]), max_size=40),
)
BODIES = st.one_of(
    st.dictionaries(TEXT, VALUES, max_size=4).map(dumps),
    st.sampled_from(
        ["", "{}", "[]", '{"a": 1}', '{"a":1,"a":2}', "{", "null", '{"n":1e5}', '{"a":{"b":1}', '"x"', "},{"]
    ),
)


@given(COLUMNS)
def test_a_column_unfolds_to_what_was_folded(values: list[object]) -> None:
    sent = json.loads(json.dumps(fold(values)))
    assert dumps(unfold(sent, len(values), Budget(10**7))) == dumps(values)
    assert unfold_json(sent, len(values), Budget(10**7)) == [dumps(value) for value in values]


ROWS = st.lists(
    st.tuples(BODIES, st.sampled_from(["PickedUp", "Odd"]), TEXT, st.integers(-(2**52), 2**52)), max_size=30
)


def made(rows: list[tuple[str, str, str, int]]) -> tuple[Recorded, ...]:
    return tuple(
        Recorded(FactId("d", 2, 7 + n), at_ms, -at_ms, text, text[::-1], kind, body)
        for n, (body, kind, text, at_ms) in enumerate(rows)
    )


def tidy(body: str) -> bool:
    """Whether a body is an object in the form in which facts are recorded."""
    try:
        found = json.loads(body)
        return isinstance(found, dict) and dumps(found) == body
    except ValueError:
        return False


@given(ROWS)
def test_facts_come_back_as_they_went(rows: list[tuple[str, str, str, int]]) -> None:
    facts = made(rows)
    sent = json.loads(dumps(fold_facts(facts, Care.CHECKED)))
    assert unfold_facts(sent, [fact.id for fact in facts], Budget(10**7)) == facts


@given(ROWS, st.sampled_from(["plain", "folded"]))
def test_a_batch_comes_back_as_it_went_or_its_digest_tells(
    rows: list[tuple[str, str, str, int]], how: str
) -> None:
    facts = made(rows)
    batch = Batch(
        epoch=2,
        first=7,
        facts=facts,
        before=b"b" * 16,
        after=b"a" * 16 if facts else b"b" * 16,
        cursor=9,
        have=((1, 5), (2, 99)),
        tallies=(Tally("2026-11-22", 3, b"t" * 16),),
        tallies_from=4,
        plain=how == "plain",
    )
    content, encoding = squeeze(batch_to_bytes(batch))
    back = batch_from_bytes(unsqueeze(content, encoding, most=10**6), device="d")
    assert len(back.facts) == len(facts)
    if batch.plain or all(tidy(fact.body) for fact in facts):
        assert back == batch


@pytest.mark.parametrize("body", ['{"a":NaN}', '{"a":1e999}', '{"a":"\\ud800"}'])
def test_a_body_that_json_cannot_say_again_goes_as_it_is(body: str) -> None:
    batch = Batch(epoch=2, first=7, facts=made([(body, "Odd", "", 0)]))
    assert batch_from_bytes(batch_to_bytes(batch), device="d") == batch


def test_an_opaque_fact_comes_back_as_it_went() -> None:
    batch = Batch(epoch=1, first=3, opaque=b"\xff\x00raw", after=b"a" * 16)
    assert batch_from_bytes(batch_to_bytes(batch), device="d") == batch


def test_an_answer_with_all_kinds_of_news_comes_back_as_it_went() -> None:
    fact = Recorded(FactId("@", 1, 5), 1, 0, "2026-11-22", "", "VanArrived", '{"trip":"T"}')
    person = Person("b1", "linli", "黄秀英", "3387")
    entry = Elsewhere("linli", "37-1-9999", "0001", "新桥店", "2026-11-22")
    answer = Answer(
        Verdict.FORK,
        watermark=7,
        digest=b"d" * 16,
        cursor=8,
        now_ms=1_795_000_000_000,
        quarantined=(Quarantined(3, "unknown kind"),),
        feed=(Told(5, fact), Told(6, people=(person, person)), Told(8, elsewhere=(entry,))),
        more=True,
        next_ms=5,
        max_events=6,
        tallies=(Tally("2026-11-22", 3, b"t" * 16),),
        common=2,
        epoch=3,
    )
    assert answer_from_bytes(answer_to_bytes(answer)) == answer


@given(st.binary(max_size=200))
def test_noise_is_no_message(noise: bytes) -> None:
    with pytest.raises(BadMessage):
        answer_from_bytes(noise)
    with pytest.raises(BadMessage):
        batch_from_bytes(noise, device="d")


@given(st.data())
def test_a_bent_message_is_refused_or_read_and_never_anything_else(data: st.DataObject) -> None:
    facts = tuple(
        Recorded(
            FactId("d", 1, n),
            n * 1000,
            0,
            "2026-11-22",
            "",
            "PickedUp",
            f'{{"goods":[["DD-{n:04d}",2,"A-01"]]}}',
        )
        for n in range(1, 20)
    )
    plain = bytearray(batch_to_bytes(Batch(epoch=1, first=1, facts=facts)))
    for _ in range(data.draw(st.integers(1, 4))):
        plain[data.draw(st.integers(0, len(plain) - 1))] = data.draw(st.integers(32, 126))
    with suppress(BadMessage):
        batch_from_bytes(bytes(plain), device="d")


@pytest.mark.parametrize(
    "column",
    [
        {"=": "x" * 100_000},
        {"[": {"=": 1_000_000}, "c": [{"=": "x"}]},
        {"*": {"=": 2}, "c": {"*": {"=": 1_000_000}, "c": {"=": "xxxxxxxxxx"}}},
        {"#": ["x" * 100_000], "i": {"=": 0}},
        {"%": [["x" * 100_000, 3]], "i": {"=": 0}, "n": {"=": 7}},
    ],
)
def test_a_column_that_would_unfold_into_the_sky_is_refused(column: object) -> None:
    for unfolder in (unfold, unfold_json):
        with pytest.raises(BadColumn):
            unfolder(column, 1_000, Budget(1_000_000))


def test_a_bomb_is_not_inflated() -> None:
    bomb, encoding = squeeze(b"x" * 50_000_000)
    with pytest.raises(TooLarge):
        unsqueeze(bomb, encoding, most=1_000_000)


def test_half_a_gzip_is_told_from_a_whole_one() -> None:
    content, encoding = squeeze(bytes(range(256)) * 20)
    with pytest.raises(BadEncoding):
        unsqueeze(content[:-6], encoding, most=10**6)
