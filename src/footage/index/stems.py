"""The words of a text as SQLite's full text search sees them, so that both sides agree."""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from footage.index.text_file import TOKENIZER

MOST_KEPT = 50_000  # stems; a language has more words, but a library's queries meet few of them
MOST_TOKENS = 32
LEAST_PREFIX = 2  # letters: one letter stands for a good part of a dictionary

WORD = re.compile(r"[^\W_]+")
_WRITTEN = re.compile(r"([^\W_]+)(\*?)")
# What says little about a text. Left out of a query that has anything else in it.
_STOP_WORDS = """
    a about am an and are as at be been but by did do does for from had has have he her him his how
    i if in into is it its me my of on or our she so that the their them then there these they this
    those to us was we were what when where which who will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


class Token(NamedTuple):
    """A word of a query."""

    word: str
    stem: str
    prefix: bool = False
    """Whether any word that begins so is meant."""

    @property
    def expression(self) -> str:
        """The word in the syntax of FTS5; it holds letters and digits alone, so no quote."""
        return f'"{self.word}"{"*" if self.prefix else ""}'

    def fits(self, stem: str) -> bool:
        """Whether a word with this stem is meant."""
        return stem.startswith(self.stem) if self.prefix else stem == self.stem


class Stemmer:
    """Gives the stems of words. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute(
            f"CREATE VIRTUAL TABLE words USING fts5(word, content='', tokenize='{TOKENIZER}')"
        )
        self._db.execute("CREATE VIRTUAL TABLE stems USING fts5vocab(words, instance)")

    def stems(self, words: Iterable[str]) -> dict[str, str]:
        """The stem of each word; empty for what full text search takes for no word."""
        wanted = set(words)
        with self._lock:
            if len(self._known) > MOST_KEPT:
                self._known.clear()
            if missing := sorted(wanted - self._known.keys()):
                self._learn(missing)
            return {word: self._known[word] for word in wanted}

    def close(self) -> None:
        """Let go of the memory."""
        self._db.close()

    def _learn(self, words: list[str]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO words(rowid, word) VALUES (?,?)", enumerate(words))
        found = dict.fromkeys(words, "")
        for number, stem in self._db.execute("SELECT doc, term FROM stems ORDER BY doc, offset"):
            found[words[number]] = found[words[number]] or stem
        self._db.execute("INSERT INTO words(words) VALUES ('delete-all')")
        self._db.execute("COMMIT")
        self._known.update(found)


def phrase_of(text: str) -> list[str]:
    """All words of a query, as they are written."""
    return WORD.findall(_plain(text))[:MOST_TOKENS]


def tokens_of(text: str, stemmer: Stemmer) -> list[Token]:
    """The words of a query that are looked for, each once. A ``*`` after one makes it a prefix."""
    written = [
        (word, bool(star) and len(word) >= LEAST_PREFIX)
        for word, star in _WRITTEN.findall(_plain(text))[:MOST_TOKENS]
    ]
    telling = [pair for pair in written if pair[0].lower() not in STOP_WORDS]
    stems = stemmer.stems(word for word, _ in written)
    tokens = {
        (stems[word], prefix): Token(word, stems[word], prefix)
        for word, prefix in telling or written
        if stems[word]
    }
    return list(tokens.values())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode("utf-8")
