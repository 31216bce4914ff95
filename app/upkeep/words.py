"""The network's state in the user's words, and the facts' kinds as the user calls them."""

from __future__ import annotations

from dataclasses import replace

from app.domain.answers import Answer, Tone
from app.sync.pulse import Mood, Reading, Trouble
from app.upkeep.ports import OtherPC, StationView

_TROUBLES = {
    Trouble.NONE: "",
    Trouble.UNREACHABLE: "连不上平台。照常干活就行，连上后会自动补传。",
    Trouble.SLOW: "网络太慢，没等到回答。会自动再试，不用管它。",
    Trouble.BUSY: "平台正忙，让我们等一会儿。会自动再试。",
    Trouble.LIED: "收到的回答不是平台发的，可能是上网要先登录（比如酒店、热点的登录页）。请打开浏览器看一下。",
    Trouble.CHOKED: "平台处理不了其中一笔，正在一笔一笔地试。别的不受影响。",
    Trouble.SIGNED_OUT: "平台不认这台电脑了。请到“设置”里重新登记，没上传的都留着。",
    Trouble.FORKED: "这台电脑的账本和平台上的分了岔（换过硬盘或恢复过备份），已经接好，继续上传。",
    Trouble.MISMATCH: "本机和平台的记录对不上。已停止覆盖，正在从最后对得上的地方重传；请告诉客服。",
    Trouble.FEED_SHORTER: "平台的消息比以前少了，可能平台恢复过备份。请告诉客服。",
    Trouble.STORE: "记账本一时写不进去。请看看磁盘空间。",
}
_MOODS = {
    Mood.ONLINE: ("在线", "网络正常，该传的都传了。", Tone.OK),
    Mood.BEHIND: ("落后", "网络通，正在补传。照常干活就行。", Tone.LOOK),
    Mood.OFFLINE: ("离线", "现在没有网络。照常干活，连上后会自动补传，一笔都不会少。", Tone.INFO),
    Mood.SIGNED_OUT: ("要重新登记", "平台不认这台电脑了。", Tone.WRONG),
    Mood.ALARM: ("请联系客服", "本机和平台的记录对不上。", Tone.WRONG),
}
NOT_ENROLLED = Answer(
    Tone.INFO, "没有登记", "这台电脑还没有登记平台。记录都在本机，照常用；到“设置”里登记后会自动上传。"
)
KINDS = {
    "VanArrived": "到车", "CrateReceived": "整筐签收", "GoodsReceived": "按件签收", "ShortFound": "短少",
    "ShortArrived": "补到", "OverFound": "多发", "DamageFound": "破损", "Shelved": "换货位",
    "ReceivingEnded": "收货完成", "PickedUp": "取货", "Undone": "撤销", "ReminderCopied": "催取",
    "PhoneRevealed": "查看手机号", "PeopleErased": "清除个人信息", "ProxyOrdered": "代下单",
    "ClaimOpened": "售后申请", "GoodsBagged": "装退货袋", "BagSealed": "封袋", "BagTaken": "退货交司机",
    "CashMoved": "现金进出", "ShelfCounted": "点货", "CashCounted": "点钱", "DifferenceNamed": "差异",
    "DifferenceClosed": "差异了结", "DayClosed": "日结", "DeductionAppealed": "申诉", "GoodsAnnounced": "到货清单",
    "BillIssued": "平台账单", "VanSet": "车辆资料", "VanRetired": "停用车辆", "DriverSet": "司机资料",
    "DriverRetired": "停用司机", "StopSet": "点位资料", "StopRetired": "停用点位", "RouteTableSet": "固定线路表",
    "RideRuleSet": "同车规则", "RideRuleDropped": "取消同车规则", "PlanAdopted": "采用线路", "ArrivalNoted": "到点时间",
}  # fmt: skip
"""What a clerk calls the facts that a desk can record."""


def mood_answer(reading: Reading) -> Answer:
    """The state of the network: its word, and one sentence with what to do."""
    word, sentence, tone = _MOODS[reading.mood]
    trouble = reading.alarm if reading.alarm is not Trouble.NONE else reading.trouble
    return Answer(tone, word, _TROUBLES[trouble] or sentence)


def about_the_host(answer: Answer) -> Answer:
    """The same of a PC that talks to its station's host and not to the platform itself."""
    return replace(answer, sentence=answer.sentence.replace("平台", "主机").replace("没有网络", "连不上主机"))


def clock_sentence(reading: Reading) -> str:
    """What to say of the PC's clock; empty while it is right enough."""
    if not reading.clock_is_wrong:
        return ""
    minutes = round(abs(reading.skew_ms) / 60_000)
    amount = f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时"
    return f"电脑时间{'快' if reading.skew_ms > 0 else '慢'}了约 {amount}，请校准"


def age(milliseconds: int) -> str:
    """How long ago: 刚刚, 12 分钟, 3 小时, 2 天."""
    minutes = max(0, milliseconds) // 60_000
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


# --- the station's PCs -------------------------------------------------------------------------------------

IS_HOST = Answer(Tone.OK, "是主机了", "这台是本站主机。给别的电脑要一个登记码，让它们加入。这台别关机。")
JOINED = Answer(Tone.OK, "加入了", "已加入本站主机。扫过的几秒内各台都看得到；主机不在也照常干活。")
HOST_SENDS = Answer(
    Tone.LOOK, "不用登记", "这台已加入本站主机，由主机替它上传。要重新登记平台，请在主机上按 F9。"
)
FIRST_THE_PLATFORM = Answer(Tone.LOOK, "先连接平台", "做主机的电脑要先登记平台：请按 F9 登记，再来设主机。")
CODE_REFUSED = Answer(
    Tone.WRONG, "登记码不对", "这个登记码不能用：可能输错了，或者用过了。请在主机上再要一个。"
)
NO_HOST_THERE = Answer(
    Tone.WRONG, "连不上主机", "这个地址上没有主机。请看看主机开着没有、在不在同一个网里，再试一次。"
)
OTHER_STATION = Answer(Tone.WRONG, "不是本站", "那台主机是别的站的，没有加入。请核对地址。")
HOST_FAILED = Answer(Tone.WRONG, "没做成", "主机没能开起来。请重开格驿再试；还不行请联系客服。")
NO_CODE = Answer(Tone.WRONG, "没有登记码", "主机现在没有回答。请等几秒再试。")


def station_sentence(view: StationView) -> str:
    """How this PC stands with the others, and what can be done."""
    if not view.is_placed:
        return "网格站的又一台电脑：按“加入主机”就行，不用再向平台要码。自提点的电脑不用管这里。"
    if not view.is_host:
        if view.address:
            return f"已加入主机 {view.address}。主机关了也能照常干活，回来后自动补上。"
        return "几台电脑一起干活：一台做主机，别的加入它。没有外网也能互相看到，不会重复分拣。"
    if not view.is_running:
        return "这台是主机，正在启动。别的电脑先各干各的，一会儿自动补上。"
    above = f"平台还有 {view.unsent_above} 笔没收到。" if view.unsent_above else "平台都收到了。"
    return f"这台是主机，地址 {view.address}。{above}"


def pc_state(pc: OtherPC, now_ms: int) -> tuple[str, Tone]:
    """Whether a PC of the station is there, and what it still has to send."""
    if not pc.seen_ms:
        return "还没来过", Tone.INFO
    left = f"，还有 {pc.unsent} 笔没传" if pc.unsent else "，都传了"
    if now_ms - pc.seen_ms <= GONE_MS:
        return f"在线{left}", Tone.LOOK if pc.unsent else Tone.OK
    return f"{age(now_ms - pc.seen_ms)}没来{left if pc.unsent else ''}", Tone.LOOK


GONE_MS = 30_000
"""A PC that the host has not heard of for so long is said to be away."""
