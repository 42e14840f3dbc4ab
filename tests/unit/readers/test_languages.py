"""Languages by any of their names."""

from __future__ import annotations

import pytest

from footage.readers.languages import is_known, language, primary


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("en", "en"), ("eng", "en"), ("English", "en"), ("EN", "en"), ("en-US", "en-US"),
        ("ger", "de"), ("deu", "de"), ("pt_BR", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW"),
        ("chi", "zh"), ("tlh", "tlh"), ("und", None), ("zxx", None), ("", None), (None, None),
        ("forced", None), ("1", None), ("e n", None),
    ],
)  # fmt: skip
def test_language(name: str | None, tag: str | None) -> None:
    assert language(name) == tag


def test_a_word_in_a_name_is_a_language_only_where_that_is_sure() -> None:
    assert all(map(is_known, ["en", "ENG", "pt-BR", "zh_Hans", "german"]))
    assert not any(map(is_known, ["cd1", "part2", "qq", "final", "tlh"]))


def test_primary() -> None:
    assert (primary("pt-BR"), primary("en"), primary(None)) == ("pt", "en", None)
