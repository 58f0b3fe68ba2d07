"""The servers and files of one batch, and the assertions that hold for every run."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from tests.guarantees.kill_switch_proxy import KillSwitchProxy
from tests.guarantees.matrix.faults import API_KEY
from tests.support.example import subject_rows
from tests.support.secret_values import ACCOUNT, PASSWORD

from secops_lab.host import ActionHost, ActionRun, RunState, launch
from secops_lab.platform import Case, LocalPlatform
from vmray_emulator import EmbeddedEmulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    import pytest
    from tests.guarantees.matrix.endpoints import Identity
    from tests.support.example import Example

    from secops_lab.host import Round

INTEGRATION: Final = Path(__file__).parents[3] / "integrations" / "vm_ray"
_DONE: Final = ("done", "malicious", "suspicious", "clean", "unknown")
_ANSWERED: Final = (*_DONE, "empty")
SECRETS: Final = (API_KEY, PASSWORD, str(ACCOUNT))


@dataclass(frozen=True, slots=True)
class Item:
    """A subject of an action: a hash, a URL, a file, or an id of VMRay.

    Attributes:
        name: The name in messages: the entity's identifier, the path, or the id.
        sha256: Hash of the file's content or of the URL's text; empty for an id.
        entity: Type and text of the entity; None for a file and for an id.
    """

    name: str
    sha256: str
    entity: tuple[str, str] | None = None


def hash_item(sha256: str) -> Item:
    """Return the item of a hash."""
    return Item(sha256.upper(), sha256, ("FILEHASH", sha256))


def url_item(url: str) -> Item:
    """Return the item of a URL."""
    return Item(url.upper(), _sha256(url.encode()), ("DestinationURL", url))


def file_item(path: Path, content: bytes) -> Item:
    """Write a file, and return its item."""
    path.write_bytes(content)
    return Item(str(path), _sha256(content))


def items_of(example: Example, folder: Path) -> list[Item]:
    """Return the items of an example: its entities, its files, its ids, or its only subject."""
    found = [
        Item(text.upper(), text if kind == "FILEHASH" else _sha256(text.encode()), (kind, text))
        for kind, text in example.entities
    ]
    found += [Item(str(folder / name), _sha256(content)) for name, content in example.files.items()]
    found += [Item(each, "") for each in example.ids]
    return found or [Item("", "")]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def set_environment(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    """Set environment variables, also for the processes of actions."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(launch, "_KEPT", (*launch._KEPT, *variables))


class World:
    """The servers, the platform and the files of one batch; a context manager.

    Attributes:
        vmray: The emulator.
        platform: The platform.
        folder: For files.
    """

    def __init__(self, folder: Path, integration: Path = INTEGRATION, **settings: Any) -> None:  # noqa: ANN401 - the emulator's own settings
        self.folder = folder
        self._integration = integration
        self._stack = ExitStack()
        self._settings = settings
        self.proxy: KillSwitchProxy | None = None

    def __enter__(self) -> Self:
        self.vmray = self._stack.enter_context(EmbeddedEmulator(api_key=API_KEY, **self._settings))
        self.vmray.control.configure(sample_password=PASSWORD)
        self.platform = self._stack.enter_context(LocalPlatform())
        self.host = ActionHost(self.platform, self._integration)
        self.platform.configure("VMRay", {"Api Root": self.vmray.url, "Api Key": API_KEY})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def prepare(self, example: Example) -> dict[str, str]:
        """Bring VMRay into the state of an example, write the files, and return the parameters."""
        self.vmray.control.set_lifecycle("immediate")
        self.vmray.control.configure(**example.settings)
        example.setup(self.vmray)
        return example.given(self.folder)

    def close_before(self, request_line: str) -> None:
        """Put a proxy before VMRay that closes when a request with this pattern arrives."""
        self.proxy = self._stack.enter_context(KillSwitchProxy(self.vmray.url, request_line))
        self.platform.configure("VMRay", {"Api Root": self.proxy.url})

    def sample_id(self, item: Item) -> int:
        """Return the id of an item's sample."""
        samples = self.vmray.control.samples()
        return next(int(each["sample_id"]) for each in samples if each["sample_sha256hash"] == item.sha256)

    def submissions(self, item: Item) -> list[dict[str, Any]]:
        """Return the submissions of an item that actions made, without those of the preparation."""
        found = self.vmray.control.submissions()
        mine = [each for each in found if each["submission_sample_sha256"] == item.sha256]
        return [each for each in mine if json.loads(each["submission_submission_metadata"])]

    def paid(self, item: Item) -> int:
        """Return how many requests about an item VMRay executed that use quota and are no submissions."""
        names = self._names_of(item)
        return sum(str(each["id"]) in names for each in self.vmray.control.bookings())

    def owners(
        self, identities: Iterable[Identity], items: Sequence[Item], keys: Mapping[str, str]
    ) -> dict[Identity, str]:
        """Return for each request the name of its item: the item whose hash, id or key is in the request.

        Raises:
            LookupError: A request is about none of them.
        """
        names = {item.name: self._names_of(item) for item in items}
        return {identity: _owner(identity, names, keys) for identity in identities}

    def _names_of(self, item: Item) -> set[str]:
        """Return the hash of an item, its search, and the ids of what belongs to it; or its own id."""
        control = self.vmray.control
        if not item.sha256:
            own = [each for each in control.submissions() if str(each["submission_id"]) == item.name]
            sample_ids = {str(each["submission_sample_id"]) for each in own}
            return {item.name, *sample_ids, *self._ids_of_sample(item.name)}
        samples = [each for each in control.samples() if each["sample_sha256hash"] == item.sha256]
        numbers = [str(each["sample_id"]) for each in samples]
        search = f"url == {item.entity[1]}" if item.entity else item.sha256
        ids = {each for number in numbers for each in (number, *self._ids_of_sample(number))}
        return {item.sha256, search, *ids}

    def _ids_of_sample(self, number: str) -> set[str]:
        """Return the ids of the submissions and analyses of a sample."""
        control = self.vmray.control
        submissions = {
            str(each["submission_id"])
            for each in control.submissions()
            if str(each["submission_sample_id"]) == number
        }
        analyses = {
            str(each["analysis_id"])
            for each in control.analyses()
            if str(each["analysis_sample_id"]) == number
        }
        return submissions | analyses

    def submission_id(self, item: Item) -> int:
        """Return the id of an item's first submission."""
        return int(self.submissions(item)[0]["submission_id"])

    def run(
        self,
        action: str,
        items: Sequence[Item],
        parameters: Mapping[str, str] | None = None,
        *,
        case: Case | None = None,
        on_round: Callable[[int], None] | None = None,
        **limits: Any,  # noqa: ANN401 - the host's own
    ) -> ActionRun:
        """Run an action on items, and assert what holds for every run."""
        entities = [item.entity for item in items if item.entity]
        self.case = case or self.platform.new_case(entities=entities)
        files = [item.name for item in items if item.entity is None and item.sha256]
        if files and not any(files[0] in value for value in (parameters or {}).values()):
            parameters = {"Sample File Path": ",".join(files), **(parameters or {})}
        rounds = 0

        def count(_round: Round) -> None:
            nonlocal rounds
            rounds += 1
            if on_round is not None:
                on_round(rounds)

        run = self.host.run(action, self.case, parameters, on_round=count, **limits)
        self._assert_no_crash_and_no_secret(run, limits.get("script_timeout", 300.0))
        return run

    def _assert_no_crash_and_no_secret(self, run: ActionRun, script_timeout: float) -> None:
        """Assert that there is no crash, no timeout, no unexpected error and no secret."""
        assert run.state in (RunState.COMPLETED, RunState.FAILED), (
            run.state,
            run.message,
            run.rounds[-1].stderr,
        )
        for each in run.rounds:
            assert each.exit_code == 0
            assert each.duration < script_timeout
            output = each.stdout + each.stderr
            assert "unexpected" not in output, output
            assert "Traceback" not in output, output
        everything = output_of(run) + json.dumps([self.case.entities, self.case.insights, self.case.comments])
        everything += json.dumps([call.body for call in self.platform.requests()])
        for secret in SECRETS:
            assert secret not in everything


def _owner(identity: Identity, names: Mapping[str, set[str]], keys: Mapping[str, str]) -> str:
    _, path, query = identity
    values = [*path.split("/"), *(value for _, value in query)]
    for name, mine in names.items():
        if mine & set(values) or any(key in value for key in keys if keys[key] == name for value in values):
            return name
    raise LookupError(f"no item has this request: {identity}")


def output_of(run: ActionRun) -> str:
    """Return everything that the processes of a run wrote: output, message and results."""
    return "".join(each.stdout + each.stderr for each in run.rounds) + run.message + json.dumps(run.results)


def reported_outcome(
    run: ActionRun,
    item: Item,
    usual: bool | str = True,  # noqa: FBT001, FBT002 - a script result
    *,
    names_subjects: bool = True,
) -> tuple[str, str]:
    """Return the outcome of an item: `fine`, `named` or `ended`, and the details about the item.

    Args:
        run: The run.
        item: The item.
        usual: The script result of the same run without a fault, which can be another word than `done`.
        names_subjects: Whether the sentence about success names the item.
    """
    if run.state is RunState.FAILED:
        return "ended", run.message
    documented, _, details = run.message.partition("\n\nDetails:\n")
    told = [re.fullmatch(rf"{_named(item)}: (.*)", line) for line in details.splitlines()]
    reason = "\n".join(line[1] for line in told if line)
    if isinstance(run.result_value, str):
        return _outcome_of_row(run, item, str(usual), names_subjects=names_subjects), reason or details
    if item.entity is None and item.sha256:
        rows = [row for row in run.json_result["files"] if row["file_path"] == item.name]
        assert rows, f"{item.name} has no row"
        return ("fine" if all(row["result"] == "ok" for row in rows) else "named"), reason
    if item.entity is None:
        return "fine", reason
    results = [each for each in run.json_result if each["Entity"] == item.name]
    done, _, missed = documented.partition("Action wasn't able")
    places = [len(re.findall(rf"(?m)(?:^|: ){re.escape(item.name)}$", part)) for part in (done, missed)]
    nothing = "None of the provided entities were enriched." in documented
    assert places in ([1, 0], [0, 1]) or (nothing and places == [0, 0]), (
        f"{item.name} is not named exactly once"
    )
    assert len(results) == places[0]
    return ("fine" if results else "named"), reason


def _named(item: Item) -> str:
    """Return the pattern of an item's name; some actions write the kind of an id before it."""
    return f"(?:(?:submission|analysis|sample|job) )?{re.escape(item.name)}"


def _outcome_of_row(run: ActionRun, item: Item, usual: str, *, names_subjects: bool) -> str:
    """Return the outcome in an item's row, for an action with outcome words; without a name, of all rows."""
    rows = subject_rows(run.json_result)
    if item.name:
        rows = [row for row in rows if item.name in (row.get("entity"), row["subject"].split()[-1])]
        assert len(rows) == 1, f"{item.name} has {len(rows)} rows"
        _assert_listed(run, item, rows[0], usual, names_subjects=names_subjects)
    fine = [row["outcome"] in (*_ANSWERED, usual) and not _is_uncertain(row) for row in rows]
    return "fine" if all(fine) else "named"


def _is_uncertain(row: Mapping[str, Any]) -> bool:
    """Whether it is not certain that VMRay stored the item of a row."""
    return row["outcome"] == "pending" and row.get("submission_id", 0) is None


def _is_done(row: Mapping[str, Any], usual: str) -> bool:
    """Whether the item of a row has a result, was submitted, or is pending as usual."""
    is_expected = usual == "pending" or row.get("decision") == "submit"
    is_pending = row["outcome"] == "pending" and is_expected and not _is_uncertain(row)
    return row["outcome"] in _DONE or is_pending


def _assert_listed(
    run: ActionRun, item: Item, row: Mapping[str, Any], usual: str, *, names_subjects: bool
) -> None:
    """Assert that the sentence of the item's outcome names it; with no item done, that no sentence does."""
    any_done = any(_is_done(each, usual) for each in subject_rows(run.json_result))
    is_done = _is_done(row, usual)
    documented = run.message.partition("\n\nDetails:\n")[0]
    done, *missed = re.split(r"\n(?=Action wasn't able|Waiting for the results|The following)", documented)
    # items that wait are named although none is done
    waits = row["outcome"] == "pending" and any(part.startswith("Waiting") for part in missed)
    named = rf"(?m)(?:^|: |, ){_named(item)}(?:,|$)"
    listed = [bool(re.search(named, part)) for part in (done, "\n".join(missed))]
    is_missed = not is_done and row["outcome"] not in _ANSWERED
    assert listed == [is_done and names_subjects, is_missed and (any_done or waits)], (
        f"{item.name}: {row['outcome']}, and the message is {run.message}"
    )
