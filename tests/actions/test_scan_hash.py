"""Scan Hash: known, unknown and unsupported hashes, verdicts, and entities of other types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.expected import (
    ENRICHED,
    NONE_ENRICHED,
    NOT_ENRICHED,
    details,
    entity_result,
    sample_table,
)
from tests.actions.lab import completed, outcome
from tests.actions.submitting import LISTS, lock_reports
from tests.support.example import Example, nothing
from tests.support.outcome import FINE, named
from tests.support.secret_values import ACCOUNT, PASSWORD

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from vmray_emulator import EmbeddedEmulator

SHA256 = "c7" * 32
UNKNOWN = "ab" * 32
UNSUPPORTED = "unsupported hash type (expected MD5, SHA-1 or SHA-256): "
ODD = "the first that is not hexadecimal is "

EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        failed_json=[],
    ),
    Example("an unknown hash", entities=(("FILEHASH", UNKNOWN),), result=False, failed_json=[]),
    Example(
        "several outcomes",
        setup=lambda vmray: vmray.control.add_sample(sha256=SHA256, filename="<b>.exe"),
        entities=(("FILEHASH", f"SHA-256: {SHA256}"), ("FILEHASH", "ab" * 16), ("FILEHASH", "no hash")),
        failed_json=[],
    ),
]


def known(situation: str, *, count: int = 1, copies: int = 1, **other: Any) -> Example:  # noqa: ANN401 - fields of an example
    """Return an example with known hashes; their samples contain secrets that must not be in the output."""
    hashes = [SHA256, *(f"{number:064x}" for number in range(1, count))]
    before = other.pop("before", nothing)
    sample = {
        "filename": "invoice.exe",
        "iocs": {"domains": ["c2.example"]},
        "indicators": [{"category": "Execution", "operation": "Runs a program", "score": 4}],
        "sample_password": PASSWORD,
        "sample_account_ids": [ACCOUNT],
        **other.pop("sample", {}),
    }

    def setup(vmray: EmbeddedEmulator) -> None:
        before(vmray)
        for sha256 in hashes:
            for _ in range(copies):
                vmray.control.add_sample(sha256=sha256, **sample)

    entities = tuple(("FILEHASH", sha256) for sha256 in hashes)
    return Example(situation, setup=setup, entities=entities, **other)


def locked(count: int = 1) -> Example:
    """Return an example whose reports are locked (verdict-only)."""
    return known(
        "locked reports",
        count=count,
        before=lock_reports,
        sample={"locked": True},
        several=locked,
    )


SITUATIONS = [
    known("known hashes", several=lambda count: known("known hashes", count=count)),
    locked(),
    known("lists in pages", copies=2, settings={"api_items_per_request": 1}),
]
# a continuation can be read once: when it is lost, the list is read again from the start
_NO_REST = (FINE, named("VMRay's list could not be read to the end"))
_NO_MARK = (FINE, named("the response was not from VMRay: JSON of another form"))
OUTCOMES = {
    **LISTS,
    "GET /continuation/{id}": {
        "404": _NO_REST,
        "null for a list": _NO_REST,
        "missing field": _NO_MARK,
        "no mark of success": _NO_MARK,
    },
}


@pytest.mark.parametrize(
    ("verdict", "suspicious", "colour", "word"),
    [
        ("malicious", True, "#d93025", "Malicious"),
        ("suspicious", True, "#c26401", "Suspicious"),
        ("clean", False, "#188038", "Clean"),
        ("not_available", False, "#70757a", "Unknown"),
        (None, False, "#70757a", "Unknown"),
    ],
)
def test_the_verdict_sets_the_suspicious_flag_and_the_colour(
    lab: Lab, verdict: str | None, colour: str, word: str, *, suspicious: bool
) -> None:
    """Malicious and suspicious samples make the entity suspicious; clean and unknown ones do not."""
    sample = lab.vmray.control.add_sample(sha256=SHA256, verdict=verdict)
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    entity = SHA256.upper()
    assert outcome(run) == completed(
        f"{ENRICHED}{entity}",
        value=True,
        json_result=[{"Entity": entity, "EntityResult": entity_result(sample)}],
        tables={entity: sample_table(sample)},
    )
    assert lab.flags() == {entity: (True, suspicious)}
    assert lab.insights()[entity].startswith(
        f'<h2><strong>Verdict: <span style="color:{colour}">{word}</span></strong></h2>'
    )
    assert "<p>None match the filters of this action.</p>" in lab.insights()[entity]


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_each_type_of_hash_has_its_own_path(lab: Lab, kind: str) -> None:
    """The platform stores identifiers in upper case. The request has lower case and the path of the type."""
    sample = lab.vmray.control.add_sample()
    lab.hashes(sample[f"sample_{kind}hash"])

    run = lab.run("Scan Hash")

    assert run.is_success
    assert lab.seen()[0] == f"GET /rest/sample/{kind}/{sample[f'sample_{kind}hash']}"


def test_known_unknown_and_unsupported_hashes_have_different_messages(lab: Lab) -> None:
    """Known hashes are enriched. Each other hash is named, in order, with its own reason."""
    sample = lab.vmray.control.add_sample(sha256=SHA256)
    lab.hashes(UNKNOWN, SHA256, "d" * 128, "xyz", "g" * 64)
    known, unknown, sha512, odd, no_hex = SHA256.upper(), UNKNOWN.upper(), "D" * 128, "XYZ", "G" * 64

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        f"{ENRICHED}{known}\n{NOT_ENRICHED}{unknown}\n{sha512}\n{odd}\n{no_hex}"
        + details(
            f"{unknown}: not found in VMRay",
            f"{sha512}: {UNSUPPORTED}128 hexadecimal characters",
            f"{odd}: {UNSUPPORTED}3 characters, {ODD}U+0058 LATIN CAPITAL LETTER X",
            f"{no_hex}: {UNSUPPORTED}64 characters, {ODD}U+0047 LATIN CAPITAL LETTER G",
        ),
        value=True,
        json_result=[{"Entity": known, "EntityResult": entity_result(sample)}],
        tables={known: sample_table(sample)},
    )
    assert lab.flags() == {known: (True, True)} | dict.fromkeys(
        (unknown, sha512, odd, no_hex), (False, False)
    )
    assert [lab.enrichment(name) for name in (unknown, sha512, odd, no_hex)] == [{}, {}, {}, {}]
    assert lab.insights().keys() == {known}
    assert sorted(lab.seen()) == [
        "GET /rest/sample/5001/iocs",
        "GET /rest/sample/5001/vtis",
        f"GET /rest/sample/sha256/{UNKNOWN}",
        f"GET /rest/sample/sha256/{SHA256}",
    ]


def test_enriched_entities_are_listed_in_their_order(lab: Lab) -> None:
    """Results and message keep the order of the entities, independent of the order of the responses."""
    hashes = lab.vmray.control.add_known_samples(12, iocs_per_type=0)
    lab.hashes(*hashes)

    run = lab.run("Scan Hash")

    entities = [each.upper() for each in hashes]
    assert run.message == ENRICHED + "\n".join(entities)
    assert [each["Entity"] for each in run.json_result] == entities
    assert [title for title in run.tables if " - " not in title] == entities


def test_an_unknown_hash_does_not_fail_the_playbook(lab: Lab) -> None:
    """When no hash is known, the action completes and its script result is False."""
    lab.hashes(UNKNOWN)

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        NONE_ENRICHED + details(f"{UNKNOWN.upper()}: not found in VMRay"), value=False, json_result=[]
    )
    assert lab.flags() == {UNKNOWN.upper(): (False, False)}
    assert lab.insights() == {}
    assert lab.seen() == [f"GET /rest/sample/sha256/{UNKNOWN}"]


def test_a_hash_is_found_in_every_spelling(lab: Lab) -> None:
    """Blanks, invisible characters, quotes and the name of the kind are not part of a hash."""
    sample = lab.vmray.control.add_sample(sha256=SHA256)
    spellings = [
        f"{SHA256}\u200b",
        f"\ufeff{SHA256}\r\n",
        f"{SHA256[:30]}\u00ad{SHA256[30:]}",
        f"“{SHA256}”",
        f"<{SHA256}>",
        f"SHA-256: {SHA256}",
        f"sha256:{SHA256}\u00a0",
    ]
    lab.hashes(*spellings)

    run = lab.run("Scan Hash")

    entities = [each.upper() for each in spellings]
    shown = [re.sub(r"[\u00ad\u200b\ufeff\r\n]", " ", each).strip() for each in entities]
    assert run.message == ENRICHED + "\n".join(shown)
    assert [(each["Entity"], each["EntityResult"]) for each in run.json_result] == [
        (each, entity_result(sample)) for each in entities
    ]
    assert set(lab.flags().values()) == {(True, True)}
    assert lab.seen().count(f"GET /rest/sample/sha256/{SHA256}") == len(spellings)


def test_what_is_not_a_hash_is_named_by_what_cannot_be_seen(lab: Lab) -> None:
    """A letter of another script, a missing digit, a wrong kind and two hashes have different reasons."""
    md5 = SHA256[:32]
    wrong = [f"{SHA256[1:]}З", SHA256[1:], f"sha1:{SHA256}", f"{md5}\n{md5}"]  # noqa: RUF001 - the confusable character is intended
    lab.hashes(*wrong)

    run = lab.run("Scan Hash")

    why = [
        f"64 characters, {ODD}U+0417 CYRILLIC CAPITAL LETTER ZE",
        "63 hexadecimal characters",
        "called SHA1, but it has 64 digits",
        "2 hashes in one text",
    ]
    lines = [
        f"{each.upper()}: {UNSUPPORTED}{reason}".replace("\n", " ")
        for each, reason in zip(wrong, why, strict=True)
    ]
    assert run.message == NONE_ENRICHED + details(*lines)
    assert lab.seen() == []


def test_an_unsupported_hash_makes_no_request(lab: Lab) -> None:
    """No request is made for a text that is not an MD5, SHA-1 or SHA-256 hash."""
    lab.hashes("d" * 128)

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        NONE_ENRICHED + details(f"{'D' * 128}: {UNSUPPORTED}128 hexadecimal characters"),
        value=False,
        json_result=[],
    )
    assert lab.seen() == []


def test_entities_of_other_types_are_left_alone(lab: Lab) -> None:
    """Scan Hash uses only FILEHASH entities. Without one, the message says so."""
    lab.open_case(("DestinationURL", "http://evil.example/"), ("HOSTNAME", "pc-17"))

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        NONE_ENRICHED + details("Entities: none of type FILEHASH in the scope of this action"),
        value=False,
        json_result=[],
    )
    assert lab.seen() == []
    assert set(lab.flags().values()) == {(False, False)}
