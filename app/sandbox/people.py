"""The people of the story: villagers with masked phones, shop owners and drivers, all invented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from app.domain.goods import Person
from app.domain.pinyin import initials
from app.sandbox.dice import chance, dice, filled, opaque
from app.sandbox.platforms import platforms

SURNAMES = "韦覃黄梁陆农蒙莫李陈卢蓝罗谭吴周施甘闭岑零"
SURNAME_WEIGHTS = (14, 14, 14, 9, 8, 6, 6, 5, 7, 6, 4, 4, 4, 3, 3, 3, 2, 2, 1, 1, 1)


def _pairs(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + 2] for at in range(0, len(text), 2))


WOMEN = _pairs(
    "桂芳秀英美兰金凤爱莲玉珍春梅小妹丽萍凤娇彩云月娥海燕素芬桂花秀琼美玲金莲"
    "爱群玉兰春桃小燕丽芳凤英彩霞月兰海珍素梅艳红冬梅水莲连英翠萍瑞芬少琼菊香"
)
MEN = _pairs(
    "建国志强海生大勇德福文斌永贵世明家宝国栋水生春林正业光辉建华志明海波大明"
    "德才文光永福世昌家兴国强水旺春生正平光明福生桂林少华瑞祥庆丰有才学军耀南"
)
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
