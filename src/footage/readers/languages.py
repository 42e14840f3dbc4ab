"""Languages by the names that subtitle files and tracks have for them."""

from __future__ import annotations

import re

# ISO 639: the short code, the long ones, the English name. What is not here keeps its own code.
_NAMES = """
ar ara arabic|bg bul bulgarian|cs cze ces czech|da dan danish|de ger deu german|
el gre ell greek|en eng english|es spa spanish|et est estonian|fa per fas persian|fi fin finnish|
fr fre fra french|he heb hebrew|hi hin hindi|hr hrv croatian|hu hun hungarian|id ind indonesian|
it ita italian|ja jpn japanese|ko kor korean|lt lit lithuanian|lv lav latvian|ms may msa malay|
nl dut nld dutch|no nor nob norwegian|pl pol polish|pt por portuguese|ro rum ron romanian|
ru rus russian|sk slo slk slovak|sl slv slovenian|sr srp serbian|sv swe swedish|th tha thai|
tr tur turkish|uk ukr ukrainian|vi vie vietnamese|zh chi zho chinese
"""
_SHORT = {
    name: group.split()[0]
    for group in _NAMES.replace("\n", "").split("|")
    for name in group.split()
}
_NO_LANGUAGE = frozenset({"und", "mis", "mul", "zxx"})
_TAG = re.compile(r"([a-z]{2,3})((?:[-_][a-z0-9]{2,8})*)", re.IGNORECASE)


def language(tag: str | None) -> str | None:
    """``eng`` and ``English`` as ``en``, ``pt_BR`` as ``pt-BR``; None for what names no language.

    >>> language("eng"), language("zh-Hant"), language("und")
    ('en', 'zh-Hant', None)
    """
    tag = (tag or "").strip()
    if tag.lower() in _SHORT:
        return _SHORT[tag.lower()]
    found = _TAG.fullmatch(tag)
    if found is None or found[1].lower() in _NO_LANGUAGE:
        return None
    base = found[1].lower()
    return _SHORT.get(base, base) + found[2].replace("_", "-")


def is_known(tag: str) -> bool:
    """Whether a word in a file's name is surely a language: any two letters could be one."""
    found = _TAG.fullmatch(tag)
    return tag.lower() in _SHORT or (found is not None and found[1].lower() in _SHORT)


def primary(tag: str | None) -> str | None:
    """The language alone: ``pt`` of ``pt-BR``."""
    return tag.split("-")[0] if tag else None
