"""docs/python.md: its blocks, run one after the other as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from videos import make_video

GUIDE = Path(__file__).parents[2] / "docs" / "python.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.M | re.S)


@pytest.mark.usefixtures("colours_instead_of_lite")
def test_every_block_of_the_guide_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "films").mkdir()
    make_video(tmp_path / "films" / "dog.mp4", shots=["red", "blue"], seconds=8)
    make_video(tmp_path / "films" / "sea.mp4", shots=["green"], seconds=4)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in BLOCKS:
        exec(compile(code, GUIDE.name, "exec"), names)
    said = capsys.readouterr().out
    assert "2 indexed, 12 s of video" in said
    assert "['dogs'] " in said
    assert "invalid_query | " in said
    assert (tmp_path / "dogs.edl").is_file()
    assert any((tmp_path / "clips").iterdir())
