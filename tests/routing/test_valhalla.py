"""The seam to a road network: used where it is whole, guessed where it is not, never an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.routing import words
from app.routing.roads import Place, guessed_s, road_m
from app.routing.valhalla import BLOCK, NetworkState, RoadNetwork, network_of, state


class PaperNetwork:
    """Answers as the engine does: kilometres and seconds, null where it knows no way."""

    def __init__(self, *, unknown: frozenset[tuple[float, float]] = frozenset()) -> None:
        self.asked: list[int] = []
        self._unknown = unknown

    def matrix(self, request: str) -> str:
        """Manhattan ways at 36 km/h."""
        question = json.loads(request)
        self.asked.append(len(question["sources"]) * len(question["targets"]))
        rows = [[self._cell(a, b) for b in question["targets"]] for a in question["sources"]]
        return json.dumps({"sources_to_targets": rows})

    def _cell(self, a: dict[str, float], b: dict[str, float]) -> dict[str, Any]:
        if (a["lat"], a["lon"]) in self._unknown or (b["lat"], b["lon"]) in self._unknown:
            return {"time": None, "distance": None}
        km = (abs(a["lat"] - b["lat"]) + abs(a["lon"] - b["lon"])) * 111
        return {"time": round(km * 100), "distance": round(km, 3)}


class BrokenNetwork:
    """Breaks as a foreign library may."""

    def __init__(self, answer: str | Exception) -> None:
        self._answer = answer

    def matrix(self, request: str) -> str:
        """Raise, or talk nonsense."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def places(count: int) -> list[Place]:
    """Places in a row."""
    return [Place(23_000_000 + at * 1000, 108_000_000) for at in range(count)]


def test_ways_are_asked_for_in_blocks_and_stand_in_their_rows() -> None:
    paper = PaperNetwork()
    found = RoadNetwork(paper)(places(120))
    assert found is not None
    assert paper.asked == [BLOCK * 120, BLOCK * 120, 20 * 120]
    metres, seconds = found
    assert metres[3 * 120 + 8] == metres[8 * 120 + 3] == pytest.approx(555, abs=1)
    assert seconds[0 * 120 + 10] == 111
    assert metres[5 * 120 + 5] == 0


def test_a_place_that_the_network_does_not_know_is_guessed() -> None:
    where = places(20)
    lost = where[4]
    paper = PaperNetwork(unknown=frozenset({(lost.latitude / 1e6, lost.longitude / 1e6)}))
    found = RoadNetwork(paper)(where)
    assert found is not None
    assert found[0][4] == round(road_m(where[0], lost))
    assert found[1][4 * 20] == round(guessed_s(lost, where[0]))


def test_a_network_of_another_county_is_not_used() -> None:
    where = places(10)
    unknown = frozenset((place.latitude / 1e6, place.longitude / 1e6) for place in where[:4])
    assert RoadNetwork(PaperNetwork(unknown=unknown))(where) is None


def test_what_was_asked_once_is_remembered_for_fewer_places_in_any_order() -> None:
    paper, where = PaperNetwork(), places(30)
    network = RoadNetwork(paper)
    whole = network(where)
    part = network([where[7], where[2]])
    assert whole is not None
    assert part is not None
    assert paper.asked == [900]
    assert part[0][1] == whole[0][7 * 30 + 2]
    assert network([*where[:2], Place(23_500_000, 108_500_000)]) is not None
    assert len(paper.asked) == 2


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", '{"sources_to_targets": [[{}]]}', RuntimeError("limit"), ValueError("x")]
)
def test_a_network_that_breaks_gives_way_to_the_guess(answer: str | Exception) -> None:
    assert RoadNetwork(BrokenNetwork(answer))(places(3)) is None


def test_the_settings_say_in_one_sentence_whether_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert state("") is NetworkState.NOT_NAMED
    assert network_of("") is None
    monkeypatch.setattr("app.routing.valhalla._installed", lambda: False)
    assert state(str(tmp_path)) is NetworkState.NOT_INSTALLED
    monkeypatch.setattr("app.routing.valhalla._installed", lambda: True)
    assert state(str(tmp_path / "none.tar")) is NetworkState.NO_FILE
    (tmp_path / "county.tar").write_bytes(b"no tiles")
    assert state(str(tmp_path / "county.tar")) is NetworkState.READY
    assert (
        network_of(str(tmp_path / "county.tar")) is None
    )  # the package is not there after all: the guess is used
    assert all(words.network(each).count("。") >= 1 for each in NetworkState)
