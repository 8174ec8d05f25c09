# SPDX-License-Identifier: Apache-2.0
"""The files of a release, as far as they need no Zephyr workspace."""

import re
import shutil
import subprocess
import tarfile
import zipfile

import pytest
import yaml

from wristpulse.support.command import Outcome
from wristpulse_tools.firmware import dist
from wristpulse_tools.firmware.places import ROOT
from wristpulse_tools.firmware.zephyr_workspace import WorkspaceError

pytest.importorskip("hatchling")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "dist"
    said = []
    return folder, dist.make(folder, ["none"], said.append), said


def test_version_changelog_and_citation_name_one_version_and_date(made):
    folder, _, _ = made
    change = re.search(r"^## (\d+\.\d+\.\d+) - (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    (wheel,) = folder.glob("*.whl")
    assert wheel.name.split("-")[1] == change[1] == str(citation["version"])
    assert change[2] == str(citation["date-released"])


def test_wheel_and_sdist_hold_the_packages(made):
    folder, files, _ = made
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    assert {wheel, sdist, folder / dist.SUMS} == set(files)
    inside = zipfile.ZipFile(wheel).namelist()
    assert "wristpulse/student/nobody/student.tflite" in inside
    assert "wristpulse_tools/codegen/generate.py" in inside
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    assert any(name.endswith("zephyr_app/core/src/estimator.c") for name in names)


def test_checksums_are_those_of_sha256sum(made):
    folder, _, _ = made
    if not shutil.which("sha256sum"):
        pytest.skip("needs sha256sum")
    checked = subprocess.run(["sha256sum", "-c", dist.SUMS], cwd=folder, capture_output=True, text=True)
    assert checked.returncode == 0 and checked.stdout.count(": OK") == 2
    (wheel,) = folder.glob("*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"x")
    try:
        assert subprocess.run(["sha256sum", "-c", dist.SUMS], cwd=folder, capture_output=True).returncode
    finally:
        wheel.write_bytes(wheel.read_bytes()[:-1])


def test_without_a_workspace_the_packages_are_made_and_a_line_says_what_is_missing(tmp_path, monkeypatch):
    def nowhere():
        raise WorkspaceError("Zephyr: expected a workspace, found none")

    monkeypatch.setattr(dist, "zephyr_base", nowhere)
    said = []
    files = dist.make(tmp_path / "dist", ["nrf52840dk"], said.append)
    assert len(files) == 3
    assert any(line.startswith("no images: Zephyr: expected") for line in said)


def test_an_unknown_board_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(dist.DistError, match="--boards: expected nrf52840dk.*found nrf9160dk"):
        dist.make(tmp_path / "dist", ["nrf9160dk"], print)
    assert not (tmp_path / "dist").exists()


def test_a_folder_with_other_files_is_not_emptied(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(dist.DistError, match="expected an empty folder"):
        dist.make(tmp_path, ["none"], print)
    assert (tmp_path / "thesis.tex").exists()


def test_a_failure_leaves_the_earlier_release_and_the_next_run_succeeds(tmp_path, monkeypatch):
    folder = tmp_path / "dist"
    dist.make(folder, ["none"], print)
    before = (folder / dist.SUMS).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(dist, "checksums", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            dist.make(folder, ["none"], print)
    assert (folder / dist.SUMS).read_bytes() == before
    assert len(dist.make(folder, ["none"], print)) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_a_key_signs_the_images_of_boards_with_slots(tmp_path, monkeypatch):
    key = tmp_path / "my.pem"
    key.write_text("a key")
    asked = []

    def built(board, folder, *options):
        """Folders as sysbuild leaves them, and what it was asked for."""
        asked.append((board, options))
        both = ["zephyr.hex", "zephyr.bin"]
        for name, files in ((dist.BOOTLOADER, both), (ROOT.name, [*both, "zephyr.signed.bin"])):
            (folder / name / "zephyr").mkdir(parents=True)
            for file in files:
                (folder / name / "zephyr" / file).write_text(name)

    def spdx(*words, makes=None):
        """What `west spdx` was asked for; it makes a document."""
        asked.append(words)
        if makes:
            (makes / "app.spdx").write_text(str(words[1].name))
        return ""

    monkeypatch.setattr(dist, "BUILD", tmp_path / "build")
    monkeypatch.setattr(dist, "zephyr_base", lambda: tmp_path)
    monkeypatch.setattr(dist, "build_with_bootloader", built)
    monkeypatch.setattr(dist, "sizes", lambda folder: {"flash": len(folder.name), "ram": 2})
    monkeypatch.setattr(dist, "sbom_problem", lambda base: "")
    monkeypatch.setattr(dist, "_spdx", spdx)
    files = dist.make(tmp_path / "dist", ["nrf52840dk"], print, key)
    firmware = tmp_path / "dist" / "firmware"
    app = ROOT.name
    assert {str(p.relative_to(firmware)): p.read_text() for p in files if firmware in p.parents} == {
        "nrf52840dk.hex": app,
        "nrf52840dk.bin": app,
        "nrf52840dk.signed.bin": app,
        "nrf52840dk.mcuboot.hex": "mcuboot",
        "sbom/nrf52840dk/app.spdx": app,
        "sbom/nrf52840dk.mcuboot/app.spdx": "mcuboot",
    }
    ((_, options),) = [words for words in asked if words[0] == "nrf52840dk"]
    assert f'-DSB_CONFIG_BOOT_SIGNATURE_KEY_FILE="{key}"' in options
    assert {"-DCONFIG_BUILD_OUTPUT_META=y", "-Dmcuboot_CONFIG_BUILD_OUTPUT_META=y"} < set(options)
    place = tmp_path / "build" / "dist-images" / "nrf52840dk-signed"
    assert asked[:2] == [("--init", "-d", place / app), ("--init", "-d", place / "mcuboot")]
    table = (tmp_path / "dist" / dist.SIZES).read_text().splitlines()
    assert table[2:] == [f"| `nrf52840dk` | {len(app)} | 2 |", "| `nrf52840dk.mcuboot` | 7 | 2 |"]


def test_a_missing_key_is_refused(tmp_path):
    with pytest.raises(dist.DistError, match="--key: expected a PEM file"):
        dist.make(tmp_path / "dist", ["none"], print, tmp_path / "no.pem")


def test_an_sbom_needs_a_whole_workspace_of_west_and_a_revision(tmp_path, monkeypatch):
    base = tmp_path / "zephyr"
    base.mkdir()
    assert "found no folder .west" in dist.sbom_problem(base)
    (tmp_path / ".west").mkdir()
    assert "found no .git" in dist.sbom_problem(base)
    (base / ".git").mkdir()
    listed = "cloned manifest\nnot-cloned acpica\ncloned cmsis\nnot-cloned mbedtls\n"
    monkeypatch.setattr(dist.command, "attempt", lambda *words, **options: Outcome(0, listed, ""))
    assert dist.sbom_problem(base).endswith("(west update, or a project-filter), found no acpica, mbedtls")
    listed = "cloned manifest\ncloned cmsis\n"
    assert dist.sbom_problem(base) == ""


def test_an_sbom_that_fails_with_status_0_is_noticed(tmp_path, monkeypatch):
    """As `west spdx` does where the build left no zephyr.meta."""
    said = "ERROR: SPDX walker failed; bailing"
    done = Outcome(0, f"parsing\n{said}\n", "")
    monkeypatch.setattr(dist, "zephyr_base", lambda: tmp_path)
    monkeypatch.setattr(dist.command, "attempt", lambda *words, **options: done)
    assert dist._spdx("-d", tmp_path, makes=tmp_path) == said
    (tmp_path / "zephyr.spdx").write_text("SPDXVersion: SPDX-2.2\n")
    assert dist._spdx("-d", tmp_path, makes=tmp_path) == ""


def test_the_size_table_has_one_number_a_cell():
    table = dist.size_table([("nrf52840dk", {"flash": 75100, "ram": 38500})])
    assert table.splitlines()[-1] == "| `nrf52840dk` | 75,100 | 38,500 |"
