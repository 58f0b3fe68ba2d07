"""Search: the query language of `/sample/search` and `/submission/search`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.servers import Server

from tests.contract.servers import Server as Client

from vmray_emulator import SERVER_VERSIONS, EmbeddedEmulator

ENDPOINT = "GET /sample/search"
SUBMISSIONS = "GET /submission/search"
DOCUMENT = "OpenAPI document 2026.2.1"
PAGE = "https://login.phish.example/a?b=1"
OTHER = "https://www.example.com/50%_off"


@pytest.fixture(scope="module")
def stocked() -> Iterator[Server]:
    """Return an emulator with two URLs and two files. The tests only read."""
    with EmbeddedEmulator() as emulator:
        emulator.control.add_sample(url=PAGE, threat_names=["Phish.Login"])
        emulator.control.add_sample(url=OTHER, verdict="clean", threat_names=[], classifications=[])
        emulator.control.add_sample(filename="two words.exe", threat_names=["Gen.Loader"])
        emulator.control.add_sample(filename="invoice.exe", threat_names=None, classifications=None)
        client = Client(emulator.url, emulator.api_key)
        with client.session:
            yield client


@pytest.fixture(scope="module")
def hosts() -> Iterator[Server]:
    """Return an emulator with URLs on one host, in several spellings. The tests only read."""
    urls = (
        "http://host.example/",
        "https://HOST.example:8443/x",
        "http://www.host.example/",
        "http://user:pw@host.example/",
        "http://b\u00fccher.example/",
    )
    with EmbeddedEmulator() as emulator:
        for url in urls:
            emulator.control.add_sample(url=url)
        client = Client(emulator.url, emulator.api_key)
        with client.session:
            yield client


def found(server: Server, query: str, kind: str = "sample") -> list[str]:
    """Return the URLs or names of what a query finds, oldest first."""
    url = "sample_url" if kind == "sample" else "submission_original_url"
    records = server.get(f"/{kind}/search", query=query, _order="asc").data
    return [record[url] or record[f"{kind}_filename"] for record in records]


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        (f"url == {PAGE}", [PAGE]),
        (f"url == {PAGE.upper()}", [PAGE]),
        ("url == https://login.phish.example", []),
        ('filename == "two words.exe"', ["two words.exe"]),
        ("filename == INVOICE.exe", ["invoice.exe"]),
        ("threat_name == phish.login", [PAGE]),
        ("filename <> sample.url", ["two words.exe", "invoice.exe"]),
    ],
)
def test_equality_ignores_case(stocked: Server, query: str, names: list[str]) -> None:
    """`==` and `<>` compare the whole value and ignore case; quotes surround a value with spaces."""
    assert found(stocked, query) == names


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("url like %phish.example%", [PAGE]),
        ("url like %50%off", [OTHER]),
        ("filename like i_voice%", []),
        ("filename like %.exe", ["two words.exe", "invoice.exe"]),
        ("filename not like sample%", ["two words.exe", "invoice.exe"]),
        ("threat_name like gen.%", ["two words.exe"]),
    ],
)
def test_the_wildcard_is_a_percent_sign(stocked: Server, query: str, names: list[str]) -> None:
    """In `like` and `not like`, `%` stands for any text. No other character is a wildcard."""
    assert found(stocked, query) == names


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
def test_and_binds_stronger_than_or(stocked: Server) -> None:
    """Filters are joined by `and` and `or`, and `and` comes first."""
    query = "filename == invoice.exe or url like %example% and threat_name == Phish.Login"
    assert found(stocked, query) == [PAGE, "invoice.exe"]


@pytest.mark.documented(DOCUMENT, endpoint=SUBMISSIONS)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        (f"url == {PAGE}", [PAGE]),
        ("filename like %.exe", ["two words.exe", "invoice.exe"]),
        ("threat_name == gen.loader", ["two words.exe"]),
    ],
)
def test_submissions_are_searched_too(stocked: Server, query: str, names: list[str]) -> None:
    """Submissions are found by the name, the URL and the threat names of their samples."""
    assert found(stocked, query, "submission") == names


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
def test_at_most_ten_filters_are_allowed(stocked: Server) -> None:
    """A query has at most ten filters. The status of a longer one is not documented (400)."""
    ten = " or ".join(["filename == a"] * 10)
    assert found(stocked, ten) == []
    assert stocked.get("/sample/search", query=f"{ten} or filename == a").error[0] == 400


@pytest.mark.documented(DOCUMENT, endpoint=ENDPOINT)
def test_a_found_list_has_a_limit(stocked: Server) -> None:
    """`_limit`, `_order` and the windows of ids work as for lists."""
    records = stocked.get("/sample/search", query="filename like %", _limit=1, _order="desc").data
    assert [record["sample_filename"] for record in records] == ["invoice.exe"]


@pytest.mark.inferred("the search compares texts", endpoint=ENDPOINT)
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("url like %//host.example%", ["http://host.example/", "https://HOST.example:8443/x"]),
        ("url like %.host.example%", ["http://www.host.example/"]),
        ("url like %@host.example%", ["http://user:pw@host.example/"]),
        ("url == http://host.example", []),
        ("url == http://host.example:80/", []),
        ("url like %//xn--bcher-kva.example%", []),
        ("url like %//b\u00fccher.example%", ["http://b\u00fccher.example/"]),
        ('url == "http://host.example/"', ["http://host.example/"]),
    ],
)
def test_a_url_is_a_text(hosts: Server, query: str, names: list[str]) -> None:
    """The search knows no hosts, default ports or other forms of a name; `like` ignores case, too."""
    assert found(hosts, query) == names


@pytest.mark.inferred("the status of a bad parameter", endpoint=ENDPOINT)
@pytest.mark.parametrize(
    "query",
    [
        "",
        "url",
        "url ==",
        "url = a",
        "sha256 == a",
        "url == a b",
        "url == a and",
        'url == "a',
        "url == a xor url == b",
    ],
)
def test_a_bad_query_is_400(stocked: Server, query: str) -> None:
    """A query that is none, or that has an unknown field or operator, is 400."""
    assert stocked.get("/sample/search", query=query).error[0] == 400


@pytest.mark.inferred("only the document of 2026.2.1 has it", endpoint=ENDPOINT)
@pytest.mark.parametrize("version", SERVER_VERSIONS)
def test_older_servers_have_no_search(version: str) -> None:
    """Before 2026.2 the search is an unknown path: 404."""
    with EmbeddedEmulator(server_version=version) as emulator:
        client = Client(emulator.url, emulator.api_key)
        with client.session:
            status = client.get("/sample/search", query="url == a").status
    assert status == (200 if version == "2026.2.1" else 404)
