"""Manifests as files: a good one as CSV and xlsx, and bad ones of every kind that people really send."""

from __future__ import annotations

import csv
import io

from app.domain.events import GoodsAnnounced
from app.domain.goods import Line, Person, Zone
from app.sandbox.products import catalogue

COLUMNS = (
    "平台",
    "班次",
    "自提点",
    "业务日",
    "周转筐",
    "温层",
    "订单号",
    "明细号",
    "商品",
    "条码",
    "类别",
    "件数",
    "实付",
    "取件码",
    "买家",
    "姓名",
    "手机尾号",
    "克重",
)
ZONES = {Zone.FROZEN: "冷冻", Zone.CHILLED: "冷藏", Zone.FRESH: "生鲜", Zone.AMBIENT: "常温"}
PIECES, LOT = COLUMNS.index("件数"), COLUMNS.index("明细号")


def rows_of(manifest: GoodsAnnounced, people: tuple[Person, ...] = ()) -> list[tuple[str, ...]]:
    """A manifest as text rows under :data:`COLUMNS`; money in yuan with two decimals."""
    known = {person.buyer: person for person in people}
    return [_row(manifest, line, known.get(line.buyer)) for line in manifest.lines]


def _row(manifest: GoodsAnnounced, line: Line, person: Person | None) -> tuple[str, ...]:
    return (
        manifest.platform,
        manifest.trip,
        manifest.point,
        manifest.day,
        line.crate,
        ZONES[line.zone],
        line.order,
        line.lot,
        line.product,
        line.barcode,
        line.category,
        str(line.pieces),
        f"{line.paid_fen // 100}.{line.paid_fen % 100:02d}",
        line.code,
        line.buyer,
        person.name if person else "",
        person.tail if person else "",
        str(line.grams),
    )


def as_csv(rows: list[tuple[str, ...]], *, columns: tuple[str, ...] = COLUMNS) -> bytes:
    """UTF-8 with a byte order mark and CRLF, as Excel saves and reads it."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(columns)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + sheet.getvalue().encode()


def as_xlsx(rows: list[tuple[str, ...]], *, columns: tuple[str, ...] = COLUMNS) -> bytes:
    """A workbook whose cells are all text, so that long codes stay whole."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("到货清单")
        for place, row in enumerate((columns, *rows)):
            for column, text in enumerate(row):
                sheet.write_string(place, column, text)
    return out.getvalue()


def good_manifest(manifest: GoodsAnnounced, people: tuple[Person, ...] = ()) -> dict[str, bytes]:
    """The same manifest as ``good.csv`` and ``good.xlsx``."""
    rows = rows_of(manifest, people)
    return {"good.csv": as_csv(rows), "good.xlsx": as_xlsx(rows)}


def bad_manifests(*, point: str = "BY-0001", day: str = "2026-11-22") -> dict[str, bytes]:
    """Bad files by name, but for their fault meant for ``point`` and ``day``; none may end in a traceback.

    ``gbk.csv`` is good but for its encoding, and ``semicolons.csv`` but for its separator.
    """
    rows = _sample_rows(point=point, day=day)
    good = as_csv(rows)
    return _bad_tables(rows) | {
        "empty.csv": b"",
        "only-header.csv": as_csv([]),
        "only-marks.csv": b"\xef\xbb\xbf\r\n\r\n",
        "gbk.csv": good.decode("utf-8-sig").encode("gbk"),
        "utf-16.csv": good.decode("utf-8-sig").encode("utf-16"),
        "broken-utf-8.csv": good.replace(rows[0][8].encode(), b"\xe7\x99\xff\xfe"),
        "semicolons.csv": good.replace(b",", b";"),
        "open-quote.csv": good + b'"LLYX,never closed\r\n' * 3,
        "nul-bytes.csv": good.replace(b"LLYX", b"LL\x00X"),
        "half-a-line.csv": good[:-40],
        "page.html": "<!DOCTYPE html><html><body><h1>502 网关错误</h1></body></html>".encode(),
        "page.csv": "<!DOCTYPE html><html><body>请先登录</body></html>".encode(),
        "truncated.xlsx": as_xlsx(rows)[:900],
        "csv-named.xlsx": good,
        "picture.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(64),
    }


def _bad_tables(rows: list[tuple[str, ...]]) -> dict[str, bytes]:
    kept = tuple(column for column in COLUMNS if column not in {"件数", "明细号"})
    without = [tuple(text for name, text in zip(COLUMNS, row, strict=True) if name in kept) for row in rows]
    return {
        "missing-columns.csv": as_csv(without, columns=kept),
        "missing-columns.xlsx": as_xlsx(without, columns=kept),
        "duplicate-lines.csv": as_csv([*rows, rows[0]]),
        "duplicate-lots.csv": as_csv([*rows, _with(rows[1], LOT, rows[0][LOT])]),
        "negative-count.csv": as_csv([_with(rows[0], PIECES, "-3"), *rows[1:]]),
        "zero-count.csv": as_csv([_with(rows[0], PIECES, "0"), *rows[1:]]),
        "absurd-count.csv": as_csv([_with(rows[0], PIECES, "99999999999"), *rows[1:]]),
        "fraction-count.csv": as_csv([_with(rows[0], PIECES, "1.5"), *rows[1:]]),
        "word-count.csv": as_csv([_with(rows[0], PIECES, "两件"), *rows[1:]]),
        "spoiled-code.csv": as_csv([_with(rows[0], COLUMNS.index("条码"), "6.9E+12"), *rows[1:]]),
        "unknown-zone.csv": as_csv([_with(rows[0], COLUMNS.index("温层"), "微温"), *rows[1:]]),
        "unknown-platform.csv": as_csv([_with(row, 0, "XYZ") for row in rows]),
        "other-point.csv": as_csv([_with(row, 2, "ZZ-9999") for row in rows]),
        "other-day.csv": as_csv([_with(row, 3, "2019-02-30") for row in rows]),
        "mixed-days.csv": as_csv([_with(rows[0], 3, "2026-11-20"), *rows[1:]]),
        "over-long-cell.csv": as_csv([_with(rows[0], 8, "菜" * 40_000), *rows[1:]]),
        "formula.csv": as_csv([_with(rows[0], 8, '=HYPERLINK("http://x","点")'), *rows[1:]]),
        "control-characters.csv": as_csv([_with(rows[0], 4, "AB\x07C\x1b123"), *rows[1:]]),
        "ragged-rows.csv": as_csv([rows[0][:5], rows[1] + ("多余",) * 9, *rows[2:]]),
    }


def _with(row: tuple[str, ...], column: int, text: str) -> tuple[str, ...]:
    return (*row[:column], text, *row[column + 1 :])


def _sample_rows(*, point: str, day: str) -> list[tuple[str, ...]]:
    chosen = [next(each for each in catalogue() if each.zone is zone) for zone in Zone]
    lines = tuple(
        Line(
            lot=f"LBY0001261122{number:03d}",
            order=f"L261122BY0001-{number:02d}",
            crate=f"ABC12{number}",
            product=product.name,
            barcode=product.barcode,
            category=product.category,
            zone=product.zone,
            pieces=number,
            paid_fen=product.price_fen * number,
            buyer=f"u00000000000{number}",
            code=f"37-1-631{number}",
            grams=product.grams * number,
        )
        for number, product in enumerate(chosen, start=1)
    )
    return rows_of(GoodsAnnounced("LLYX", "L261122-R07", point, day, (), lines))
