"""Troubles of the book in the user's words: what happened, and what to do."""

from __future__ import annotations

from app.domain.answers import Answer, Tone
from app.store.faults import Fault, StoreFault

_SENTENCES = {
    Fault.DISK_FULL: ("磁盘满了", "电脑磁盘没有空间了，这一步没有记上。请删掉一些不用的文件，再做一次。"),
    Fault.READ_ONLY: ("写不进去", "数据文件夹写不进去，这一步没有记上。请检查磁盘是否只读或已拔出。"),
    Fault.LOCKED: ("账本被占用", "别的程序正占着账本，这一步没有记上。请关掉备份或杀毒扫描，再做一次。"),
    Fault.CORRUPT: (
        "账本损坏",
        "账本文件损坏了。可以用最近的备份恢复，损坏的文件会留着，平台已收到的记录会自动补回。",
    ),
    Fault.MISSING: (
        "账本不见了",
        "账本文件不见了或成了空的，备份还在。可以用最近的备份恢复，平台已收到的记录会自动补回。",
    ),
    Fault.KEY_LOST: ("找不到钥匙", "打开账本的钥匙文件不见了。请输入当初抄下的恢复码。"),
    Fault.WRONG_KEY: ("恢复码不对", "这个恢复码打不开账本。请对照抄下的纸，再输入一次。"),
    Fault.OTHER_KEY: (
        "别的电脑的账本",
        "这个账本是另一台电脑记的，要用那台电脑的恢复码才能打开。请输入恢复码。",
    ),
    Fault.NEWER: ("程序太旧", "账本是用更新的格驿记的，这个旧程序不能打开。请安装最新的格驿，数据都在。"),
    Fault.OLD_ENGINE: ("组件太旧", "数据库组件太旧，可能丢数据，所以没有打开账本。请重新安装格驿。"),
    Fault.IN_USE: ("已经开着", "格驿已经开着了。请看任务栏里的格驿窗口。"),
    Fault.UPGRADE_FAILED: ("升级没成功", "账本升级没有成功，已经恢复成升级前的样子，数据都在。请联系客服。"),
    Fault.CLOSED: ("正在关闭", "格驿正在关闭，这一步没有记上。请重新打开后再做。"),
    Fault.UNKNOWN: ("没有记上", "账本出了问题，这一步没有记上。请再试一次；还不行，请重启程序。"),
}


def fault_answer(fault: StoreFault) -> Answer:
    """The answer for a trouble of the book."""
    word, sentence = _SENTENCES[fault.fault]
    return Answer(Tone.WRONG, word, sentence)


def explain(error: BaseException) -> Answer | None:
    """The answer for an error where its cause is known, else none."""
    return fault_answer(error) if isinstance(error, StoreFault) else None
