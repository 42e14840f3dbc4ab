"""How a command tells its options: a flag takes nothing, so no type stands beside it."""

from __future__ import annotations

import re
import shlex
from itertools import takewhile
from typing import Any

from typer.core import TyperCommand, TyperGroup

from footage.errors import InvalidQuery

_MINUS = re.compile(r"-\s")


class Command(TyperCommand):
    """One command."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All options, the flags among them without a type."""
        return _plain(super().get_params(ctx))


class TextCommand(Command):
    """A command of a text that may begin with a minus: ``- people`` is no option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """With a space before such an argument, which makes no other text of it."""
        taking = {
            name
            for parameter in self.params
            if not getattr(parameter, "is_flag", False) and not getattr(parameter, "count", False)
            for name in parameter.opts
        }
        spaced = [
            f" {argument}" if _MINUS.match(argument) and before not in taking else argument
            for before, argument in zip(["", *args], args, strict=False)
        ]
        self._check_steps(args, taking)
        return super().parse_args(ctx, spaced)

    def _check_steps(self, args: list[str], taking: set[str]) -> None:
        """Raise `InvalidQuery` where words before ``--then`` go on behind its value."""
        named = sum(one.param_type_name == "argument" and one.nargs == 1 for one in self.params)
        words, at = 0, 0
        while at < len(args) and args[at] != "--":
            if args[at] in taking:
                after = list(takewhile(_is_word, args[at + 2 :]))
                if args[at] == "--then" and words > named and after:
                    step = " ".join([args[at + 1], *after])
                    raise InvalidQuery(
                        f"{' '.join(after)!r:.100} stands behind --then {args[at + 1]:.100}, "
                        "which takes one word or a text in quotes",
                        remedy=f"write --then {shlex.quote(step)}",
                    )
                at += 1
            elif _is_word(args[at]):
                words += 1
            at += 1


class Group(TyperGroup):
    """A command with others below it."""

    def get_params(self, ctx: Any) -> list[Any]:
        """As `Command` has it."""
        return _plain(super().get_params(ctx))


def _is_word(argument: str) -> bool:
    return argument == "-" or not argument.startswith("-") or _MINUS.match(argument) is not None


def _plain(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if getattr(parameter, "is_flag", False) or getattr(parameter, "count", False):
            parameter.metavar = ""
    return parameters
