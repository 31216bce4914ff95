"""The story's catalogue: 300 products in Chinese, bought in the proportions that the region reports."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from app.domain.goods import Zone
from app.domain.resources import resource_path


@dataclass(frozen=True, slots=True)
class Product:
    """A thing sold; ``share`` is its pieces per million, ``sort`` the report's class, ``group`` the supplier's."""

    barcode: str
    name: str
    category: str
    sort: str
    farm: bool
    group: str
    supplier: str
    zone: Zone
    price_fen: int
    grams: int
    share: int


@cache
def catalogue() -> tuple[Product, ...]:
    """All products."""
    with resource_path("products.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_product(row) for row in csv.DictReader(file))


def _product(row: dict[str, str]) -> Product:
    return Product(
        barcode=row["barcode"],
        name=row["name"],
        category=row["category"],
        sort=row["class"],
        farm=row["farm"] == "1",
        group=row["group"],
        supplier=row["supplier"],
        zone=Zone(row["zone"]),
        price_fen=int(row["price_fen"]),
        grams=int(row["grams"]),
        share=int(row["share"]),
    )


@cache
def _cumulative_shares() -> tuple[int, ...]:
    return tuple(accumulate(product.share for product in catalogue()))


def bought(rng: Random, count: int) -> list[Product]:
    """``count`` products as neighbours buy them, one after another and independent of each other."""
    return rng.choices(catalogue(), cum_weights=_cumulative_shares(), k=count)
