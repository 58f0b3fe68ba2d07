"""The emulated platform alone: its HTTP requests, its errors, and reading during writes."""

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
    """An HTTP client that sends the key of the platform."""

    def __init__(self, platform: LocalPlatform) -> None:
        self.session = requests.Session()
        self.session.headers["AppKey"] = platform.app_key
        self._root = f"http://{platform.host}:{platform.port}"

    def get(self, path: str) -> requests.Response:
        """Send a GET request to a path of the SDK."""
        return self.session.get(f"{self._root}{SDK}{path}?format=snake", timeout=PATIENT)

    def post(self, path: str, body: object) -> requests.Response:
        """Send JSON to a path of the SDK."""
        return self.session.post(f"{self._root}{SDK}{path}?format=snake", json=body, timeout=PATIENT)


@pytest.fixture
def client(platform: LocalPlatform) -> Iterator[Client]:
    """Return a client of the platform."""
    client = Client(platform)
    with client.session:
        yield client


def test_a_wrong_key_returns_401(platform: LocalPlatform, client: Client) -> None:
    """A request with a wrong or missing `AppKey` returns 401."""
    platform.new_case()

    for key in ("", "wrong"):
        client.session.headers["AppKey"] = key
        response = client.get("CaseMetadata/1")
        assert (response.status_code, response.text) == (401, "unknown AppKey")


def test_identifiers_are_upper_case_and_keep_the_original_text(platform: LocalPlatform) -> None:
    """The identifier of an entity is upper case. The original text is a property of the entity."""
    case = platform.new_case(entities=[("DestinationURL", "http://x/aB")])

    (entity,) = case.entities
    assert (entity["identifier"], entity["entity_type"]) == ("HTTP://X/AB", "DestinationURL")
    assert entity["additional_properties"] == {"OriginalIdentifier": "http://x/aB"}


def test_an_entity_cannot_be_added_twice(platform: LocalPlatform) -> None:
    """Adding an entity again, in upper or lower case, changes nothing."""
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


def test_cases_and_alerts_have_the_keys_of_the_sdk(platform: LocalPlatform, client: Client) -> None:
    """Cases and alerts have exactly the keys that the constructors of the SDK accept."""
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
    """All values are texts. A set value replaces its default. The agent is null."""
    instance = platform.install("Toy", 3.0, {"Api Root": "http://default", "Verify SSL": "true"})
    platform.configure("Toy", {"Api Root": "http://set"})
    expected = {"Api Root": "http://set", "Verify SSL": "true", "AgentIdentifier": None}

    assert client.get(f"configuration/{instance.instance_id}").json() == expected
    assert client.get("configuration/Toy").json() == expected
    assert client.get("GetIntegrationVersion/Toy").json() == 3.0
    assert client.get("configuration/Nothing").status_code == 404
    assert client.get("GetIntegrationVersion/Nothing").status_code == 404


def test_context_values_are_stored_up_to_their_limit(client: Client) -> None:
    """A missing value is 204, `TrySet` does not overwrite, and more than 3,000,000 characters return 400."""
    place: dict[str, Any] = {"ContextType": 1, "Identifier": 7, "PropertyKey": "k"}

    results = [
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

    assert results == [204, True, False, "a", True, "c", 204, 400, 200]


def test_an_actions_attachments_are_stored_up_to_their_limit(platform: LocalPlatform, client: Client) -> None:
    """Less than 5 MB of base64 is stored unchanged. More returns 400 with the text that the SDK expects."""
    case = platform.new_case()
    content = (bytes(range(256)) * (5 * 4096))[: 5 * 1024 * 1024 * 3 // 4 - 3]
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


def test_a_persons_files_have_no_limit_and_numbers_of_all_cases(
    platform: LocalPlatform, client: Client
) -> None:
    """A person can add files of more than 5 MB, and several of one name; each has a number of its own."""
    first, second = platform.new_case(), platform.new_case()
    large = b"x" * (6 * 1024 * 1024)

    numbers = [
        case.attach(name, content)
        for case, name, content in (
            (first, "mail.tar.gz", large),
            (second, "README", b""),
            (first, "mail.tar.gz", b"b"),
        )
    ]

    assert numbers == [1, 2, 3]
    listed = {"type": ".gz", "description": "", "is_favorite": False, "name": "mail.tar"}
    assert client.get("Attachments/1").json() == [
        {"id": 1, **listed, "evidenceId": 1},
        {"id": 3, **listed, "evidenceId": 3},
    ]
    assert [(one["name"], one["type"]) for one in client.get("Attachments/2").json()] == [("README", "")]
    assert [client.get(f"AttachmentData/{number}").content for number in numbers] == [large, b"", b"b"]


def test_an_invalid_update_changes_nothing(platform: LocalPlatform, client: Client) -> None:
    """An update needs an existing entity and all keys of an entity. Otherwise nothing changes."""
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


def test_items_are_added_to_and_removed_from_a_custom_list(client: Client) -> None:
    """An item can be added once. Only an item of the list can be removed."""
    item = {"identifier": "AB", "category": "Known", "environment": "Lab", "creation_time": None}
    short = {key: item[key] for key in ("identifier", "category", "environment")}

    results = [
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

    assert results == [False, [short], [], True, [short], False]


def test_an_invalid_request_returns_an_error(platform: LocalPlatform, client: Client) -> None:
    """Unknown paths, unknown cases and wrong bodies return errors, and the connection stays usable."""
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


def test_a_reset_connection_prints_nothing(
    platform: LocalPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    """When an action is ended, its connection is reset. The platform prints nothing about that."""
    with socket.create_connection((platform.host, platform.port)) as calling:
        calling.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert calling.recv(12) == b"HTTP/1.1 401"
        calling.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )  # closing sends a reset
    until(lambda: not any("process_request" in one.name for one in threading.enumerate()))
    assert capsys.readouterr() == ("", "")


def test_requests_are_recorded_in_order(platform: LocalPlatform, client: Client) -> None:
    """The platform records method, path without query, and body of each request."""
    platform.new_case()

    client.get("CaseMetadata/1")
    client.post("AddTag", {"case_id": 1, "tag": "t"})

    assert platform.requests() == [
        PlatformRequest("GET", f"{SDK}CaseMetadata/1", None),
        PlatformRequest("POST", f"{SDK}AddTag", {"case_id": 1, "tag": "t"}),
    ]
    platform.forget_requests()
    assert platform.requests() == []


def test_one_connection_serves_many_requests(platform: LocalPlatform, client: Client) -> None:
    """The platform keeps connections alive (HTTP/1.1): the client's pool opens only one."""
    platform.new_case()

    versions = {client.get("CaseMetadata/1").raw.version for _ in range(5)}

    pools = client.session.get_adapter("http://").poolmanager.pools  # type: ignore[attr-defined]  # requests' stubs do not know the pool
    assert versions == {11}
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - no mapping


def test_readers_get_consistent_states_during_writes(platform: LocalPlatform) -> None:
    """A reader gets a copy of the state and can wait for the next change."""
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


def test_many_scripts_can_connect_at_the_same_time(platform: LocalPlatform) -> None:
    """The backlog has room for many connections: no client has to retry while the platform is busy."""
    server = platform._server
    assert server is not None
    with (
        contextlib.ExitStack() as connections,
        server._guard,
    ):  # the platform cannot accept a connection while the test holds this lock
        for _ in range(100):
            connections.enter_context(socket.create_connection((platform.host, platform.port), timeout=30))


def test_a_stopped_platform_has_no_port(platform: LocalPlatform) -> None:
    """The platform can be stopped twice, and its cases stay readable."""
    platform.new_case("kept")
    platform.stop()
    platform.stop()

    with pytest.raises(RuntimeError, match="not started"):
        _ = platform.port
    assert [case.title for case in platform.cases()] == ["kept"]


def test_a_case_is_found_by_its_number(platform: LocalPlatform) -> None:
    """A case is found by its number, given as a number or as a text."""
    first, second = platform.new_case("one"), platform.new_case("two")

    assert [case.identifier for case in platform.cases()] == [1, 2]
    assert (platform.case(1), platform.case("2"), platform.case(3)) == (first, second, None)
