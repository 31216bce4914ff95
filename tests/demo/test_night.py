"""A whole night through the station's window, over real HTTP with an outage: all is delivered and both books agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.demo.nightplay import play_night
from app.demo.practice import night_cues
from app.domain.labels import lot_of_label
from app.sandbox.station_story import station_night


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("qapp")
def test_a_night_ends_with_everything_delivered_and_equal_books(tmp_path: Path) -> None:
    night = {"seed": 7, "county": "宾阳县", "day": "2026-11-22"}
    play_night(**night, out=tmp_path, points=24, pieces=400, say=lambda line: None)  # type: ignore[arg-type]
    found = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert found["pieces_in"] == found["pieces_out"] + found["pieces_here"]
    assert found["pieces_in"] > 380
    assert found["pieces_here"] < 10  # damaged ones
    assert found["facts_local"] == found["facts_hub"]
    assert found["digests_equal"] is True
    assert found["stock_equal"] is True
    assert found["unsent"] == 0
    assert len(found["pictures"]) >= 30
    assert all((tmp_path / name).stat().st_size > 20_000 for name in found["pictures"])


def test_the_practice_night_leads_through_every_page_with_codes_to_scan() -> None:
    night = station_night(seed=7, county="宾阳县", day="2026-11-22", points=24, pieces=400)
    cues = night_cues(night)
    lots = {line.lot for line in night.lines}
    assert [cue.at_ms for cue in cues] == sorted(cue.at_ms for cue in cues)
    for key in ("F2", "F3", "F4", "F5", "F6"):
        assert any(key in cue.hint for cue in cues)
    pieces = [cue.code for cue in cues if cue.code.startswith("J")]
    assert pieces
    assert {lot_of_label(label)[0] for label in pieces} <= lots
