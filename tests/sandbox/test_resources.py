"""What the story is made of: villages, products, platforms and manifests as files."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

import openpyxl
import pytest

from app.domain.goods import Zone
from app.domain.ids import ean13_is_valid
from app.domain.pinyin import initials
from app.domain.villages import counties, county_named, kilometres, villages_of
from app.sandbox.dice import dice
from app.sandbox.manifests import COLUMNS, bad_manifests, good_manifest
from app.sandbox.orders import announcement, orders_of
from app.sandbox.people import MEN, SURNAMES, WOMEN, villagers
from app.sandbox.platforms import Platform, platforms
from app.sandbox.points import neighbours, points_of, shop_of_the_story
from app.sandbox.products import catalogue


@pytest.mark.parametrize("county", [county.name for county in counties()])
def test_villages_lie_inside_their_county_near_their_town(county: str) -> None:
    home, villages = county_named(county), villages_of(county)
    radius = (home.area_km2 / 3.14159) ** 0.5
    assert len({village.code for village in villages}) == len(villages) > 100
    assert all(village.position.guessed for village in villages)
    assert all(kilometres(home.centre, village.position) < 1.4 * radius for village in villages)
    assert max(kilometres(home.centre, village.position) for village in villages) > 0.7 * radius


def test_towns_are_apart_and_their_villages_together() -> None:
    villages = villages_of("宾阳县")
    town = [village for village in villages if village.town == "新桥镇"]
    within = [kilometres(one.position, other.position) for one in town for other in town]
    across = [kilometres(one.position, other.position) for one in town for other in villages]
    assert sum(within) / len(within) < 0.6 * sum(across) / len(across)


def test_the_counties_have_different_detours() -> None:
    assert len({county.detour for county in counties()}) == 3


def test_villages_have_short_names() -> None:
    names = {village.name for county in counties() for village in villages_of(county.name)}
    assert "民范村" in names
    assert not any(name.endswith(("委会", "村村")) for name in names)


def test_barcodes_are_valid_and_some_are_shared_by_pack_sizes() -> None:
    uses = Counter(product.barcode for product in catalogue())
    assert all(ean13_is_valid(code) and 690 <= int(code[:3]) <= 699 for code in uses)
    assert sum(count > 1 for count in uses.values()) >= 5
    assert len({product.name for product in catalogue()}) == len(catalogue()) == 300
    assert {product.zone for product in catalogue()} == set(Zone)


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.key)
def test_codes_match_their_own_platform_and_no_other(platform: Platform) -> None:
    rng = dice("codes", platform.key)
    for _ in range(300):
        made = {
            "crate": platform.crate_label(rng),
            "pickup": platform.pickup_code(rng),
            "pallet": platform.pallet_label(rng),
        }
        for kind, code in made.items():
            assert matches(platform, kind, code)
            assert not any(matches(other, kind, code) for other in platforms() if other is not platform)
        assert 4 <= len(made["pickup"]) <= 16
        assert not matches(platform, "pickup", made["crate"])


def matches(platform: Platform, kind: str, code: str) -> bool:
    """Whether a code of a kind has a shape of this platform."""
    shapes = [each.pattern for each in platform.policy.patterns if each.kind == kind]
    return any(re.fullmatch(shape, code) for shape in shapes)


def test_terms_keep_to_the_customs_of_the_trade() -> None:
    for platform in platforms():
        policy = platform.policy
        assert all(300 <= rate.basis_points <= 2000 for rate in policy.rates)
        assert 12 <= policy.shortage_hours <= 24
        assert platform.window("家居").hours == 168
        fresh = platform.window("蔬菜")
        assert 24 <= fresh.hours <= 48
        assert fresh.photo_needed
        assert fresh.unwanted_hours == 0


def test_every_category_of_the_policies_is_sold() -> None:
    sold = {product.category for product in catalogue()} | {"*"}
    for platform in platforms():
        assert {window.category for window in platform.policy.windows} <= sold
        assert {rate.category for rate in platform.policy.rates} <= sold


def test_people_share_tails_and_names_as_in_a_village() -> None:
    people = villagers(seed=1, point="BY-0001", count=100)
    assert max(Counter(person.tail for person in people).values()) > 1
    assert max(Counter(person.name for person in people).values()) > 1
    keys = [key for person in people for _, key in person.keys]
    assert len(set(keys)) == len(keys)
    assert any(person.nickname for person in people)


def test_every_name_has_its_initials() -> None:
    assert all(len(initials(surname + given)) == 3 for surname in SURNAMES for given in (*WOMEN, *MEN))
    assert initials("覃秀英") == "qxy"


def test_the_shop_has_neighbours_nearby() -> None:
    shop = shop_of_the_story(seed=1, county="宾阳县")
    near = neighbours(shop, seed=1)
    far = [kilometres(shop.position, other.position) for other in points_of(seed=1, county="宾阳县")]
    assert shop.code not in {other.code for other in near}
    assert max(kilometres(shop.position, other.position) for other in near) <= sorted(far)[5]
    assert re.fullmatch(r".+[镇乡场].+村 · 阿.+", shop.name)


def test_a_good_manifest_is_the_same_in_both_formats() -> None:
    shop = shop_of_the_story(seed=1, county="宾阳县")
    orders = orders_of(seed=1, point=shop, day="2026-11-22", scale=8.5)
    largest = platforms()[0]
    mine = [order for order in orders if order.platform is largest]
    manifest = announcement(seed=1, point=shop, day="2026-11-22", platform=largest, orders=mine)
    files = good_manifest(manifest)
    rows = list(csv.reader(io.StringIO(files["good.csv"].decode("utf-8-sig"), newline="")))
    sheet = openpyxl.load_workbook(io.BytesIO(files["good.xlsx"])).active
    assert sheet is not None
    cells = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert tuple(rows[0]) == COLUMNS
    assert cells == rows
    assert len(rows) == len(manifest.lines) + 1


def test_bad_manifests_are_bad_each_in_its_way() -> None:
    files = bad_manifests()
    assert files == bad_manifests()
    assert len(set(files.values())) == len(files)
    assert {"missing-columns.csv", "duplicate-lines.csv", "negative-count.csv", "absurd-count.csv", "gbk.csv",
            "empty.csv", "page.html", "truncated.xlsx"} <= set(files)  # fmt: skip
    with pytest.raises(UnicodeDecodeError):
        files["gbk.csv"].decode("utf-8")
    with pytest.raises(UnicodeDecodeError):
        files["broken-utf-8.csv"].decode("utf-8")
