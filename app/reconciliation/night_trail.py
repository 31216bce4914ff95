"""The facts of a station's night in the audit trail: what each kind is called, and what it says in one Chinese line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Body = dict[str, Any]

NIGHT_WORDS = {
    "RoutesListed": "线路表",
    "TruckAnnounced": "干线车预告",
    "PalletAnnounced": "托盘清单",
    "ManifestForwarded": "自提点清单",
    "PointReceipt": "自提点回执",
    "StationKeyTold": "网格站站码",
    "StationKeyMade": "本机站码",
    "TruckArrived": "干线车到站",
    "UnloadingBegan": "开始卸车",
    "UnloadingEnded": "卸车完成",
    "ContainersUnloaded": "卸下容器",
    "StrangerRefused": "拒收外来筐",
    "PiecesMissed": "站内短少",
    "PiecesFound": "短少找到",
    "PiecesDamaged": "站内破损",
    "SurplusFound": "站内多发",
    "WallPlanned": "分拣墙方案",
    "WaveBegan": "开始分拣",
    "SorterJoined": "分拣员上岗",
    "SorterLeft": "分拣员离岗",
    "CrateOpened": "放筐",
    "Sorted": "分拣",
    "Resorted": "改拣",
    "SlipCaught": "拦下差错",
    "CrateSealed": "封筐",
    "CrateUnsealed": "拆封",
    "CrateRelabelled": "换筐码",
    "AreaCleared": "清场",
    "CrateChecked": "复核",
    "RunPlanned": "排车次",
    "CrateLoaded": "装车",
    "CrateTakenOff": "卸下车",
    "VanClosed": "关车门",
    "VanReopened": "重开车门",
    "HandedOver": "司机交接",
    "HandOverRefused": "司机拒签",
    "AssetsMoved": "周转物进出",
    "ReturnsReceived": "回站收退货",
    "LiabilityProposed": "责任建议",
}

_ASSETS = {"crate": "周转筐", "ice_box": "冷藏箱", "pallet": "托盘"}
_LINKS = {"centre": "中心仓", "trunk": "干线车", "station": "网格站", "driver": "司机", "point": "自提点"}
_SLIPS = {
    "wrong_crate": "放错筐",
    "repeat": "重复扫",
    "sealed": "筐已封",
    "unknown": "不认识的码",
    "wrong_van": "装错车",
}
_ZONES = {"frozen": "冷冻", "chilled": "冷藏", "fresh": "生鲜", "ambient": "常温", "*": "全部"}


def _pieces(rows: list[Any]) -> int:
    return sum(int(row[1]) for row in rows)


def _goods(body: Body) -> str:
    return f"{_pieces(body['goods'])} 件，{len({row[0] for row in body['goods']})} 种"


def _place(text: str) -> str:
    kind, _, name = text.partition(":")
    return {"dock": "站台", "trunk": "干线车", "crate": "筐"}.get(kind, kind) + (f" {name}" if name else "")


def _holder(text: str) -> str:
    return text.partition(":")[2] or "本站"


def _assets(body: Body) -> str:
    return "、".join(f"{_ASSETS.get(kind, kind)} {number}" for kind, number in body["assets"]) or "没有"


def _because(body: Body, name: str = "reason") -> str:
    return f"，{body[name]}" if body.get(name) else ""


def _closed(body: Body) -> str:
    missing, strangers = len(body["missing"]), len(body["strangers"])
    odd = "".join(f"，{word} {number} 筐" for word, number in (("缺", missing), ("多", strangers)) if number)
    return f"{body['run']}：{body['crates']} 筐 {body['pieces']} 件{odd}{_because(body)}"


def _receipt(body: Body) -> str:
    short = _pieces(body.get("short", []))
    return f"{body['point']}：收到 {_pieces(body['goods'])} 件{f'，短少 {short} 件' if short else ''}"


NIGHT_TELL: dict[str, Callable[[Body], str]] = {
    "RoutesListed": lambda b: f"{b['name']}：{len(b['routes'])} 条线路",
    "TruckAnnounced": lambda b: f"班次 {b['trip']} {b['plate']}".strip(),
    "PalletAnnounced": lambda b: f"{b['number']}：{sum(line[7] for line in b['lines'])} 件",
    "ManifestForwarded": lambda b: f"{b['point']}，第 {b['seq']} 号",
    "PointReceipt": _receipt,
    "StationKeyTold": lambda b: f"{b['name']} {b['station']}",
    "StationKeyMade": lambda b: f"网格站 {b['station']} 打单的电脑",
    "TruckArrived": lambda b: f"班次 {b['trip']} {b['plate']}{_because(b, 'note')}".strip(),
    "UnloadingBegan": lambda b: f"班次 {b['trip']}",
    "UnloadingEnded": lambda b: f"班次 {b['trip']}",
    "ContainersUnloaded": lambda b: f"{b['label']}：{len(b['containers'])} 个容器，{_goods(b)}",
    "StrangerRefused": lambda b: f"{b['label']} 是 {b['belongs']} 的",
    "PiecesMissed": lambda b: f"{_place(b['origin'])}：{_goods(b)}{_because(b, 'note')}",
    "PiecesFound": _goods,
    "PiecesDamaged": lambda b: f"{_place(b['origin'])}：{_goods(b)}{_because(b, 'note')}",
    "SurplusFound": lambda b: f"{b['product'] or b['barcode']} {b['pieces']} 件",
    "WallPlanned": lambda b: f"{len(b['slots'])} 个格口",
    "WaveBegan": lambda b: _ZONES.get(str(b["zone"]), str(b["zone"])),
    "SorterJoined": lambda b: str(b["sorter"]),
    "SorterLeft": lambda b: str(b["sorter"]),
    "CrateOpened": lambda b: f"{b['crate']} 放到 {b['slot']}",
    "Sorted": lambda b: f"{_pieces(b['goods'])} 件进 {b['crate']}",
    "Resorted": lambda b: f"{_pieces(b['goods'])} 件从 {b['origin']} 到 {b['crate'] or '站台'}",
    "SlipCaught": lambda b: f"{_SLIPS.get(b['kind'], b['kind'])}：{b['label']}",
    "CrateSealed": lambda b: f"{b['crate']}：{b['pieces']} 件",
    "CrateUnsealed": lambda b: f"{b['crate']}{_because(b)}",
    "CrateRelabelled": lambda b: f"{b['crate']} 换成 {b['into']}",
    "AreaCleared": lambda b: f"站台还剩 {b['left']} 件{_because(b, 'note')}",
    "CrateChecked": lambda b: f"{b['crate']}：账上 {b['booked']}，点得 {b['counted']}",
    "RunPlanned": lambda b: f"{b['run']}：{b['driver']} {b['plate']}，{len(b['points'])} 站".replace(
        " ，", "，"
    ),
    "CrateLoaded": lambda b: f"{b['crate']} 上 {b['run']}{_because(b)}",
    "CrateTakenOff": lambda b: f"{b['crate']} 下 {b['run']}{_because(b)}",
    "VanClosed": _closed,
    "VanReopened": lambda b: f"{b['run']}{_because(b)}",
    "HandedOver": lambda b: f"{b['run']}：{b['driver']} 签收 {b['crates']} 筐 {b['pieces']} 件",
    "HandOverRefused": lambda b: (
        f"{b['run']}：{b['driver']} 点 {b['counted_crates']} 筐，本站 {b['crates']} 筐{_because(b, 'why')}"
    ),
    "AssetsMoved": lambda b: (
        f"{_holder(b['source'])} 给 {_holder(b['target'])}：{_assets(b)}{_because(b, 'note')}"
    ),
    "ReturnsReceived": lambda b: f"{b['driver']}：{len(b['bags'])} 袋，{sum(row[2] for row in b['bags'])} 件",
    "LiabilityProposed": lambda b: f"{b['lot']}：{_LINKS.get(b['link'], b['link'])}，{b['pieces']} 件",
}
