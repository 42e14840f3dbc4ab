"""``footage version``."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed

import typer

import footage
from footage.cli.options import JsonOption
from footage.cli.output import out, print_json

PARTS = ("av", "milvus-lite", "numpy", "onnxruntime", "pymilvus")


def version(as_json: JsonOption = False) -> None:
    """Print the versions of footage and of what it stands on."""
    parts = {name: installed(name) for name in PARTS}
    if as_json:
        print_json({"footage": footage.__version__, "python": platform.python_version(), **parts})
        return
    out.print(f"footage {footage.__version__}")
    out.print(
        f"[dim]python {platform.python_version()}, "
        + ", ".join(f"{name} {number}" for name, number in parts.items())
        + "[/]"
    )


def ask(wanted: bool) -> None:
    """``footage --version``."""
    if wanted:
        version()
        raise typer.Exit
