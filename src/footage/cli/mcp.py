"""``footage mcp``: the library as tools of an assistant."""

from __future__ import annotations

from typing import Annotated

import typer

from footage.cli.options import LibraryOption, VerboseOption, check_installed, existing_library
from footage.cli.output import err

PORT = 8421
NEEDS = ("mcp", "uvicorn")


def mcp(
    library: LibraryOption = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Offer what changes the library, too: tags.")
    ] = False,
    http: Annotated[
        bool,
        typer.Option("--http", help="Answer over HTTP, on this machine alone, and not on stdout."),
    ] = False,
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="With --http; 0 takes a free one.")
    ] = PORT,
    verbose: VerboseOption = 0,
) -> None:
    """Let an assistant search your videos: a server of the Model Context Protocol.

    The assistant starts it, and speaks to it over stdin and stdout. What its tools answer goes to
    whoever runs the assistant. docs/mcp.md says how to set one up.
    """
    check_installed("mcp", NEEDS, extra="mcp")
    from footage.mcp.run import over_http, over_stdio
    from footage.mcp.server import make_server

    with existing_library(library, verbose=verbose) as opened:
        server = make_server(opened, allow_writes=allow_writes)
        if http:
            over_http(server, port, lambda url: err.print(f"answering at [bold]{url}[/]"))
        else:
            over_stdio(server)
