"""Cut Noto Sans SC down to what the desk shows: `python build/make_font.py` (needs fonts-noto-cjk)."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

NOTO = Path("/usr/share/fonts/opentype/noto")
OUT = Path(__file__).resolve().parents[1] / "resources" / "fonts"
FACE = "Noto Sans CJK SC"
FAMILY = "Noto Sans SC"
KEPT_FEATURES = ["ccmp", "kern", "mark"]  # without "locl": it drags in the Japanese and Korean drawings
ASIDE = {"✗": "×", "✕": "×", "✘": "×", "✔": "✓"}  # signs the font lacks, drawn as its nearest one

# Extension A of the table of general characters; then names and Guangxi places that GB2312 cannot write.
RARE = (
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅"
    "䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)
NAMES = (
    "喆堃玥瑄昇珺珣琰琋祎炘烜焜烨燚犇骉淼垚嫚妘婳姝媖嬛婧婕媞婼妤姞姮璟璐璇瑀玮瑾珩珝玙琤琭琬琮瑗璎璠璁"
    "璘瓒赟贇頔彧甯濛沄沅浠淏湜滢潆澍濬旻昀昉昕晅晗晙晧暄暐暕曈曦皓皞皙翀翊翙翾芃芊芮苒莜菡萱蓁蕊薇钰"
    "铄铖锜锴镕镔镠骅骐骞鹍龑龢冇冼冚凃叡啰嘢囍堉塬墉奀孖宓寗屾峣崟崚巘弢彣忞恺惇慜慬揚攸敉晔朤杙柃栩"
    "桁梓梽榛樑槿橦毓浵湉渼溋溦炜炣烔焓焱煊煜熠熳燊燏爔珈珉珏珥琀琇琎琨瑢瓅畇皛睎睿碁祉祐祾禔禛禤秾稑"
    "竑筠箐絜綦綮縯缦羿翛翥耔聿肜胤脩芯苡苾荃荻莘莳菀菁菂葳蒨蕙薏蘅虓衎裎裬褀訸詠詡誠諝谡赑赪轶辀逄逯"
    "邕邝郗郦酆釗鈺鋆錡鍇鎏鎧闫隽霁霂霈霏霙靐靓韡頊顒颀颢馗馥駿騫骥鬯鳯鸢鸾黛龍俍俣俶倓倢偀偲傒僖儁亓"
    "仝仡伃伋佘佺侹岜咘塱埇崬垌峎坶坮峒岽嶺巖㙟㟖䂬"
)


def span(first: int, last: int) -> set[str]:
    """Characters of a code point range, both ends included."""
    return {chr(code) for code in range(first, last + 1)}


def double_byte(encoding: str) -> set[str]:
    """All characters that an old two-byte Chinese encoding can write."""
    pairs = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    return {char for pair in pairs if len(char := pair.decode(encoding, errors="ignore")) == 1}


def signs() -> set[str]:
    """Latin, punctuation, numbers and the small pictures that interfaces use."""
    return (
        span(0x20, 0x7E)
        | span(0xA0, 0x17F)
        | span(0x2010, 0x2044)
        | span(0x20A0, 0x20BF)
        | span(0x2100, 0x2193)
        | span(0x2200, 0x22FF)
        | span(0x2460, 0x24FF)
        | span(0x2500, 0x27BF)
        | span(0x3000, 0x303F)
        | span(0xFF01, 0xFF5E)
        | span(0xFFE0, 0xFFE6)
        | set(ASIDE)
    )


def rare_names() -> set[str]:
    """Characters beyond GBK that China's 2013 table of general characters allows in names, and their like."""
    return span(0x9FA6, 0x9FEF) | span(0x2A700, 0x2CEAF) | set(RARE)


def face(weight: str) -> TTFont:
    """The simplified-Chinese face of Debian's collection."""
    collection = TTCollection(str(NOTO / f"NotoSansCJK-{weight}.ttc"))
    return next(font for font in collection.fonts if font["name"].getDebugName(1) == FACE)


def cut(font: TTFont, chars: Iterable[str]) -> None:
    """Keep only the glyphs of these characters, unhinted, without layout for vertical text and variants."""
    options = subset.Options(
        hinting=False,
        layout_features=KEPT_FEATURES,
        name_IDs=["*"],
        notdef_outline=True,
        drop_tables=["BASE", "VORG", "vhea", "vmtx"],
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(char) for char in chars])
    cutter.subset(font)


def lend_signs(font: TTFont) -> None:
    """Let a missing sign show the nearest one the font has."""
    for table in font["cmap"].tables:
        if table.isUnicode() and hasattr(table, "cmap"):
            lend_in(table.cmap)


def lend_in(cmap: dict[int, Any]) -> None:
    """The same in one character map."""
    for missing, near in ASIDE.items():
        if ord(near) in cmap:
            cmap.setdefault(ord(missing), cmap[ord(near)])


def rename(font: TTFont, weight: str) -> None:
    """Call both weights one family, so that Qt finds bold by asking for bold."""
    names = font["name"]
    keep = {name_id: names.getDebugName(name_id) for name_id in (0, 5, 13, 14)}
    names.names = []
    wanted = keep | {1: FAMILY, 2: weight, 3: f"Geyi subset {FAMILY} {weight}", 4: f"{FAMILY} {weight}"}
    for name_id, text in (wanted | {6: f"NotoSansSC-{weight}"}).items():
        if text:
            names.setName(text, name_id, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = [f"NotoSansSC-{weight}"]
    top[0].FamilyName, top[0].FullName, top[0].Weight = FAMILY, f"{FAMILY} {weight}", weight


def make(weight: str, chars: set[str]) -> Path:
    """Write one weight and return its file."""
    font = face(weight)
    cut(font, chars | set(ASIDE.values()))
    lend_signs(font)
    rename(font, weight)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"NotoSansSC-{weight}.otf"
    font.save(path)
    return path


def main() -> int:
    """Make both weights and say their sizes."""
    if not NOTO.is_dir():
        print("Debian's Noto fonts are missing: sudo apt-get install fonts-noto-cjk")
        return 1
    regular = make("Regular", double_byte("gbk") | signs() | rare_names() | set(NAMES))
    bold = make("Bold", double_byte("gb2312") | signs() | rare_names() | set(NAMES))
    for path in (regular, bold):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
