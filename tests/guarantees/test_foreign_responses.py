"""Another server responds instead of VMRay: the item is named, nothing is called unknown, nothing is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.guarantees.listener import Listener
from tests.guarantees.matrix.world import World, hash_item, reported_outcome, url_item

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUBMIT: Final = {"method": "POST", "path": "/rest/sample/submit"}
PAGE: Final = "<!DOCTYPE html><html><body>Request blocked. Support id: 4711</body></html>"
DENIED: Final = json.dumps({"result": "error", "error_msg": "submitting is not allowed"})


def response(status: int, body: str, **options: Any) -> Mapping[str, Any]:  # noqa: ANN401 - the emulator's own options
    """Build a fault: this response."""
    return {"kind": "status", "status": status, "body": body, "content_type": "text/html", **options}


@pytest.mark.parametrize("status", [401, 403, 404, 406, 451])
def test_a_blocked_url_does_not_affect_the_others(status: int, quick: Path, tmp_path: Path) -> None:
    """Given a firewall that blocks one submit of six, then five URLs are enriched, and one is named."""
    with World(tmp_path, quick, lifecycle="immediate") as world:
        items = [url_item(f"http://evil.example/{number}") for number in range(6)]
        world.vmray.control.inject(SUBMIT, response(status, PAGE))
        run = world.run("Scan URL", items)
        outcomes = [reported_outcome(run, item) for item in items]
        stored = [len(world.submissions(item)) for item in items]
    assert sorted(kind for kind, _ in outcomes) == ["fine"] * 5 + ["named"]
    assert sorted(stored) == [0, 1, 1, 1, 1, 1]
    reason = next(reason for kind, reason in outcomes if kind == "named")
    assert f"the response was not from VMRay: a web page with HTTP {status}; check Api Root" in reason
    assert "4711" not in run.message


@pytest.mark.parametrize("status", [403, 502])
def test_a_submit_whose_response_was_replaced_is_found(status: int, tmp_path: Path) -> None:
    """Given a firewall that replaces the response to an executed submit, then the submission is used."""
    with World(tmp_path, lifecycle="immediate") as world:
        item = url_item("http://evil.example/")
        world.vmray.control.inject(SUBMIT, response(status, PAGE, stored=True))
        run = world.run("Scan URL", [item])
        assert reported_outcome(run, item)[0] == "fine"
        assert len(world.submissions(item)) == 1


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        (404, PAGE, "a web page"),
        (404, "", "an empty response"),
        (404, "404 page not found", "another text"),
        (404, '{"detail": "Not found."}', "JSON of another form"),
        (401, PAGE, "a web page"),
        (403, '{"message": "Forbidden"}', "JSON of another form"),
        (200, PAGE, "a web page"),
    ],
)
def test_a_server_without_the_api_is_not_an_unknown_hash(
    status: int, body: str, what: str, tmp_path: Path
) -> None:
    """Given a web server at Api Root, then no hash is called unknown, and the message says what to check."""
    with World(tmp_path) as world, Listener(lambda _path: (status, {}, body.encode())) as server:
        world.platform.configure("VMRay", {"Api Root": f"{server.url}/prefix"})
        items = [hash_item("ab" * 32), hash_item("cd" * 16)]
        run = world.run("Scan Hash", items)
    for item in items:
        kind, reason = reported_outcome(run, item)
        assert kind == "named"
        assert f"the response was not from VMRay: {what} with HTTP {status}" in reason
        assert "check Api Root (http or https, host, port, prefix)" in reason
    assert "not found" not in run.message
    assert "permission" not in run.message


def test_a_fatal_error_of_one_submit_names_all_submissions(tmp_path: Path) -> None:
    """Given a 403 of VMRay to one submit of twelve, then the submissions that exist are named."""
    with World(tmp_path, lifecycle="immediate") as world:
        items = [url_item(f"http://evil.example/{number}") for number in range(12)]
        world.vmray.control.inject(SUBMIT, response(403, DENIED))
        run = world.run("Scan URL", items)
        stored = {item.name: world.submissions(item) for item in items}
    assert reported_outcome(run, items[0])[0] == "ended"
    assert "VMRay denied the request (HTTP 403): submitting is not allowed" in run.message
    assert "check that the API key has the permission to submit samples, and quota left" in run.message
    for name, submissions in stored.items():
        number = submissions[0]["submission_id"] if submissions else ""
        assert (f"{name}: kept in VMRay: submission {number}" in run.message) is bool(submissions)
