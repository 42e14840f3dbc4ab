"""The text form of a query: what it says, what it cannot say, and where it is wrong."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from footage.errors import InvalidQuery
from footage.terms import KINDS, LEAST_WEIGHT, MOST_WEIGHT, Term, format_terms, parse_terms

WRITTEN = st.text(max_size=20).filter(lambda text: text.strip())
PIECES = (
    *("dog", "собака", "犬", "🐕", "3d", "é", "said", "a-b", "+", "-", "--", ":", "2:", ".5:"),
    *("0:", "1000:", "said:", "SIGN:", "seen:", '"', '\\"', "\\", " ", "  ", "\n", "\t"),
)
LIKE_THE_LANGUAGE = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
SIZES = st.floats(LEAST_WEIGHT, MOST_WEIGHT)
TERMS = st.builds(
    Term,
    st.one_of(WRITTEN, LIKE_THE_LANGUAGE.filter(str.strip)),
    st.sampled_from(KINDS),
    st.one_of(st.sampled_from([1, 1.0, 2, -1, 0.5]), SIZES, SIZES.map(lambda size: -size)),
)


def refusal(text: str) -> InvalidQuery | None:
    try:
        parse_terms(text)
    except InvalidQuery as error:
        return error
    return None


@given(st.lists(TERMS, min_size=1, max_size=4).map(tuple))
def test_terms_are_read_as_they_were_written(terms: tuple[Term, ...]) -> None:
    assert parse_terms(format_terms(terms)) == terms


@given(st.one_of(st.text(max_size=40), LIKE_THE_LANGUAGE))
@example('dog 2:"cat"')
def test_what_is_written_again_stays_the_same(text: str) -> None:
    with contextlib.suppress(InvalidQuery):
        written = format_terms(parse_terms(text))
        assert format_terms(parse_terms(written)) == written
        assert parse_terms(written) == parse_terms(text)


@given(st.one_of(st.text(max_size=40), LIKE_THE_LANGUAGE))
def test_what_is_wrong_has_a_place_and_a_remedy(text: str) -> None:
    error = refusal(text)
    if error is not None and text.strip():
        assert error.remedy
        assert error.text == text
        assert error.position is not None
        assert text[error.position - 1] in '+-".0123456789'


@given(st.lists(st.text(st.characters(categories=["L", "N", "S", "P"]), min_size=1), min_size=1))
def test_text_without_operators_keys_weights_and_quotes_is_literal(words: list[str]) -> None:
    plain = [word for word in words if not {*word} & {":", '"'} and word not in ("+", "-")]
    if plain:
        assert parse_terms("  ".join(plain)) == (Term(" ".join(plain)),)


PLAIN = [
    *("t-shirt", "2:30", "a-b", "C++", "she said: yes", "a dog on a beach", "dog -people"),
    *("dog +people", "-dog", "+dog", "--", "dog -- cat", "16:9", "2:30 train"),
    *('12" record', "it's", "5'6\"", "unsaid:yes", "2: dog", "dog 2:cat", "2:🐕", "2:3d", "1e3:x"),
    *("said:", "sign: exit", "said:-", "2:-", "-2:dog", "C:\\films", "a \\ b", "http://a.b/c"),
    *("says:hello", "ſaid:yes", "٢:dog", "–", "dog – cat", "2,5:dog"),
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_only_text(text: str) -> None:
    assert parse_terms(text) == (Term(text),)
    assert format_terms(parse_terms(text)) == text


@pytest.mark.parametrize(
    ("text", "terms", "written"),
    [
        (
            "2:dog + beach - people",
            [("dog", "any", 2), ("beach", "any", 1), ("people", "any", -1)],
            None,
        ),
        ('said:"refund policy"', [("refund policy", "said", 1)], "said:refund policy"),
        ("said:refund policy", [("refund policy", "said", 1)], None),
        ("sign:exit", [("exit", "sign", 1)], None),
        ('seen:"red car"', [("red car", "seen", 1)], "seen:red car"),
        ("2:said:hello", [("hello", "said", 2)], None),
        ("- 0.5:people", [("people", "any", -0.5)], None),
        ("- people + dog", [("people", "any", -1), ("dog", "any", 1)], None),
        ("+ dog", [("dog", "any", 1)], "dog"),
        ("dog sign:exit", [("dog", "any", 1), ("exit", "sign", 1)], "dog + sign:exit"),
        (
            "a dog SAID:good boy Sign:exit",
            [("a dog", "any", 1), ("good boy", "said", 1), ("exit", "sign", 1)],
            "a dog + said:good boy + sign:exit",
        ),
        ("dog 2:said:hi", [("dog", "any", 1), ("hi", "said", 2)], "dog + 2:said:hi"),
        ("dog - said:hi x", [("dog", "any", 1), ("hi x", "said", -1)], None),
        ("- dog said:hi", [("dog", "any", -1), ("hi", "said", 1)], "- dog + said:hi"),
        ("said:2024", [("2024", "said", 1)], None),
        ("said:2:dog", [("2:dog", "said", 1)], 'said:"2:dog"'),
        ("2:собака - кот", [("собака", "any", 2), ("кот", "any", -1)], None),
        (".5:犬", [("犬", "any", 0.5)], "0.5:犬"),
        ("1:dog", [("dog", "any", 1)], "dog"),
        ("1000:dog + 0.001:cat", [("dog", "any", 1000), ("cat", "any", 0.001)], None),
        ('2:"30 seconds"', [("30 seconds", "any", 2)], None),
        ('"2:dog - people"', [("2:dog - people", "any", 1)], None),
        ('"-"', [("-", "any", 1)], None),
        ('sign:"+" - "C"', [("+", "sign", 1), ("C", "any", -1)], 'sign:"+" - C'),
        ('"a \\"b\\" \\\\ \\c"', [('a "b" \\ \\c', "any", 1)], '"a \\"b\\" \\\\ \\\\c"'),
        ('a "red + blue" car', [("a red + blue car", "any", 1)], '"a red + blue car"'),
        ('said:"hello", she', [("hello, she", "said", 1)], "said:hello, she"),
        ('"  kept  "', [("  kept  ", "any", 1)], None),
        ("  a \t dog\n+\ncat ", [("a dog", "any", 1), ("cat", "any", 1)], "a dog + cat"),
    ],
)
def test_what_a_text_says(
    text: str, terms: list[tuple[str, str, float]], written: str | None
) -> None:
    expected = tuple(Term(*term) for term in terms)
    assert parse_terms(text) == expected
    assert format_terms(expected) == (written or text)


@pytest.mark.parametrize(
    ("text", "position", "what"),
    [
        ("dog -", 5, "nothing follows the -"),
        ("dog - ", 5, "nothing follows the -"),
        ("-", 1, "nothing follows the -"),
        (" + ", 2, r"nothing follows the \+"),
        ("dog + - cat", 5, r"nothing follows the \+"),
        ("собака - - кот", 8, "nothing follows the -"),
        ('"a dog', 1, "is left open"),
        ('dog said:"refund', 10, "is left open"),
        ('a " b', 3, "is left open"),
        ('"a\\"', 1, "is left open"),
        ('said:""', 6, "hold nothing"),
        ('dog - "  "', 7, "hold nothing"),
        ("0:dog", 1, "the weight 0 "),
        ("dog - 0.0:cat", 7, r"the weight 0\.0 "),
        ("0.0001:dog", 1, "is out of range"),
        ("dog 1001:said:cat", 5, "the weight 1001 "),
        ("9" * 400 + ":dog", 1, "is out of range"),
    ],
)
def test_what_is_wrong_and_where(text: str, position: int, what: str) -> None:
    with pytest.raises(InvalidQuery, match=what) as refused:
        parse_terms(text)
    assert (refused.value.position, refused.value.text) == (position, text)
    assert f"at character {position}" in refused.value.what
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["", " \n", "\ud800", None, 5, b"dog"])
def test_what_is_no_text(text: Any) -> None:
    with pytest.raises(InvalidQuery) as refused:
        parse_terms(text)
    assert refused.value.position is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": 5},
        {"text": "\ud800"},
        {"text": "dog", "kind": "heard"},
        {"text": "dog", "weight": 0},
        {"text": "dog", "weight": float("nan")},
        {"text": "dog", "weight": float("-inf")},
        {"text": "dog", "weight": 1e4},
        {"text": "dog", "weight": -1e-4},
        {"text": "dog", "weight": "2"},
        {"text": "dog", "weight": True},
    ],
)
def test_what_is_no_term(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery) as refused:
        Term(**wrong)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "pattern",
    ["1", "1.", "1.1", '"\\', '"a', 'a\\"', "said:", "2:", "1:said:", " ", '"a" ', "+ a ", "- "],
)
def test_a_long_text_takes_no_longer_than_it_is(pattern: str) -> None:
    long = pattern * (2_000 if pattern.strip() != pattern else 60_000)
    for text in (long, f"a {long}x", f'"{long}"'):
        with contextlib.suppress(InvalidQuery):  # in more than linear time it would hardly end
            format_terms(parse_terms(text))
