"""How a command tells its options: a flag takes nothing, so no type stands beside it."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """One command."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All options, the flags among them without a type."""
        return _plain(super().get_params(ctx))


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
