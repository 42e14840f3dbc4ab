"""The command line: one module a command, all of them thin faces of `Library`."""

from footage.cli.app import main

__all__ = ["main"]
