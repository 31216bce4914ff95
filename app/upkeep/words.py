"""The network's state in the user's words, and the facts' kinds as the user calls them."""

from __future__ import annotations

from app.domain.answers import Answer, Tone
from app.sync.pulse import Mood, Reading, Trouble

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
