"""For each request of each action: a situation in which it is made, for as many items as are wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from tests.guarantees.matrix import requests_made as r
from tests.guarantees.matrix.world import ACCOUNT, PASSWORD, Item, World, file_item, hash_item, url_item

EVER: Final = 10_000
Items = Callable[[World, int], list[Item]]
Match = Callable[[World, Item], dict[str, Any]]


class Sharing(Enum):
    """How many cells one run can hold."""

    BY_ITEM = "each item meets a fault of its own"
    ALONE = "one run for each fault"
    BY_ROUND = "each round meets another fault"
    POOLED = "all faults are there at once, and whoever comes meets the next"


@dataclass(frozen=True, slots=True)
class Scene:
    """A situation.

    Attributes:
        items: Makes the items, and what VMRay knows of them.
        match: Which request of an item the fault waits for.
        sharing: How many cells one run can hold.
        thin: Whether representatives stand for the persistent faults, each of which takes a run to the end.
        first_round: Whether the request is made in the first round already.
        given: What else is wrong in this situation.
        count: How many items a run needs at least.
        settings: Of the emulator.
        parameters: Of the action.
    """

    items: Items
    match: Match
    sharing: Sharing = Sharing.BY_ITEM
    thin: bool = False
    first_round: bool = False
    given: Callable[[World, list[Item]], None] = lambda _world, _items: None
    count: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


def _get(path: str, **query: str) -> dict[str, Any]:
    return {"method": "GET", "path": path, **({"query": query} if query else {})}


def _hashes(world: World, count: int, *, copies: int = 1, locked: bool = False) -> list[Item]:
    """Hashes of files that VMRay knows, with secrets in them that must not leave it."""
    secret = {"sample_password": PASSWORD, "sample_account_ids": [ACCOUNT]}
    found = [{"category": "Execution", "operation": "Runs a program", "score": 4}]
    samples = [
        world.vmray.control.add_sample(
            filename=f"known-{number}.exe",
            iocs={"domains": ["c2.example"]},
            indicators=found,
            locked=locked,
            **secret,
        )
        for number in range(count)
        for _ in range(copies)
    ]
    return [hash_item(sample["sample_sha256hash"]) for sample in samples[::copies]]


def _urls(world: World, count: int, **known: bool) -> list[Item]:
    urls = [f"http://evil{number}.example/path" for number in range(count)]
    for url in urls if known else ():
        world.vmray.control.add_sample(url=url)
    return [url_item(url) for url in urls]


def _files(world: World, count: int, **known: bool) -> list[Item]:
    items = [
        file_item(world.folder / f"file {number}.txt", f"content {number}".encode())
        for number in range(count)
    ]
    for item in items if known else ():
        world.vmray.control.add_sample(filename=item.name.rpartition("/")[2], sha256=item.sha256)
    return items


def _configured(items: Items, **settings: Any) -> Items:  # noqa: ANN401 - the emulator's own settings
    def make(world: World, count: int) -> list[Item]:
        world.vmray.control.configure(**settings)
        return items(world, count)

    return make


def _order(world: World, match: Mapping[str, Any], times: int, **fault: Any) -> None:  # noqa: ANN401 - any option
    world.vmray.control.inject(match=dict(match), fault=fault, times=times)


def _no_list_of_several(world: World, _items: list[Item]) -> None:
    _order(world, _get("/rest/submission", _min_id="*"), EVER, kind="result_error", error_msg="no windows")


def _locked_reports(world: World, items: list[Item]) -> None:
    for item in items:
        _order(world, _get(f"/rest/sample/{world.sample_id(item)}/*"), EVER, kind="status", status=403)


def _lost_submits(world: World, items: list[Item]) -> None:
    submit = {"method": "POST", "path": "/rest/sample/submit"}
    _order(world, submit, len(items), kind="reset_before", stored=False)


def _old_tag_form(world: World, _items: list[Item]) -> None:
    _order(world, {"method": "POST", "path": "/rest/submission/*/tag"}, EVER, kind="status", status=404)


def _submission(world: World, _count: int) -> list[Item]:
    world.vmray.control.add_sample(filename="tagged.exe")
    return [Item("1", "")]


def _tag_parameters(name: str) -> Mapping[str, str]:
    return {"Submission ID": "6001", "Tag Name": name}


def _of_sample(suffix: str) -> Match:
    return lambda world, item: _get(f"/rest/sample/{world.sample_id(item)}{suffix}")


def _submit(_world: World, _item: Item) -> dict[str, Any]:
    return {"method": "POST", "path": "/rest/sample/submit"}


def _detonation(items: Items, known: Items) -> dict[r.Request, Scene]:
    """The situations that Scan URL and Upload File And Get Report share."""
    rest = _configured(items, api_items_per_request=1)
    return {
        r.EARLIER: Scene(items, lambda _world, _item: {}, first_round=True),
        r.SUBMIT: Scene(items, _submit, Sharing.ALONE, first_round=True),
        r.POLL: Scene(
            items, lambda w, i: _get(f"/rest/submission/{w.submission_id(i)}"), given=_no_list_of_several
        ),
        r.WINDOW: Scene(
            items, lambda _w, _i: _get("/rest/submission", _min_id="*"), Sharing.BY_ROUND, thin=True, count=2
        ),
        r.CHILDREN: Scene(
            items,
            lambda w, i: _get("/rest/submission", submission_parent_submission_id=str(w.submission_id(i))),
        ),
        r.REST: Scene(
            rest, lambda _w, _i: _get("/rest/continuation/*"), Sharing.BY_ROUND, thin=True, count=2
        ),
        r.OF_SAMPLE: Scene(
            _configured(known, analysis_caching="legacy"),
            lambda w, i: _get(f"/rest/submission/sample/{w.sample_id(i)}"),
            first_round=True,
        ),
        r.SAMPLE: Scene(items, _of_sample("")),
        r.ANALYSES: Scene(
            _configured(items, profile="partly-failed"),
            lambda w, i: _get(f"/rest/analysis/submission/{w.submission_id(i)}"),
        ),
        r.NEWEST: Scene(
            items,
            lambda _w, _i: _get("/rest/submission", _order="desc"),
            Sharing.POOLED,
            thin=True,
            first_round=True,
            given=_lost_submits,
        ),
    }


def _locks(items: Items) -> Scene:
    return Scene(items, lambda w, i: _get(f"/rest/analysis/sample/{w.sample_id(i)}"), given=_locked_reports)


_HASH: Final = "/rest/sample/sha256/"
SCENES: Final[Mapping[tuple[str, r.Request], Scene]] = {
    ("Ping", r.ACCESS): Scene(
        _submission, lambda _w, _i: _get("/rest/analysis"), Sharing.ALONE, first_round=True
    ),
    ("Add Tag to Submission", r.TAG): Scene(
        _submission,
        lambda _w, _i: {"method": "POST", "path": "/rest/submission/*/tag"},
        Sharing.ALONE,
        first_round=True,
        parameters=_tag_parameters("phish"),
    ),
    ("Add Tag to Submission", r.TAG_IN_PATH): Scene(
        _submission,
        lambda _w, _i: {"method": "POST", "path": "/rest/submission/*/tag/*"},
        Sharing.ALONE,
        first_round=True,
        given=_old_tag_form,
        parameters=_tag_parameters("phish"),
    ),
    ("Scan Hash", r.BY_HASH): Scene(_hashes, lambda _w, i: _get(f"{_HASH}{i.sha256}"), first_round=True),
    ("Scan Hash", r.IOCS): Scene(_hashes, _of_sample("/iocs"), first_round=True),
    ("Scan Hash", r.INDICATORS): Scene(_hashes, _of_sample("/vtis"), first_round=True),
    ("Scan Hash", r.LOCKS): Scene(
        lambda w, n: _hashes(w, n, locked=True),
        lambda w, i: _get(f"/rest/analysis/sample/{w.sample_id(i)}"),
        first_round=True,
        given=_locked_reports,
    ),
    ("Scan Hash", r.REST): Scene(
        _configured(lambda w, n: _hashes(w, n, copies=2), api_items_per_request=1),
        lambda _w, _i: _get("/rest/continuation/*"),
        Sharing.ALONE,
        first_round=True,
    ),
    **{
        ("Scan URL", request): scene
        for request, scene in _detonation(_urls, lambda w, n: _urls(w, n, known=True)).items()
    },
    # an item without a verdict is asked about, too; a URL has one analysis, which cannot fail in part
    ("Scan URL", r.ANALYSES): Scene(
        _configured(_urls, profile="no-verdict"),
        lambda w, i: _get(f"/rest/analysis/submission/{w.submission_id(i)}"),
    ),
    ("Scan URL", r.IOCS): Scene(_urls, _of_sample("/iocs")),
    ("Scan URL", r.INDICATORS): Scene(_urls, _of_sample("/vtis")),
    ("Scan URL", r.LOCKS): _locks(_configured(_urls, locked=True)),
    **{
        ("Upload File And Get Report", request): scene
        for request, scene in _detonation(_files, lambda w, n: _files(w, n, known=True)).items()
    },
    ("Upload File And Get Report", r.LIMITS): Scene(
        _files, lambda _w, _i: _get("/rest/system_info"), Sharing.ALONE, thin=True, first_round=True
    ),
    ("Upload File And Get Report", r.BY_HASH): Scene(
        lambda w, n: _files(w, n, known=True),
        lambda _w, i: _get(f"{_HASH}{i.sha256}"),
        first_round=True,
        given=_lost_submits,
    ),
}
