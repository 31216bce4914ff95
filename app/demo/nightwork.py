"""What the crew does in a played night: some of it by scans in the window, the bulk by the same commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.demo.scenes import do_all
from app.domain.goods import Shortfall
from app.domain.labels import piece_label
from app.sandbox.station_story import StationLine, Truck
from app.ui.signature import signature_of

if TYPE_CHECKING:
    from app.demo.nightplay import NightPlay

BOARD, DOCK, SORT, WALL, LOAD, HAND, ROUTES, SETTINGS = range(1, 9)
SHOWN_SCANS = 4
"""So many pieces of a slice that is shown are sorted by scans in the window."""
SEARCH_MS = 3_000
"""So long the plan may become better before it is taken."""
SORTERS = ("07", "12", "15", "21")
_STROKES = (((0.1, 0.6), (0.3, 0.3), (0.4, 0.7)), ((0.5, 0.3), (0.6, 0.7), (0.85, 0.35)))


class NightWork:
    """The crew of one played night."""

    def __init__(self, play: NightPlay) -> None:
        self.play, self.hands, self.night = play, play.hands, play.night
        self._waiting: list[str] = []

    # --- before the trucks ---

    def begin(self) -> None:
        """Look at the empty board; everybody says who they are."""
        from app.sorting.actions import JoinSorter

        self.hands.page(BOARD)
        self.hands.picture("看板-等车")
        self.hands.page(DOCK)
        self.hands.picture("卸车-等车")
        self.hands.do(JoinSorter(SORTERS[0]))
        for badge, pc in zip(SORTERS[1:], self.play.stage.crew, strict=True):
            pc.store.writer.do(JoinSorter(badge))

    def plan(self) -> None:
        """All sheets are here: plan the vans' ways, then the wall and the runs after them."""
        from app.loading.actions import PlanRuns

        page = self.hands.page(ROUTES).real
        self.hands.picture("线路-没排")
        self.hands.press_button("F12")
        self.hands.wait_for(lambda: page.board is not None)
        self.hands.settle(SEARCH_MS)
        self.hands.picture("线路-越排越好")
        if page.stage is not type(page.stage).READY:
            self.hands.press_button("F12")
        self.hands.wait_for(lambda: page.stage is type(page.stage).READY)
        self.hands.press_button("F10")
        self.hands.picture("线路-时间表")
        self.hands.press_button("F12")
        self.hands.wait_for(lambda: page.stage is type(page.stage).ADOPTED)
        self.hands.picture("线路-定了")
        self.hands.do(PlanRuns())
        self.hands.page(WALL)
        self.hands.press_button("F12")
        reader = self.play.stage.counter.reader
        self.hands.wait_for(lambda: bool(reader.value("SELECT count(*) FROM wall")))
        self.hands.picture("分拣墙-排好")

    # --- the truck ---

    def arrive(self, truck: Truck) -> None:
        """The truck stands at the dock."""
        from app.dock.actions import NoteArrival

        self.hands.page(DOCK)
        self.hands.do(NoteArrival(truck.trip, plate=truck.driver.plate))
        self.hands.picture(f"卸车-到车-{truck.trip}")

    def unload(self, truck: Truck) -> None:
        """Scan every pallet; strangers are turned away; what never came is said at the end."""
        from app.dock.actions import EndUnloading

        self.hands.page(DOCK)
        for number, pallet in enumerate(truck.pallets):
            if all(box.here for box in pallet.containers):
                self.hands.scan(pallet.label)
            else:
                for box in pallet.containers:
                    if box.here:
                        self.hands.scan(box.label)
            if number == 1:
                self.hands.picture(f"卸车-正在卸-{truck.trip}")
        for wrong in self.night.wrong_containers:
            if wrong.trip == truck.trip:
                self.hands.scan(wrong.label)
                self.hands.picture("卸车-不是本站的")
        left = sum(box.pieces for pallet in truck.pallets for box in pallet.containers if not box.here)
        self.hands.do(EndUnloading(truck.trip, left))
        self._note_differences(truck)
        self._waiting += self._labels_of(truck)
        self.hands.picture(f"卸车-卸完-{truck.trip}")

    def _note_differences(self, truck: Truck) -> None:
        from app.dock.differences import Goods, NoteDifference

        here = self._boxes(truck)
        for line in self._lines(truck):
            truth = self.night.truth_of(line)
            goods = Goods(self.night.day, line.barcode, line.product, truck.trip, line.container)
            if line.container in here and truth.damaged:
                self.hands.do(NoteDifference(Shortfall.DAMAGED, goods, truth.damaged, "压破了"))
            if line.container in here and truth.missing:
                self.hands.do(NoteDifference(Shortfall.SHORT, goods, truth.missing))
        for over in self.night.over:
            if over.container in here:
                goods = Goods(self.night.day, over.barcode, over.product, truck.trip, over.container)
                self.hands.do(NoteDifference(Shortfall.OVER, goods, over.pieces))

    # --- the wall ---

    def sort(self, *, left: int, pictured: bool) -> None:
        """Five minutes at the wall: four PCs share what is due; here some by scans, elsewhere by the same command."""
        from app.sorting.actions import SortPiece

        due = -(-len(self._waiting) // left)
        mine, self._waiting = self._waiting[:due], self._waiting[due:]
        crew = self.play.stage.crew
        for nth, pc in enumerate(crew):
            do_all(pc.store.writer, (SortPiece(label) for label in mine[nth + 1 :: len(crew) + 1]))
        here = mine[:: len(crew) + 1]
        self.play.do_all(SortPiece(label) for label in here[SHOWN_SCANS * pictured :])
        if pictured and here:
            self._show(here[:SHOWN_SCANS])

    def _show(self, labels: list[str]) -> None:
        self.hands.page(SORT)
        for label in labels:
            self.hands.scan(label)
        self.hands.picture("分拣-放好")
        self.hands.scan(labels[0])
        self.hands.picture("分拣-重复扫")
        self.play.exchange()
        self.hands.page(BOARD)
        self.hands.picture("看板-分拣中")

    def _labels_of(self, truck: Truck) -> list[str]:
        """The labels of the pieces that are on the dock, in the order in which the containers hold them."""
        left = dict(self._on_dock())
        return [
            piece_label(line.lot, nth=nth)
            for line in self._lines(truck)
            for nth in range(1, left.get(line.lot, 0) + 1)
        ]

    def _on_dock(self) -> list[tuple[str, int]]:
        rows = self.play.stage.counter.reader.rows(
            "SELECT lot, pieces FROM stock WHERE place = 'dock:' AND pieces > 0"
        )
        return [(str(lot), int(pieces)) for lot, pieces in rows]

    def _boxes(self, truck: Truck) -> set[str]:
        return {box.label for pallet in truck.pallets for box in pallet.containers if box.here}

    def _lines(self, truck: Truck) -> list[StationLine]:
        boxes = {box.label for pallet in truck.pallets for box in pallet.containers}
        return [line for line in self.night.lines if line.container in boxes]

    def clear(self) -> None:
        """Nothing may lie on the dock."""
        from app.dock.differences import ClearArea

        self.hands.page(DOCK)
        self.hands.picture("清场")
        self.hands.do(ClearArea(sum(pieces for _, pieces in self._on_dock())))

    def seal(self) -> None:
        """Every crate is sealed; one is full before and goes on in a new one."""
        from app.sorting.crates import SealCrate

        self.hands.page(WALL)
        self.hands.picture("分拣墙-满了")
        self.play.do_all(SealCrate(crate) for crate in self._crates("c.sealed_ms = 0"))
        self.hands.page(WALL)
        self.hands.picture("分拣墙-封好")

    def _crates(self, where: str, *params: Any) -> list[str]:
        rows = self.play.stage.counter.reader.rows(
            "SELECT c.crate FROM wall_crates c WHERE c.became = '' AND c.day = ? AND EXISTS (SELECT 1 FROM stock s"
            f" WHERE s.place = 'crate:' || c.crate AND s.pieces > 0) AND {where} ORDER BY c.route, c.crate",
            (self.night.day, *params),
        )
        return [str(crate) for (crate,) in rows]

    # --- vans ---

    def load(self) -> None:
        """The first van by scans, with a crate of another route among them; the others by the same command."""
        from app.loading.actions import CloseVan, Load

        runs = self._runs()
        first = self._crates("c.route = ?", runs[0][1])
        other = self._crates("c.route = ?", runs[-1][1])
        self.hands.page(LOAD)
        self.hands.picture("装车-选车")
        self.hands.scan(runs[0][2])
        for crate in first[:3]:
            self.hands.scan(crate)
        self.hands.picture("装车-正在装")
        self.hands.scan(other[0])
        self.hands.picture("装车-装错车")
        self.hands.press("\x1b")
        for run, route, _ in runs:
            crates = self._crates("c.route = ? AND c.run = ''", route)
            self.play.do_all(Load(crate, run) for crate in crates)
        self.play.do_all(CloseVan(run) for run, _, _ in runs)
        self.hands.page(LOAD)
        self.hands.picture("装车-都装好")
        self.hands.page(BOARD)
        self.hands.picture("看板-发车前")

    def _runs(self) -> list[tuple[str, str, str]]:
        rows = self.play.stage.counter.reader.rows(
            "SELECT run, route, dock FROM runs WHERE day = ? ORDER BY route", (self.night.day,)
        )
        return [(str(run), str(route), str(dock)) for run, route, dock in rows]

    def hand_over(self) -> None:
        """One driver counts otherwise first; then all sign."""
        from app.handover.actions import HandOver, RefuseCount
        from app.handover.rules import Counted
        from app.handover.standing import crates_on, load_of

        signed = signature_of(_STROKES).png
        reader = self.play.stage.counter.reader
        self.hands.page(HAND)
        self.hands.picture("交接-等司机")
        for number, (run, _, _) in enumerate(self._runs()):
            driver = str(reader.value("SELECT driver FROM runs WHERE run = ?", (run,)))
            load = load_of(crates_on(reader, run))
            if number == 1:
                wrong = Counted(load.crates - 1, load.boxes, None)
                self.hands.do(RefuseCount(run, driver, wrong, "少一个筐"))
                self.hands.page(HAND)
                self.hands.picture("交接-司机不认")
            self.hands.do(HandOver(run, driver, Counted(load.crates, load.boxes, None), signed, signed))
        self.hands.page(HAND)
        self.hands.picture("交接-都签了")

    # --- the morning ---

    def look_at_receipts(self) -> None:
        """Some points have received, others wait."""
        self.hands.page(HAND)
        self.hands.picture("交接-回执")

    def look_back(self) -> None:
        """Everything is confirmed, and each shortage has a link to answer for it."""
        self.hands.page(HAND)
        self.hands.picture("交接-闭环")
        self.hands.page(BOARD)
        self.hands.picture("看板-收工")
        self.hands.page(SETTINGS)
        self.hands.picture("设置")
