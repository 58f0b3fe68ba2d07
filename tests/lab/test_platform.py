"""The platform by itself: its HTTP calls, what it refuses, and reading while others write."""

from __future__ import annotations

import base64
import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
from tests.waiting import PATIENT, until

from secops_lab.platform import LocalPlatform, PlatformRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

SDK = "/api/external/v1/sdk/"


class Client:
    """Calls the platform with its key."""

    def __init__(self, platform: LocalPlatform) -> None:
        self.session = requests.Session()
        self.session.headers["AppKey"] = platform.app_key
        self._root = f"http://{platform.host}:{platform.port}"

    def get(self, path: str) -> requests.Response:
        """Call a path below the SDK's."""
        return self.session.get(f"{self._root}{SDK}{path}?format=snake", timeout=PATIENT)

    def post(self, path: str, body: object) -> requests.Response:
        """Post JSON to a path below the SDK's."""
        return self.session.post(f"{self._root}{SDK}{path}?format=snake", json=body, timeout=PATIENT)


@pytest.fixture
def client(platform: LocalPlatform) -> Iterator[Client]:
    """Connect to the platform."""
    client = Client(platform)
    with client.session:
        yield client


def test_only_the_key_opens(platform: LocalPlatform, client: Client) -> None:
    """A wrong or missing AppKey is refused whatever is asked."""
    platform.new_case()

    for key in ("", "wrong"):
        client.session.headers["AppKey"] = key
        answer = client.get("CaseMetadata/1")
        assert (answer.status_code, answer.text) == (401, "unknown AppKey")


def test_identifiers_are_upper_cased(platform: LocalPlatform) -> None:
    """An entity keeps the text it was ingested with as a property."""
    case = platform.new_case(entities=[("DestinationURL", "http://x/aB")])

    (entity,) = case.entities
    assert (entity["identifier"], entity["entity_type"]) == ("HTTP://X/AB", "DestinationURL")
    assert entity["additional_properties"] == {"OriginalIdentifier": "http://x/aB"}


def test_an_entity_is_there_once(platform: LocalPlatform) -> None:
    """Adding the same entity again, in whatever case, changes nothing."""
    case = platform.new_case(entities=[("FILEHASH", "ab")])

    again = case.add_entity("FILEHASH", "AB", is_suspicious=True)
    case.add_entity("FILENAME", "ab", is_suspicious=True)

    assert again["is_suspicious"] is False
    assert [(one["entity_type"], one["is_suspicious"]) for one in case.entities] == [
        ("FILEHASH", False),
        ("FILENAME", True),
    ]
    with pytest.raises(ValueError, match="an entity has no colour"):
        case.add_entity("FILEHASH", "cd", colour="red")


def test_case_and_alert_shapes(platform: LocalPlatform, client: Client) -> None:
    """The key sets are those that the SDK's constructors take."""
    case = platform.new_case("Phishing", entities=[("FILEHASH", "ab")], environment="Lab")
    case.new_alert("Second", entities=[("FILEHASH", "cd")], events=[{"name": "event", "start_time": 5}])

    metadata = client.get("CaseMetadata/1").json()
    full = client.get("CaseFullDetails/1/False").json()
    alerts = client.get("AlertsFullDetails/1/False").json()
    body = {"case_id": 1, "alert_id_str": "CASE_1_ALERT_2", "populate_original_file": False}
    second = client.post("AlertFullDetails", body).json()

    assert len(metadata) == 21
    assert (metadata["title"], metadata["environment"], metadata["alert_count"]) == ("Phishing", "Lab", 2)
    assert full == {**metadata, "cyber_alerts": alerts}
    assert alerts[1] == second
    assert len(second) == 20
    assert [one["identifier"] for one in second["domain_entities"]] == ["CD"]
    assert [len(one) for one in second["domain_entities"]] == [13]
    assert second["security_events"] == [{"name": "event", "start_time": 5}]


def test_configuration_is_found_by_instance_and_by_name(platform: LocalPlatform, client: Client) -> None:
    """All values are texts, set ones before defaults; the agent is null."""
    instance = platform.install("Toy", 3.0, {"Api Root": "http://default", "Verify SSL": "true"})
    platform.configure("Toy", {"Api Root": "http://set"})
    expected = {"Api Root": "http://set", "Verify SSL": "true", "AgentIdentifier": None}

    assert client.get(f"configuration/{instance.instance_id}").json() == expected
    assert client.get("configuration/Toy").json() == expected
    assert client.get("GetIntegrationVersion/Toy").json() == 3.0
    assert client.get("configuration/Nothing").status_code == 404
    assert client.get("GetIntegrationVersion/Nothing").status_code == 404


def test_context_values(client: Client) -> None:
    """No value is 204; trying does not overwrite; more than 3,000,000 characters are refused."""
    place: dict[str, Any] = {"ContextType": 1, "Identifier": 7, "PropertyKey": "k"}

    answers = [
        client.post("GetContextProperty", place).status_code,
        client.post("TrySetContextProperty", {**place, "PropertyValue": "a"}).json(),
        client.post("TrySetContextProperty", {**place, "PropertyValue": "b"}).json(),
        client.post("GetContextProperty", place).json(),
        client.post("SetContextProperty", {**place, "PropertyValue": "c"}).json(),
        client.post("GetContextProperty", place).json(),
        client.post("GetContextProperty", {**place, "ContextType": 2}).status_code,
        client.post("SetContextProperty", {**place, "PropertyValue": "x" * 3_000_001}).status_code,
        client.post("SetContextProperty", {**place, "PropertyValue": "x" * 3_000_000}).status_code,
    ]

    assert answers == [204, True, False, "a", True, "c", 204, 400, 200]


def test_attachments(platform: LocalPlatform, client: Client) -> None:
    """Up to 5 MB are taken and come back byte by byte; more is refused with the words the SDK looks for."""
    case = platform.new_case()
    content = bytes(range(256)) * (5 * 4096)
    body = {
        "case_identifier": 1,
        "name": "a",
        "type": ".bin",
        "description": None,
        "is_favorite": False,
        "base64_blob": base64.b64encode(content).decode(),
    }

    assert client.post("AddAttachment", body).json() == 1
    assert client.get("AttachmentData/1").content == content
    assert client.get("AttachmentData/2").status_code == 404
    refused = client.post("AddAttachment", {**body, "base64_blob": base64.b64encode(content + b"x").decode()})
    assert (refused.status_code, "Attachment size" in refused.text) == (400, True)
    assert client.post("AddAttachment", {**body, "base64_blob": "no!"}).status_code == 400
    assert len(case.attachments) == 1


def test_updates_are_checked(platform: LocalPlatform, client: Client) -> None:
    """An update names an entity that is there, with all its 13 keys, or changes nothing."""
    case = platform.new_case(entities=[("FILEHASH", "ab")])
    (entity,) = case.entities
    short = {key: value for key, value in entity.items() if key != "is_pivot"}

    assert client.post("UpdateEntities", [{**entity, "identifier": "CD"}]).status_code == 404
    assert client.post("UpdateEntities", [{**entity, "case_identifier": 9}]).status_code == 404
    assert client.post("UpdateEntities", [short]).text.endswith("missing or unknown: is_pivot")
    assert client.post("UpdateEntities", {"a": 1}).status_code == 400
    both = [{**entity, "is_suspicious": True}, {**entity, "identifier": "CD"}]
    assert client.post("UpdateEntities", both).status_code == 404
    assert case.entities == [entity]


def test_custom_lists(client: Client) -> None:
    """Items go on a list once, and only items that are on it come off."""
    item = {"identifier": "AB", "category": "Known", "environment": "Lab", "creation_time": None}
    short = {key: item[key] for key in ("identifier", "category", "environment")}

    answers = [
        client.post(call, [item]).json()
        for call in (
            "AnyEntityInCustomList",
            "AddEntitiesToCustomList",
            "AddEntitiesToCustomList",
            "AnyEntityInCustomList",
            "RemoveEntitiesFromCustomList",
            "AnyEntityInCustomList",
        )
    ]

    assert answers == [False, [short], [], True, [short], False]


def test_what_is_not_understood_is_refused(platform: LocalPlatform, client: Client) -> None:
    """Unknown calls, cases and bodies are errors, and the connection stays usable."""
    platform.new_case()

    assert client.get("NoSuchCall").status_code == 404
    assert client.get("CaseMetadata/9").status_code == 404
    assert client.post("AddTag", {"case_id": 1}).status_code == 400
    assert client.post("AddTag", {"case_id": 1, "tag": 5}).status_code == 400
    assert (
        client.session.post(f"http://127.0.0.1:{platform.port}/", data=b"{", timeout=PATIENT).status_code
        == 400
    )
    assert client.get("CaseMetadata/1").status_code == 200


def test_a_caller_that_is_gone_is_no_news(
    platform: LocalPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    """An action that is ended breaks its connection off: nothing of that gets into the terminal."""
    with socket.create_connection((platform.host, platform.port)) as calling:
        calling.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert calling.recv(12) == b"HTTP/1.1 401"
        calling.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close is a reset
    until(lambda: not any("process_request" in one.name for one in threading.enumerate()))
    assert capsys.readouterr() == ("", "")


def test_calls_are_recorded_in_order(platform: LocalPlatform, client: Client) -> None:
    """Method, path without query, and body of each call."""
    platform.new_case()

    client.get("CaseMetadata/1")
    client.post("AddTag", {"case_id": 1, "tag": "t"})

    assert platform.requests() == [
        PlatformRequest("GET", f"{SDK}CaseMetadata/1", None),
        PlatformRequest("POST", f"{SDK}AddTag", {"case_id": 1, "tag": "t"}),
    ]
    platform.forget_requests()
    assert platform.requests() == []


def test_one_connection_serves_many_calls(platform: LocalPlatform, client: Client) -> None:
    """HTTP/1.1 with keep-alive: the client's pool opens one connection."""
    platform.new_case()

    versions = {client.get("CaseMetadata/1").raw.version for _ in range(5)}

    pools = client.session.get_adapter("http://").poolmanager.pools  # type: ignore[attr-defined]  # requests' stubs do not know the pool
    assert versions == {11}
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - no mapping


def test_readers_see_whole_states_while_others_write(platform: LocalPlatform) -> None:
    """What is read is a copy, and a reader can wait for the next change."""
    case = platform.new_case()

    def write() -> None:
        for number in range(200):
            case.add_entity("FILEHASH", f"{number:x}", additional_properties={"n": str(number)})

    writer = threading.Thread(target=write)
    writer.start()
    revision = 0
    while len(case.entities) < 200:
        revision = platform.wait_for_change(revision, 30)
        for entity in case.entities:
            entity["additional_properties"].clear()
    writer.join()

    assert [entity["additional_properties"]["n"] for entity in case.entities] == [str(n) for n in range(200)]
    assert platform.revision >= 200
    assert platform.wait_for_change(platform.revision, 0) == platform.revision


def test_many_scripts_may_call_at_once(platform: LocalPlatform) -> None:
    """A connection need not try again, a second later, because the platform is slow to accept others."""
    server = platform._server
    assert server is not None
    with contextlib.ExitStack() as connections, server._guard:  # which each connection needs to be accepted
        for _ in range(100):
            connections.enter_context(socket.create_connection((platform.host, platform.port), timeout=30))


def test_a_stopped_platform_has_no_port(platform: LocalPlatform) -> None:
    """Stopping twice is harmless; what was there is still readable."""
    platform.new_case("kept")
    platform.stop()
    platform.stop()

    with pytest.raises(RuntimeError, match="not started"):
        _ = platform.port
    assert [case.title for case in platform.cases()] == ["kept"]


def test_cases_have_numbers(platform: LocalPlatform) -> None:
    """Cases are found by number, as a number or as text."""
    first, second = platform.new_case("one"), platform.new_case("two")

    assert [case.identifier for case in platform.cases()] == [1, 2]
    assert (platform.case(1), platform.case("2"), platform.case(3)) == (first, second, None)
