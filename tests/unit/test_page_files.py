"""The page's own files: small, whole, and nothing in them that its policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from footage.server.app import PAGE
from footage.server.pages import _read

SCRIPTS = sorted(PAGE.glob("js/*.js"))
MOST_SCRIPT = 200_000  # bytes, of all of it
_IMPORT = re.compile(r'(?:import|export)[^"]*?from "(\./[^"]+)"|import\("(\./[^"]+)"\)', re.DOTALL)


def named(path: Path) -> str:
    return path.name


def test_the_script_is_small() -> None:
    assert 0 < sum(len(_read(path)) for path in SCRIPTS) < MOST_SCRIPT


def test_comments_and_indentation_are_not_sent(tmp_path: Path) -> None:
    script = tmp_path / "a.js"
    script.write_text(
        '/** What it is:\n * long. */\nconst a = "// no /** comment */"; // stays\n'
        "  // why\n  /** One line. */\n  const b = 1;\n"
    )
    assert _read(script) == b'const a = "// no /** comment */"; // stays\nconst b = 1;\n'


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
    assert not re.search(r'setAttribute\("(style|on)', text)
    assert "TODO" not in text
    assert not any(
        line.count("`") % 2 for line in text.splitlines()
    )  # lines lose their indentation
    assert len(text.splitlines()) <= 450
    for name in (found for pair in _IMPORT.findall(text) for found in pair if found):
        assert (path.parent / name).is_file(), name


def test_every_script_is_used() -> None:
    said = "".join(path.read_text("utf-8") for path in SCRIPTS)
    unused = [p.name for p in SCRIPTS if f'"./{p.name}"' not in said and p.name != "app.js"]
    assert unused == []


@pytest.mark.parametrize("path", sorted(PAGE.rglob("*.*")), ids=named)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    addresses = re.findall(r"https?://[^\s\"'<>)…]+", path.read_text("utf-8"))
    assert [one for one in addresses if one != "http://www.w3.org/2000/svg"] == []


def test_the_document_has_nothing_inline() -> None:
    text = (PAGE / "index.html").read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert re.findall(r"<script[^>]*>([^<]*)</script>", text) == [""]
    for address in re.findall(r'(?:src|href)="([^"#]+)"', text):
        assert (PAGE / address.removeprefix("{files}")).is_file(), address
