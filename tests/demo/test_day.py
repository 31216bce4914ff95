"""A whole day through the window, over real HTTP with faults: the books and the platform agree at its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.demo.play import play_day
from app.demo.practice import cues_of
from app.sandbox.story import point_day


def _play(out: Path, seed: int, county: str, day: str) -> dict[str, object]:
    play_day(seed=seed, county=county, day=day, out=out, say=lambda line: None)
    found: dict[str, object] = json.loads((out / "report.json").read_text("utf-8"))
    return found


def _holds(found: dict[str, object]) -> None:
    assert found["pieces_in"] == int(str(found["pieces_out"])) + int(str(found["pieces_here"]))
    assert int(str(found["pieces_in"])) > 50
    assert found["fen_difference"] == 0
    assert found["facts_local"] == found["facts_hub"]
    assert found["digests_equal"] is True
    assert found["stock_equal"] is True
    assert found["unsent"] == 0


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("qapp")
def test_a_day_ends_with_equal_books(tmp_path: Path) -> None:
    found = _play(tmp_path, 7, "宾阳县", "2026-11-22")
    _holds(found)
    pictures = found["pictures"]
    assert isinstance(pictures, list)
    assert len(pictures) >= 20
    assert all((tmp_path / name).stat().st_size > 20_000 for name in pictures)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("seed", "county", "day"), [(1, "马山县", "2026-12-31"), (42, "西乡塘区", "2027-02-28")]
)
@pytest.mark.usefixtures("qapp")
def test_other_days_end_with_equal_books(tmp_path: Path, seed: int, county: str, day: str) -> None:
    _holds(_play(tmp_path, seed, county, day))


def test_the_practice_story_names_what_to_do_at_every_step() -> None:
    cues = cues_of(point_day(seed=7, county="宾阳县", day="2026-11-22"))
    assert len(cues) > 50
    assert [cue.at_ms for cue in cues] == sorted(cue.at_ms for cue in cues)
    assert all(cue.sight and cue.hint for cue in cues)
