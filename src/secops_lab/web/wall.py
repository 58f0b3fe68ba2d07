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
    """Everything that the pages show and change.

    Args:
        platform: The started platform.
        host: Starts the actions of the integration.
        settings: How it behaves.
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
        """End the runs and remove the uploads."""
        self.runs.close()
        self.uploads.close()

    def case(self, number: int) -> Case:
        """The case of this number.

        Raises:
            HTTPException: There is none.
        """
        return _found(self.platform.case(number), f"There is no case {number}.")

    def run(self, number: int) -> WallRun:
        """The run of this number.

        Raises:
            HTTPException: There is none.
        """
        return _found(self.runs.find(number), f"There is no run {number}.")

    def action(self, name: str) -> ActionSpec:
        """The action of this name; without a name one that can be run as it stands.

        Raises:
            HTTPException: The integration has no such action.
        """
        action = self.host.integration.action(name) if name else self._ready_action()
        return _found(action, "The integration has no such action.")

    def _ready_action(self) -> ActionSpec | None:
        """The first action whose parameters need nothing but their defaults, or the first of all."""
        actions = self.host.actions()
        ready = (
            one
            for one in actions
            if one.parameters and all(each.default or not each.mandatory for each in one.parameters)
        )
        return next(ready, actions[0] if actions else None)

    def widgets_of(self, run: WallRun) -> list[tuple[int, PredefinedWidget]]:
        """The widgets that the platform would show for a run, with their numbers."""
        text = json_text(run)
        numbered = enumerate(self._widgets)
        return [
            (n, one) for n, one in numbered if text and one.action == run.action.name and one.applies(text)
        ]
