"""The case wall without its pages: the lab's platform and host, the runs, the uploads, the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from starlette.exceptions import HTTPException

from .drafts import Drafts
from .predefined import PredefinedWidget, load_widgets
from .run_registry import RunRegistry, WallRun
from .safety import Token
from .uploads import UploadBox
from .views import json_text

if TYPE_CHECKING:
    from secops_lab.host import ActionHost
    from secops_lab.manifest import ActionSpec
    from secops_lab.platform import Case, LocalPlatform

    from .settings import WallSettings


Found = TypeVar("Found")


def _found(value: Found | None, problem: str) -> Found:
    if value is None:
        raise HTTPException(404, problem)
    return value


class Wall:
    """The objects that the pages show and change.

    Args:
        platform: The started platform.
        host: Starts the actions of the integration.
        settings: The settings of the case wall.
    """

    def __init__(self, platform: LocalPlatform, host: ActionHost, settings: WallSettings) -> None:
        self.platform = platform
        self.host = host
        self.settings = settings
        self.token = Token()
        self.uploads = UploadBox(settings.upload_limit, settings.uploads_limit)
        self.drafts = Drafts(self.uploads)
        self.runs = RunRegistry(platform, host, settings)
        self._widgets = load_widgets(host.integration)

    def close(self) -> None:
        """Stop the runs and remove the uploads."""
        self.runs.close()
        self.uploads.close()

    def case(self, number: int) -> Case:
        """Return the case with this number.

        Raises:
            HTTPException: The case does not exist.
        """
        return _found(self.platform.case(number), f"There is no case {number}.")

    def run(self, number: int) -> WallRun:
        """Return the run with this number.

        Raises:
            HTTPException: The run does not exist.
        """
        return _found(self.runs.find(number), f"There is no run {number}.")

    def action(self, name: str) -> ActionSpec:
        """Return the action with this name; without a name, an action that can run with its defaults.

        Raises:
            HTTPException: The integration has no such action.
        """
        action = self.host.integration.action(name) if name else self._ready_action()
        return _found(action, "The integration has no such action.")

    def _ready_action(self) -> ActionSpec | None:
        """Return the first action that can run with its defaults, or else the first action."""
        actions = self.host.actions()
        ready = (
            one
            for one in actions
            if one.parameters and all(each.default or not each.mandatory for each in one.parameters)
        )
        return next(ready, actions[0] if actions else None)

    def widgets_of(self, run: WallRun) -> list[tuple[int, PredefinedWidget]]:
        """Return the widgets that the platform would show for a run, with their numbers."""
        text = json_text(run)
        numbered = enumerate(self._widgets)
        return [
            (n, one) for n, one in numbered if text and one.action == run.action.name and one.applies(text)
        ]
