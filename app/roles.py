"""Which pages a counter has: a pickup point's, or a grid station's; each is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.clock import Clock
from app.settings.preferences import Preferences
from app.store.connection import Reader
from app.sync.pulse import Reading
from app.ui.desk import Desk
from app.ui.later import LaterPage
from app.ui.page import HomePage, Page
from app.ui.shapes import Glyph
from app.upkeep.ports import Upkeep


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What pages are made from."""

    desk: Desk
    reader: Reader
    clock: Clock
    preferences: Callable[[], Preferences]
    upkeep: Callable[[], Upkeep]
    pulse: Callable[[], Reading]


@dataclass(frozen=True, slots=True)
class Pages:
    """The first page, and the others in the order of their keys."""

    home: HomePage
    others: tuple[Page, ...]


def point_pages(at: Surroundings) -> Pages:
    """A village shop's counter."""
    from app.today.page import TodayPage

    def receiving() -> Page:
        from app.receiving.page import ReceivingPage

        return ReceivingPage(at.desk, at.reader, at.clock)

    def pickup() -> Page:
        from app.pickup.page import PickupPage

        return PickupPage(at.desk, at.reader, at.clock)

    def shelf() -> Page:
        from app.pickup.shelf_page import ShelfPage

        return ShelfPage(at.desk, at.reader, at.clock)

    def aftersales() -> Page:
        from app.aftersales.page import AftersalesPage

        return AftersalesPage(at.desk, at.reader, at.clock)

    def reconciliation() -> Page:
        from app.reconciliation.page import ReconciliationPage

        keep = at.preferences().keep_people_days
        return ReconciliationPage(at.desk, at.reader, at.clock, keep_people_days=keep)

    return Pages(
        TodayPage(at.desk, at.reader, at.clock),
        (
            LaterPage(at.desk, title="到货签收", glyph=Glyph.TRUCK, make=receiving),
            LaterPage(at.desk, title="取货", glyph=Glyph.BAG, make=pickup),
            LaterPage(at.desk, title="货架", glyph=Glyph.SHELF, make=shelf),
            LaterPage(at.desk, title="售后", glyph=Glyph.BACK, make=aftersales),
            LaterPage(at.desk, title="日结", glyph=Glyph.BOOK, make=reconciliation),
            LaterPage(at.desk, title="网络", glyph=Glyph.CLOUD, make=lambda: _network(at)),
            LaterPage(at.desk, title="设置", glyph=Glyph.GEAR, make=lambda: _settings(at)),
        ),
    )


def station_pages(at: Surroundings) -> Pages:
    """A grid station's desk."""
    from app.waveboard.page import BoardPage

    def dock() -> Page:
        from app.dock.page import DockPage

        return DockPage(at.desk, at.reader, at.clock)

    def sorting() -> Page:
        from app.sorting.page import SortingPage

        return SortingPage(at.desk, at.reader, at.clock)

    def wall() -> Page:
        from app.sorting.wall_page import WallPage

        return WallPage(at.desk, at.reader, at.clock)

    def loading() -> Page:
        from app.loading.page import LoadingPage

        return LoadingPage(at.desk, at.reader, at.clock)

    def handover() -> Page:
        from app.handover.page import HandoverPage

        return HandoverPage(at.desk, at.reader, at.clock)

    def routing() -> Page:
        from app.routing.page import RoutingPage

        return RoutingPage(at.desk, at.reader, at.clock)

    def upkeep() -> Page:
        from app.ui.pair import PairPage

        return PairPage(at.desk, title="设置", glyph=Glyph.GEAR, pages=(_network(at), _settings(at)))

    return Pages(
        BoardPage(at.desk, at.reader, at.clock),
        (
            LaterPage(at.desk, title="卸车", glyph=Glyph.TRUCK, make=dock),
            LaterPage(at.desk, title="分拣", glyph=Glyph.SCAN, make=sorting),
            LaterPage(at.desk, title="分拣墙", glyph=Glyph.SHELF, make=wall),
            LaterPage(at.desk, title="装车", glyph=Glyph.BOX, make=loading),
            LaterPage(at.desk, title="交接", glyph=Glyph.PEN, make=handover),
            LaterPage(at.desk, title="线路", glyph=Glyph.ROUTE, make=routing),
            LaterPage(at.desk, title="设置", glyph=Glyph.GEAR, make=upkeep),
        ),
    )


def _network(at: Surroundings) -> Page:
    from app.upkeep.network_page import NetworkPage

    return NetworkPage(at.desk, at.reader, at.clock, at.upkeep(), pulse=at.pulse)


def _settings(at: Surroundings) -> Page:
    from app.upkeep.settings_page import SettingsPage

    return SettingsPage(at.desk, at.reader, at.clock, at.upkeep(), at.preferences())
