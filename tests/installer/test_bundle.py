"""What goes into the program's folder: our files, Qt's few parts, licences, properties, and a manifest."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from build.windows import bundle, places, properties
from build.windows.places import HERE, ROOT, SPEC

SETTINGS = "{http://schemas.microsoft.com/SMI/2016/WindowsSettings}"


def test_the_spec_compiles() -> None:
    compile(SPEC.read_text("utf-8"), str(SPEC), "exec")


def test_every_migration_and_resource_travels_with_the_program() -> None:
    sources = {Path(source) for source, _ in bundle.data()}
    wanted = {*ROOT.glob("migrations/**/*.py"), *ROOT.glob("resources/**/*.*")}
    assert {path for path in wanted if "__pycache__" not in path.parts} <= sources


def test_files_keep_their_folders() -> None:
    targets = dict(bundle.data())
    assert targets[str(ROOT / "migrations" / "env.py")] == "migrations"
    assert targets[str(ROOT / "resources" / "icon" / "geyi.ico")] == "resources/icon"


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt6Core.dll",
        r"PySide6\Qt6Widgets.dll",
        "PySide6/QtNetwork.pyd",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/pyside6.abi3.dll",
        "python311.dll",
        "resources/fonts/NotoSansSC-Regular.otf",
    ],
)
def test_what_the_program_uses_belongs(name: str) -> None:
    assert bundle.belongs(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt6Qml.dll",
        "PySide6/opengl32sw.dll",
        r"PySide6\plugins\multimedia\ffmpegmediaplugin.dll",
        "PySide6/avcodec-61.dll",
        "PySide6/plugins/platforms/qoffscreen.dll",
        "PySide6/translations/qtbase_de.qm",
        "tzdata/zoneinfo/tzdata.zi",
    ],
)
def test_what_it_does_not_use_stays_out(name: str) -> None:
    assert not bundle.belongs(name)


def test_a_part_without_a_licence_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "_licences_of", lambda owner: [])
    with pytest.raises(LookupError, match="SQLAlchemy brings no licence file"):
        bundle.licences(["SQLAlchemy"])


def test_qt_s_own_licence_is_among_those_shipped() -> None:
    names = {Path(source).name for source, _ in bundle.licences(["PySide6_Essentials"])}
    assert {"LGPL-3.0.txt", "GPL-3.0.txt", "Apache-2.0.txt", "MPL-2.0.txt"} <= names


def test_a_library_is_traced_to_the_package_it_came_with() -> None:
    assert bundle.distributions(["sqlalchemy.orm", r"numpy\_core\x.pyd"]) == ["numpy", "SQLAlchemy"]


def test_versions_count_as_windows_counts_them() -> None:
    assert properties.four("1.2.3") == (1, 2, 3, 0)
    assert places.next_version("0.1.9") == "0.1.10"


def test_the_properties_say_who_made_the_file() -> None:
    assert properties.words("0.1.0", "Made on Mars")["Comments"] == "Made on Mars"


def test_the_manifest_declares_every_screen_s_own_resolution_and_no_administrator() -> None:
    manifest = ET.parse(HERE / "geyi.manifest")  # noqa: S314
    awareness = [node.text for node in manifest.iter(f"{SETTINGS}dpiAwareness")]
    levels = [node.get("level") for node in manifest.iter() if node.tag.endswith("requestedExecutionLevel")]
    assert (awareness, levels) == (["PerMonitorV2"], ["asInvoker"])


def test_the_route_engine_solves_in_a_process_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "worker.json"
    subprocess.run([sys.executable, "-m", "app", "--worker-check", str(file)], cwd=ROOT, check=True)
    assert '"stops": 20' in file.read_text("utf-8")
