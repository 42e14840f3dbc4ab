"""Whatever a title holds, it comes out as one line, or as part of a file's name."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import LibraryUnwritable
from footage.export.texts import ascii_line, file_name, one_line, write_text

ANY = st.text(st.characters(codec=None), max_size=40)


@given(ANY)
def test_lines(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    line.encode()
    element = ET.Element("x", name=line)
    assert ET.fromstring(ET.tostring(element)).get("name") == line
    assert ascii_line(text).isascii()
    assert len(ascii_line(text).splitlines()) <= 1


@given(ANY)
def test_names_of_files(text: str) -> None:
    name = file_name(text)
    assert name
    assert Path(name).name == name
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert len(f"001 {name} 12345.678-12345.678 1a2b3c4d exact.webm".encode()) < 200


def test_letters_lose_their_accents() -> None:
    assert ascii_line("Übergröße – “Ça va?”") == 'Ubergrosse - "Ca va?"'


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(LibraryUnwritable, match=r"x\.edl"):
        write_text(tmp_path / "no" / "x.edl", "text")
