"""What travels with the program is there and does its job: pinyin table, font, sounds, icon."""

from __future__ import annotations

import sys
import wave
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QIcon

from app.domain.pinyin import initials
from app.domain.resources import resource_path

SHOWN = "格驿网格站自提点到货签收宾阳县喆堃玥𬭎㙍岜✓✗⚠→←↑↓●○▲×¥￥①…—“”ABC123"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("韦小妹", "wxm"),
        ("覃绿", "ql"),
        ("单田芳", "stf"),
        ("李单", "ld"),
        ("尉迟恭", "ycg"),
        ("黄 3 嫂", "h3s"),
        ("ＡＢ李", "abl"),
        ("韦*妹", "wm"),
        ("", ""),
    ],
)
def test_a_name_is_found_by_its_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_installed_program_finds_its_resources_beside_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", "/unpacked", raising=False)
    assert resource_path("pinyin.bin") == Path("/unpacked/resources/pinyin.bin")


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
@pytest.mark.usefixtures("qapp")
def test_the_font_shows_what_the_desk_says(weight: str) -> None:
    number = QFontDatabase.addApplicationFont(str(resource_path(f"fonts/NotoSansSC-{weight}.otf")))
    assert QFontDatabase.applicationFontFamilies(number) == ["Noto Sans SC"]
    font = QFont("Noto Sans SC")
    font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
    font.setBold(weight == "Bold")
    metrics = QFontMetrics(font)
    assert [char for char in SHOWN if not metrics.inFontUcs4(ord(char))] == []


@pytest.mark.parametrize("name", ["ok", "repeat", "wrong", "done"])
def test_a_sound_is_short_and_plain(name: str) -> None:
    with wave.open(str(resource_path(f"sounds/{name}.wav"))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 44_100)
        assert 0.1 <= sound.getnframes() / sound.getframerate() <= 0.4


def test_the_sounds_are_unlike_each_other() -> None:
    sounds = sorted(resource_path("sounds").glob("*.wav"))
    assert len(sounds) == 4
    assert all(one.read_bytes() != other.read_bytes() for one, other in pairwise(sounds))


@pytest.mark.usefixtures("qapp")
def test_the_icon_has_the_sizes_windows_asks_for() -> None:
    icon = QIcon(str(resource_path("icon/geyi.ico")))
    assert {size.width() for size in icon.availableSizes()} >= {16, 32, 48, 256}
