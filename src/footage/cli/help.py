"""How a command tells its options: a flag takes nothing, so no type stands beside it."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

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
        return super().parse_args(ctx, spaced)


class Group(TyperGroup):
    """A command with others below it."""

    def get_params(self, ctx: Any) -> list[Any]:
        """As `Command` has it."""
        return _plain(super().get_params(ctx))


def _plain(parameters: list[Any]) -> list[Any]:
    for parameter in parameters:
        if getattr(parameter, "is_flag", False) or getattr(parameter, "count", False):
            parameter.metavar = ""
    return parameters
