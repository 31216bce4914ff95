"""The people of the story: villagers with masked phones, shop owners and drivers, all invented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from app.domain.goods import Person
from app.domain.pinyin import initials
from app.sandbox.dice import chance, dice, filled, opaque
from app.sandbox.platforms import platforms

SURNAMES, SURNAME_WEIGHTS = "韦覃黄梁陆农蒙莫李陈卢蓝罗谭吴周施甘闭岑零", (
    14, 14, 14, 9, 8, 6, 6, 5, 7, 6, 4, 4, 4, 3, 3, 3, 2, 2, 1, 1, 1
)  # fmt: skip
WOMEN = ["桂芳", "秀英", "美兰", "金凤", "爱莲", "玉珍", "春梅", "小妹", "丽萍", "凤娇", "彩云", "月娥", "海燕", "素芬", "桂花", "秀琼", "美玲", "金莲", "爱群", "玉兰", "春桃", "小燕", "丽芳", "凤英", "彩霞", "月兰", "海珍", "素梅", "艳红", "冬梅", "水莲", "连英", "翠萍", "瑞芬", "少琼", "菊香"]
MEN = ["建国", "志强", "海生", "大勇", "德福", "文斌", "永贵", "世明", "家宝", "国栋", "水生", "春林", "正业", "光辉", "建华", "志明", "海波", "大明", "德才", "文光", "永福", "世昌", "家兴", "国强", "水旺", "春生", "正平", "光明", "福生", "桂林", "少华", "瑞祥", "庆丰", "有才", "学军", "耀南"]
PLATES = "桂A"


@dataclass(frozen=True, slots=True)
class Villager:
    """A buyer; ``keys`` are the platforms' opaque keys of the same person, as (platform, key)."""

    name: str
    tail: str
    nickname: str
    keys: tuple[tuple[str, str], ...]

    @property
    def initials(self) -> str:
        """Pinyin initials in capitals, such as WGF for 韦桂芳."""
        return initials(self.name).upper()

    def key(self, platform: str) -> str:
        """This person's key at a platform; raises ``KeyError``."""
        return dict(self.keys)[platform]

    def persons(self) -> tuple[Person, ...]:
        """What each platform tells the point about this person."""
        return tuple(
            Person(key, platform, self.name, self.tail, self.nickname) for platform, key in self.keys
        )


@dataclass(frozen=True, slots=True)
class Driver:
    """Who drives a van or truck, and its number plate."""

    name: str
    plate: str


@lru_cache(maxsize=64)
def villagers(*, seed: int, point: str, count: int) -> tuple[Villager, ...]:
    """The same neighbours of a point on every day; two share a phone tail, two a name, as it happens."""
    rng = dice("villagers", seed, point)
    people = [_villager(rng, seed, point, index) for index in range(count)]
    if count >= 8:
        people[5] = _with(people[5], tail=people[2].tail)
        people[7] = _with(people[7], name=people[3].name)
    return tuple(people)


def _with(villager: Villager, *, tail: str = "", name: str = "") -> Villager:
    return Villager(name or villager.name, tail or villager.tail, villager.nickname, villager.keys)


def _villager(rng: Random, seed: int, point: str, index: int) -> Villager:
    woman = chance(rng, of=0.62)
    name = _surname(rng) + rng.choice(WOMEN if woman else MEN)
    keys = tuple((p.key, f"u{opaque('buyer', seed, point, index, p.key)}") for p in platforms())
    return Villager(name, filled("####", rng), _nickname(rng, name, "women" if woman else "men"), keys)


def _surname(rng: Random) -> str:
    return rng.choices(SURNAMES, SURNAME_WEIGHTS)[0]


def _nickname(rng: Random, name: str, kind: str) -> str:
    if chance(rng, of=0.6):
        return ""
    forms = (f"阿{name[2]}", f"{name[0]}婶", f"{name[0]}嫂") if kind == "women" else (
        f"老{name[0]}", f"{name[0]}伯", f"阿{name[2]}"
    )  # fmt: skip
    return rng.choice(forms)


def owner_name(rng: Random) -> str:
    """A shop owner's name; two in three are women."""
    return _surname(rng) + rng.choice(WOMEN if chance(rng, of=0.66) else MEN)


def driver(rng: Random) -> Driver:
    """A driver with a van of Nanning."""
    return Driver(_surname(rng) + rng.choice(MEN), PLATES + filled("@####", rng))
