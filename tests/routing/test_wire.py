"""What goes through the pipe comes out the same."""

from __future__ import annotations

from hypothesis import given, settings

from app.routing.night import Night
from app.routing.wire import line, night_message, night_of, order_of, read
from tests.routing.nights import night, stop, van
from tests.routing.test_first import nights


@given(tonight=nights())
@settings(max_examples=25, deadline=None)
def test_a_night_travels_whole(tonight: Night) -> None:
    message = read(line(night_message(tonight)))
    assert message is not None
    assert night_of(message) == tonight


def test_visits_travel_too() -> None:
    tonight = night([stop("村")], [van("V1", driver="陈")], visits={("陈", "村"): 3})
    assert night_of(read(line(night_message(tonight))) or {}) == tonight


def test_lines_of_others_are_passed_over() -> None:
    assert read(b"Warning: something\n") is None
    assert read(b"[1, 2]\n") is None
    assert order_of({"order": None}) is None
    assert order_of({"order": {"V1": "a"}}) is None
