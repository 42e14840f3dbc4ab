"""The page reads and writes the text form as the server does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footage.errors import InvalidQuery
from footage.terms import LEAST_WEIGHT, MOST_WEIGHT, format_terms, parse_terms

PIECES = ("a", "dog", "2:", ".5:", "0:", "said:", "SIGN:", "seen:", '"', "\\", "+", "-", " ", "  ",
          "é", "猫", "9", ":", "'", "\t", "\n", "🎬", "0.001:", "1000:", "1001:", "x:", "\u00a0", "½")  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)

READ = """async (texts) => {
  const { parseTerms, formatTerms } = await import("/js/terms.js");
  return texts.map((text) => {
    try {
      const terms = parseTerms(text);
      return { terms, text: formatTerms(terms) };
    } catch (error) {
      return { terms: null, text: error.name };
    }
  });
}"""
WHOLE = """async (texts) => {
  const { blank, committed, wholeText } = await import("/js/query.js");
  const { pairsOf } = await import("/js/filters.js");
  const parts = ({ terms, filters }) => JSON.stringify([terms, pairsOf(filters)]);
  return texts.filter((text) => {
    let once;
    try { once = committed({ ...blank(), draft: text }); } catch { return false; }
    const again = committed({ ...blank(), draft: wholeText(once) });
    return parts(again) !== parts(once);
  });
}"""


@pytest.fixture
def still(visit: Any) -> Any:
    return visit()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_texts=st.lists(texts, min_size=20, max_size=40))
def test_terms(still: Any, given_texts: list[str]) -> None:
    for text, read in zip(given_texts, still.evaluate(READ, given_texts), strict=True):
        try:
            terms = parse_terms(text)
        except InvalidQuery:
            assert read["terms"] is None, text
            assert read["text"] == "TermError"
            continue
        assert read["terms"] == [term.to_json() for term in terms], text
        assert read["text"] == format_terms(terms)


def test_weights(still: Any) -> None:
    sizes = ["0.1", "0.25", "1.5", "1000", "0.001", "3.50", "12.125"]
    given_texts = [f"{size}:dog - {size}:cat" for size in sizes]
    for text, read in zip(given_texts, still.evaluate(READ, given_texts), strict=True):
        assert parse_terms(read["text"]) == parse_terms(text)
    assert (LEAST_WEIGHT, MOST_WEIGHT) == (0.001, 1000)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_texts=st.lists(
        st.lists(
            st.sampled_from((*PIECES, "tag:x ", 'tag:"two words" ', "year:2024 ", "since:2023-05 ",
                             'folder:/a/b ', "shorter:1:30 ", "tag: ", 'video:"a \\" b" ')),
            max_size=8,
        ).map("".join),
        min_size=20,
        max_size=40,
    )
)  # fmt: skip
def test_what_the_chips_say_reads_as_the_same(still: Any, given_texts: list[str]) -> None:
    assert still.evaluate(WHOLE, given_texts) == []
