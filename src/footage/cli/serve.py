"""``footage serve``: the page, and the API behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from footage import logs
from footage.cli.options import JsonOption, LibraryOption, VerboseOption, check_installed
from footage.cli.output import err, out, place, print_json
from footage.opening import is_library, open_library
from footage.paths import absolute
from footage.server.found import owning

PORT = 8420
NEEDS = ("fastapi", "uvicorn", "multipart")


def serve(
    library: LibraryOption = None,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; beyond this machine a token is needed.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = PORT,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="Also asked by this name; repeatable."),
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            "--root",
            metavar="DIR",
            help="Where videos may be indexed from; repeatable. Your home, if only you can ask.",
        ),
    ] = None,
    watch: Annotated[
        list[Path] | None,
        typer.Option(
            "--watch",
            metavar="DIR",
            help="Index what appears there, from now on; repeatable, and a root, too.",
        ),
    ] = None,
    new_token: Annotated[
        bool, typer.Option("--new-token", help="Make another token; the old one ends.")
    ] = False,
    private_urls: Annotated[
        bool, typer.Option("--private-urls", help="Fetch videos from private networks, too.")
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
) -> None:
    """Serve the library: a page to search and watch in, and an HTTP API.

    Where there is no library it makes one, to add videos to in the page.
    It listens on this machine alone. On any other --host a token is demanded, which is shown when
    it is made. Ctrl-C stops it.
    """
    check_installed("serve", NEEDS, extra="server")
    from footage.server import tokens
    from footage.server.config import ServerSettings
    from footage.server.listening import listening
    from footage.server.run import serve as run

    logs.to_terminal(verbose)
    is_new = not is_library(library)
    if is_new:
        listening(host, port).close()  # where that fails, nothing is made
    with open_library(library) as opened, owning(opened.folder):
        if is_new:
            err.print(f"made a new library in {escape(place(opened.folder))}")
        settings = ServerSettings(host=host, port=port, names=tuple(name or ()))
        token = None
        if settings.is_public or new_token:
            kept = None if new_token else tokens.stored(opened.folder)
            if kept is None:
                token, kept = tokens.make(opened.folder)
        else:
            kept = None
        given = [absolute(folder) for folder in root or []]
        watched = [absolute(folder) for folder in watch or []]
        roots = [*(given or ([] if settings.is_public else [Path.home()])), *watched]
        settings = ServerSettings(
            host=host, port=port, names=settings.names, token=kept, roots=tuple(roots)
        )

        def on_ready(ready: ServerSettings) -> None:
            if as_json:
                print_json({"url": ready.url, "token": token})
                out.file.flush()
                return
            out.print(f"serving {escape(place(opened.folder))} at [bold]{ready.url}[/]")
            if token is not None:
                out.print(f"the token, shown this once: [bold]{token}[/]")
                out.print(f"log in with it at {ready.url}/login?token={token}")
            err.print("[dim]Ctrl-C stops it[/]")

        run(opened, settings, on_ready=on_ready, private_urls=private_urls, watch=watched)
