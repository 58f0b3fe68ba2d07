"""The resources that a case's page loads: frames, JSON, uploads and the stream of changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from secops_lab.runs.attachments import result_files, wall_files
from secops_lab.runs.file_name import harmless_name

from .pages import Page
from .pictures import with_own_pictures
from .safety import INSIGHT_POLICY, WIDGET_POLICY
from .uploads import UploadRefusedError
from .views import json_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from secops_lab.runs.attachments import ResultFile

    from .heartbeat import Heartbeat
    from .wall import Wall

# The insight's HTML with its inline styles follows this head. The fragment of the address sets the theme.
# The heading is large text in WCAG's terms (bold, over 18.66px): verdict colours have a contrast of 3:1.
_INSIGHT: Final = """<!doctype html><html lang="en" id="dark"><meta charset="utf-8"><title>Insight</title>
<style>:root { color-scheme: light dark; }
:root:target { color-scheme: dark; } :root:has(body:target) { color-scheme: light; }
body { margin: 10px; font: 14px/1.45 system-ui, sans-serif;
background: light-dark(#fff, #14181d); color: light-dark(#1b1f24, #e8ebee); overflow-wrap: anywhere; }
h2 { font-size: 22px; margin: 0 0 6px; } p { margin: 0 0 4px; } ul { margin: 0 0 6px; padding-left: 20px; }
</style>
<body id="light">"""
_REVISION: Final = re.compile(r"[0-9]{1,15}")
_PING: Final = 15  # seconds between the comments that keep a stream open


def _saved_as(name: str) -> str:
    """Return the `Content-Disposition` for saving a file under a safe form of its name."""
    safe = harmless_name(name)
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _download(files: list[ResultFile], place: int) -> Response:
    """Return a file for saving, never for display: its content comes from a sample."""
    if place >= len(files):
        raise HTTPException(404, "There is no such attachment.")
    try:
        content = files[place].content
    except ValueError as error:
        raise HTTPException(422, "The attachment cannot be read: its content is not base64.") from error
    headers = {"Content-Disposition": _saved_as(files[place].name), "Content-Security-Policy": "sandbox"}
    return Response(content, media_type="application/octet-stream", headers=headers)


class Feeds:
    """Handles the requests of pages for their resources.

    Args:
        wall: The case wall.
        heartbeat: Signals changes of the case wall.
    """

    def __init__(self, wall: Wall, heartbeat: Heartbeat) -> None:
        self._wall = wall
        self._heartbeat = heartbeat

    async def insight(self, request: Request) -> Response:
        """Return an insight's HTML, without scripts and external resources."""
        wall = self._wall.case(request.path_params["case"]).wall
        place = request.path_params["place"]
        if not (place < len(wall) and wall[place].kind == "insight"):
            raise HTTPException(404, "There is no such insight.")
        content = str(wall[place].detail.get("content") or "")
        return Page(
            _INSIGHT + with_own_pictures(content), headers={"Content-Security-Policy": INSIGHT_POLICY}
        )

    async def widget(self, request: Request) -> Response:
        """Return a widget with a run's JSON result inserted like on the platform."""
        run = self._wall.run(request.path_params["run"])
        widgets = dict(self._wall.widgets_of(run))
        widget = widgets.get(request.path_params["widget"])
        if widget is None:
            raise HTTPException(404, "There is no such widget.")
        return Page(widget.filled(json_text(run)), headers={"Content-Security-Policy": WIDGET_POLICY})

    async def json(self, request: Request) -> Response:
        """Return a run's JSON result, unchanged."""
        text = json_text(self._wall.run(request.path_params["run"]))
        return Response(text.encode("utf-8", "replace"), media_type="application/json")

    async def attachment(self, request: Request) -> Response:
        """Return an attachment of a run's result."""
        outcome = self._wall.run(request.path_params["run"]).outcome
        return _download(result_files(outcome) if outcome else [], request.path_params["place"])

    async def case_attachment(self, request: Request) -> Response:
        """Return an attachment of the case wall."""
        files = wall_files(self._wall.case(request.path_params["case"]))
        return _download(files, request.path_params["place"])

    async def debug(self, request: Request) -> Response:
        """Return the log, stdout and stderr of all processes of a run."""
        run = self._wall.run(request.path_params["run"])
        parts = []
        for number, one in enumerate(run.rounds, 1):
            log = str(one.output["DebugOutput"]) if one.output else ""
            parts.append(
                f"--- process {number}: exit code {one.exit_code}, {one.duration:.2f} s\n{log}\n{one.stderr}"
            )
        return PlainTextResponse("\n".join(parts).encode("utf-8", "replace"))

    async def upload(self, request: Request) -> Response:
        """Store a file; return the token that forms use for this file."""
        self._check_token(request)
        name = unquote(request.headers.get("x-file-name", ""))
        try:
            upload = await self._wall.uploads.take(name, request.stream())
        except UploadRefusedError as error:
            return JSONResponse({"error": str(error)}, 413, headers={"Connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)  # the user has left the page or its files
        return JSONResponse({"token": upload.token, "name": upload.name, "size": upload.size})

    async def forget(self, request: Request) -> Response:
        """Remove a file that the user no longer selects."""
        self._check_token(request)
        self._wall.uploads.forget(request.path_params["upload"])
        return Response(status_code=204)

    async def changes(self, request: Request) -> Response:
        """Return a stream with a `change` event per revision, until page or wall is closed."""
        self._wall.case(request.path_params["case"])
        since = request.query_params.get("since")
        if since is not None and not _REVISION.fullmatch(since):
            raise HTTPException(404, "There is no such revision.")
        seen = int(since) if since else self._wall.platform.revision

        async def events() -> AsyncIterator[dict[str, str]]:
            async for revision in self._heartbeat.revisions(seen):
                yield {"event": "change", "data": str(revision)}

        return EventSourceResponse(events(), ping=_PING)

    def _check_token(self, request: Request) -> None:
        if not self._wall.token.fits(request.headers.get("x-token")):
            raise HTTPException(403, "The case wall was restarted: load the page again.")
