"""The pages of the case wall and the requests that change cases and runs."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from secops_lab.runs.arguments import COMMON_ENTITY_TYPES
from secops_lab.runs.attachments import wall_files

from .run_registry import TooManyRunsError
from .text import visible
from .views import RunView, entities_of, insights_of

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from secops_lab.manifest import ActionSpec
    from secops_lab.platform import Case

    from .drafts import Draft
    from .wall import Wall

_LONGEST_TITLE: Final = 200
_LONGEST_IDENTIFIER: Final = 4_000


class Page(HTMLResponse):
    """An HTML response that replaces characters that UTF-8 cannot encode (lone surrogates) by `?`."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - the base class's signature
        """Encode the page."""
        return str(content).encode("utf-8", "replace")


def environment() -> Environment:
    """Return the templates: every value is escaped, and an unknown name is an error."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    env = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    env.filters["visible"] = visible
    return env


class Pages:
    """Renders pages and handles forms.

    Args:
        wall: The case wall with its cases and runs.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._templates = environment()

    async def cases(self, _: Request) -> Response:
        """Show all cases and the form for a new case."""
        return self._page("cases.html", cases=self._wall.platform.cases(), entity_types=COMMON_ENTITY_TYPES)

    async def open_case(self, request: Request) -> Response:
        """Open a case."""
        form = await self._form(request)
        title = _text(form, "title", _LONGEST_TITLE) or "Suspicious activity"
        entity = _entity(form)
        case = self._wall.platform.new_case(title, [entity] if entity else [])
        return RedirectResponse(f"/cases/{case.identifier}", 303)

    async def case(self, request: Request) -> Response:
        """One case."""
        case = self._wall.case(request.path_params["case"])
        action = self._wall.action(request.query_params.get("action", ""))
        return self._case_page(case, action, self._wall.drafts.last(case, action))

    async def parts(self, request: Request) -> Response:
        """Return the parts of a case's page that change while actions run."""
        case = self._wall.case(request.path_params["case"])
        return self._page("parts.html", **self._live(case))

    async def add_entity(self, request: Request) -> Response:
        """Add an entity to a case."""
        case = self._wall.case(request.path_params["case"])
        form = await self._form(request)
        entity = _entity(form)
        if entity is None:
            raise HTTPException(422, "An entity needs a type from the list and a value.")
        action = self._keep_draft(form, case)
        case.add_entity(*entity)
        return self._back(case, action, "entities")

    async def attach(self, request: Request) -> Response:
        """Add uploaded files to the case wall."""
        case = self._wall.case(request.path_params["case"])
        form = await self._form(request)
        uploads = self._wall.uploads
        files = [uploads.find(token) for token in form.getlist("file") if isinstance(token, str)]
        if not files or None in files:
            raise HTTPException(422, "A file is missing: choose it again.")
        action = self._keep_draft(form, case)
        chosen = [file for file in files if file is not None]
        uploads.hand_over(chosen)
        for file in chosen:
            case.attach(file.name, await asyncio.to_thread(file.path.read_bytes))
        uploads.remove(chosen)
        return self._back(case, action, "notes")

    def _keep_draft(self, form: FormData, case: Case) -> ActionSpec:
        """Store the form of the action if the request also contains it; return the action."""
        action = self._wall.action(_text(form, "action", _LONGEST_TITLE))
        if "draft" in form:
            self._wall.drafts.read(form, case, action, case.entities)
        return action

    async def start(self, request: Request) -> Response:
        """Start an action."""
        case = self._wall.case(request.path_params["case"])
        form = await self._form(request)
        action = self._wall.action(_text(form, "action", _LONGEST_TITLE))
        entities = case.entities
        draft = self._wall.drafts.read(form, case, action, entities)
        if draft.has_problem:
            return self._case_page(case, action, draft, "Nothing was started: see below.", 422)
        chosen = [entity for number, entity in enumerate(entities) if number not in draft.unticked]
        values = {field.spec.name: field.sent_value for field in draft.fields}
        files = [file for field in draft.fields for file in field.files]
        try:
            at_end = partial(self._wall.uploads.remove, files)
            run = self._wall.runs.start(action, case, chosen, values, at_end)
        except TooManyRunsError as error:
            return self._case_page(case, action, draft, f"Nothing was started: {error}.", 429)
        self._wall.uploads.hand_over(files)
        return self._back(case, action, f"run-{run.number}")

    async def cancel(self, request: Request) -> Response:
        """Cancel a run."""
        run = self._wall.run(request.path_params["run"])
        await self._form(request)
        run.cancel.set()
        return self._back(run.case, run.action, f"run-{run.number}")

    async def failure(self, _: Request, error: Exception) -> Response:
        """Show an error."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        message = (
            error.detail
            if isinstance(error, HTTPException)
            else "Internal error of the case wall; see its terminal."
        )
        return self._page("failure.html", status, status=status, message=message)

    async def _form(self, request: Request) -> FormData:
        form = await request.form(max_files=0, max_fields=2_000)
        if not self._wall.token.fits(form.get("token")):
            raise HTTPException(403, "The case wall was restarted: load the page again.")
        return form

    def _case_page(
        self, case: Case, action: ActionSpec, draft: Draft, problem: str = "", status: int = 200
    ) -> Response:
        ticked = {number for number in range(len(case.entities)) if number not in draft.unticked}
        more = {"action": action, "fields": draft.fields, "ticked": ticked, "problem": problem}
        offered = {"actions": self._wall.host.actions(), "entity_types": COMMON_ENTITY_TYPES}
        return self._page("case.html", status, **self._live(case), **more, **offered)

    def _live(self, case: Case) -> dict[str, Any]:
        revision = self._wall.platform.revision
        runs = [RunView(run, self._wall.widgets_of(run)) for run in self._wall.runs.of_case(case)]
        theirs = {insight.place for run in runs for insight in run.insights}
        others = [one for one in insights_of(case.wall) if one.place not in theirs]
        return {
            "case": case,
            "revision": revision,
            "runs": runs,
            "entities": entities_of(case),
            "insights": others,
            "attachments": wall_files(case),
        }

    def _back(self, case: Case, action: ActionSpec, place: str) -> Response:
        return RedirectResponse(f"/cases/{case.identifier}?action={action.stem}#{place}", 303)

    def _page(self, template: str, status_code: int = 200, **values: Any) -> Response:  # noqa: ANN401 - any value that a template shows
        settings = self._wall.settings
        common = {
            "token": self._wall.token.text,
            "settings": settings,
            "name": self._wall.host.integration.name,
        }
        return Page(self._templates.get_template(template).render(**common, **values), status_code)


def _text(form: FormData, name: str, longest: int) -> str:
    value = form.get(name)
    return value.strip()[:longest] if isinstance(value, str) else ""


def _entity(form: FormData) -> tuple[str, str] | None:
    kind, value = _text(form, "entity_type", 100), _text(form, "identifier", _LONGEST_IDENTIFIER)
    return (kind, value) if kind in COMMON_ENTITY_TYPES and value else None
