"""The story looks like the region: volumes, prices, mix and top lists against its published figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from app.domain.goods import Zone
from app.sandbox.products import catalogue
from tests.sandbox.calibration import Check, Measured, checks, measured, measured_through_stories, spearman


@pytest.fixture(scope="module")
def found() -> Measured:
    """Two weeks of all points of a station."""
    return measured()


def test_the_story_meets_every_figure_of_the_region(found: Measured) -> None:
    assert [check for check in checks(found) if not check.holds] == []


def test_whole_stories_carry_the_same_goods_as_their_orders() -> None:
    told = {check.name: check for check in checks(measured_through_stories(points=300))}
    near = ("pieces a point and day", "pieces an order", "yuan a piece", "farm goods, share of pieces")
    assert [told[name] for name in near if not replace(told[name], tolerance=0.05).holds] == []


def test_every_temperature_zone_is_there_and_half_the_goods_are_ambient(found: Measured) -> None:
    share = {zone: found.zones[zone] / found.all_pieces for zone in Zone}
    assert 0.45 < share[Zone.AMBIENT] < 0.55
    assert 0.30 < share[Zone.FRESH] < 0.42
    assert 0.04 < share[Zone.CHILLED] < 0.10
    assert 0.04 < share[Zone.FROZEN] < 0.10


def test_dearer_goods_would_be_noticed(found: Measured) -> None:
    dearer = replace(found, fen=Counter({sort: fen * 11 // 10 for sort, fen in found.fen.items()}))
    assert "yuan a piece" in failing(dearer)


def test_fewer_orders_would_be_noticed(found: Measured) -> None:
    assert {"pieces a point and day"} == failing(replace(found, point_days=found.point_days * 11 // 10))
    assert {"pieces an order"} == failing(replace(found, orders=found.orders * 11 // 10))


def test_another_mix_of_goods_would_be_noticed(found: Measured) -> None:
    alike = replace(found, pieces=Counter(dict.fromkeys(found.pieces, found.all_pieces // len(found.pieces))))
    assert {name for name in failing(alike) if name.startswith("top ")}
    pricey = replace(found, fen=found.fen + Counter({"leaf": found.fen["eggs"], "pets": found.fen["drinks"]}))
    assert "top other goods by sales: of 10 the same" not in failing(found)
    assert failing(pricey)


def test_every_class_keeps_the_mean_price_of_its_region() -> None:
    wanted = {"eggs": 1500, "drinks": 2667, "roots": 225, "ambient_milk": 3750, "oil": 3000, "seasoning": 526}
    for sort, fen in wanted.items():
        goods = [product for product in catalogue() if product.sort == sort]
        mean = sum(p.price_fen * p.share for p in goods) / sum(p.share for p in goods)
        assert mean == pytest.approx(fen, rel=0.01)


def test_rank_correlation_knows_order_and_its_reverse() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1.0)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1.0)
    assert not Check("x", wanted=1.0, found=0.8, tolerance=0.1).holds


def failing(found: Measured) -> set[str]:
    """Names of the figures that are missed."""
    return {check.name for check in checks(found) if not check.holds}
