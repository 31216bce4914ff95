"""The setup's script and the decision when to rehearse it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from build.windows import changed, downloads, pack, rehearse
from build.windows.places import ROOT, SCRIPT, Stopped

TEXT = SCRIPT.read_text("utf-8")


def tree(root: Path) -> Path:
    """A small project with packaging."""
    for name in ("build/windows", "migrations/versions"):
        (root / name).mkdir(parents=True)
    (root / "build" / "windows" / "pack.py").write_bytes(b"pack\n")
    (root / "migrations" / "versions" / "0001.py").write_bytes(b"first\n")
    (root / "installer.spec").write_bytes(b"spec\n")
    (root / "requirements.lock").write_bytes(b"lock\n")
    return root


def test_every_sentence_of_the_setup_is_said_in_both_languages() -> None:
    said = re.findall(r'^!insertmacro SAY (\w+)[\s\\]+"([^"]+)"[\s\\]+"([^"]+)"', TEXT, re.MULTILINE)
    assert len(said) == len(re.findall(r"^!insertmacro SAY ", TEXT, re.MULTILINE)) > 8
    assert all(re.search("[一-鿿]", chinese) and english.isascii() for _, chinese, english in said)


def test_every_question_has_an_answer_where_nobody_is_asked() -> None:
    asked = [line for line in TEXT.splitlines() if line.strip().startswith("MessageBox")]
    assert asked
    assert [line for line in asked if "/SD" not in line] == []


def test_the_setup_asks_for_no_administrator_and_writes_no_machine_wide_key() -> None:
    assert "RequestExecutionLevel user" in TEXT
    assert "HKLM" not in TEXT


def test_books_are_deleted_in_one_place_only_and_not_by_default() -> None:
    assert TEXT.count('RMDir /r "${DATA}"') == 1
    assert 'Section /o "un.$(DATA_PART)"' in TEXT


def test_a_changed_migration_asks_for_the_whole_rehearsal(tmp_path: Path) -> None:
    root = tree(tmp_path)
    before = changed.packaging_hash(root)
    (root / "migrations" / "versions" / "0002.py").write_bytes(b"second\n")
    assert changed.packaging_hash(root) != before


def test_line_endings_and_the_record_itself_change_nothing(tmp_path: Path) -> None:
    root = tree(tmp_path)
    before = changed.packaging_hash(root)
    (root / "installer.spec").write_bytes(b"spec\r\n")
    (root / "build" / "windows" / "verified.json").write_bytes(b"{}")
    assert changed.packaging_hash(root) == before


def test_a_wheel_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"something else")
    with pytest.raises(Stopped, match="not the file it should be"):
        downloads.check(wheel, downloads.PYTHON_CARRIER.sha256)


def test_a_missing_and_a_damaged_file_are_seen(tmp_path: Path) -> None:
    bundle, home = tmp_path / "bundle", tmp_path / "home"
    for folder in (bundle, home):
        folder.mkdir()
        (folder / "same.dll").write_bytes(b"same")
    (bundle / "lost.dll").write_bytes(b"lost")
    (bundle / "hurt.dll").write_bytes(b"whole")
    (home / "hurt.dll").write_bytes(b"holed")
    (home / "uninstall.exe").write_bytes(b"the setup's own")
    assert rehearse.differences(bundle, home) == ["hurt.dll", "lost.dll"]


def test_without_a_certificate_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEYI_SIGN_P12", raising=False)
    assert pack.certificate() is None


def test_the_workflow_runs_the_same_command_as_everybody() -> None:
    workflow = (ROOT / ".github" / "workflows" / "windows.yml").read_text("utf-8")
    assert "python dev.py installer" in workflow
    assert "python dev.py bench installer" in workflow
