"""Patterns over paths, in the shell's way: ``*`` within a name, ``**`` across folders."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from footage.errors import UsageError

_CASE = re.IGNORECASE if os.name == "nt" else 0
_TOKENS = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


def has_magic(text: str) -> bool:
    """Whether the text holds a wildcard."""
    return any(char in text for char in "*?[")


class Pattern:
    """An absolute pattern: the folder to start from, and what paths below it match."""

    def __init__(self, path: Path) -> None:
        parts = path.parts
        fixed = next(index for index, part in enumerate(parts) if has_magic(part))
        self.base = Path(*parts[:fixed])
        #: how many folder levels to descend; None for all
        self.depth = None if "**" in parts else len(parts) - fixed
        #: the literal suffix asked for, empty if a wildcard stands for it
        self.suffix = "" if has_magic(path.suffix) else path.suffix
        self._regex = _compile(parts)

    def match(self, path: Path) -> bool:
        """Whether the whole path matches."""
        return self._regex.fullmatch(path.as_posix()) is not None


class Excludes:
    """The user's exclude patterns; a folder that matches is left out with all that is in it."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._names: list[re.Pattern[str]] = []
        self._paths: list[re.Pattern[str]] = []
        for pattern in patterns:
            path = Path(pattern).expanduser()
            if path.is_absolute():
                self._paths.append(_compile(path.parts))
            elif len(path.parts) == 1:
                self._names.append(_compile(path.parts))
            elif path.parts:
                self._paths.append(_compile(("**", *path.parts)))

    def match(self, path: Path) -> bool:
        """Whether the path, by its name or as a whole, is excluded."""
        full = path.as_posix()
        return any(regex.fullmatch(path.name) for regex in self._names) or any(
            regex.fullmatch(full) for regex in self._paths
        )


def _compile(parts: Sequence[str]) -> re.Pattern[str]:
    """A regex over a path in posix form; ``parts`` as pathlib splits them, any anchor first."""
    text = ""
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if index == 0 and Path(part).anchor:
            text += re.escape(Path(part).as_posix())
        elif part == "**":
            text += ".*" if last else "(?:.*/)?"
        else:
            text += "".join(map(_regex_of, _TOKENS.findall(part))) + ("" if last else "/")
    try:
        return re.compile(text, _CASE | re.DOTALL)
    except re.error as error:
        raise UsageError(
            f"the pattern {'/'.join(parts)!r} cannot be read", remedy="check what is in its [ ]"
        ) from error


def _regex_of(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        negated = piece[1] == "!"
        members = piece[2 if negated else 1 : -1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[{'^' if negated else ''}{members.replace(']', chr(92) + ']')}]"
    return re.escape(piece)
