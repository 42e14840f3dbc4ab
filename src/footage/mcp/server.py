"""The protocol around the tools: an SDK's server that answers with structure, text and pictures."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    ImageContent,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolShape
from pydantic import ValidationError

import footage
from footage.errors import FootageError, UsageError
from footage.library import Library
from footage.mcp.tools import INSTRUCTIONS, Tool, tools

log = logging.getLogger(__name__)


def make_server(library: Library, *, allow_writes: bool = False) -> Server[Any]:
    """A server of the tools over ``library``, which has to stay open for as long."""
    offered = {tool.name: tool for tool in tools(allow_writes=allow_writes)}

    async def list_tools(
        _context: ServerRequestContext[Any], _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[_shape(tool) for tool in offered.values()])

    async def call_tool(
        _context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        try:
            tool = _known(offered, params.name)
            return await to_thread.run_sync(_called, library, tool, params.arguments or {})
        except FootageError as error:
            return _failed(str(error))
        # an assistant is told that it failed, and the log why
        except Exception:
            log.exception("the tool %s failed", params.name)
            return _failed("footage failed in an unforeseen way; its log says more")

    return Server(
        "footage",
        version=footage.__version__,
        title="footage",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _known(offered: Mapping[str, Tool], name: str) -> Tool:
    if name not in offered:
        raise UsageError(f"there is no tool {name!r:.100}", remedy=f"use {', '.join(offered)}")
    return offered[name]


def _called(library: Library, tool: Tool, arguments: dict[str, Any]) -> CallToolResult:
    try:
        asked = tool.arguments.model_validate(_lists_read(tool, arguments))
    except ValidationError as error:
        raise _not_taken(tool, error) from error
    answer, picture = tool.work(library, asked)
    content: list[ContentBlock] = [TextContent(type="text", text=answer.to_text())]
    if picture is not None:
        data = base64.b64encode(picture).decode("ascii")
        content.append(ImageContent(type="image", data=data, mime_type="image/jpeg"))
    return CallToolResult(content=content, structured_content=answer.model_dump(mode="json"))


def _lists_read(tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments with lists where some assistants write one as text, or one thing alone."""
    shapes = tool.arguments.model_json_schema()["properties"]
    read = dict(arguments)
    for name, value in arguments.items():
        if isinstance(value, str) and shapes.get(name, {}).get("type") == "array":
            read[name] = [value]
            with contextlib.suppress(ValueError, RecursionError):
                parsed = json.loads(value)
                read[name] = parsed if isinstance(parsed, list) else [value]
    return read


def _not_taken(tool: Tool, error: ValidationError) -> UsageError:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the arguments"
    return UsageError(
        f"{where} of {tool.name} cannot be taken ({str(first['msg'])[:200]})",
        remedy=f"it takes {', '.join(tool.arguments.model_fields)}",
    )


def _failed(text: str) -> CallToolResult:
    text = text.encode("utf-8", "backslashreplace").decode()
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _shape(tool: Tool) -> ToolShape:
    return ToolShape(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.answer.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            read_only_hint=not tool.writes,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )
