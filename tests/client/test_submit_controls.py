"""The submission controls: what is sent, what is not, and which values are errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.api.vmray_errors import ParameterError
from vm_ray.core.api.vmray_sample_types import SAMPLE_TYPES, spelled_sample_type
from vm_ray.core.api.vmray_secret import Secret
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.soar.vmray_submit_controls import FileControls, SubmitControls
from vm_ray.core.submissions.vmray_submit_decision import Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD: Final = "hunter2, the archive"
ALL: Final = {
    "Tag Names": "phish, q3",
    "Comment": "from a mail",
    "Shareable": "true",
    "Analysis Caching": "SMART",
    "Analyzer Mode": "static",
    "Max Jobs": "1",
    "Max Recursive Samples": "0",
    "Network Scheme": "Isolated",
    "Analysis Timeout Seconds": "180",
    "User Config": '{"timeout": 30, "net_scheme_name": "x", "other": 1}',
    "Jobrules": '["vmray:win10:def:exe"]',
    "Archive Password": PASSWORD,
    "Document Password": "d0c",
    "Archive Action": "separate_samples",
    "Sample Type": "windows  EXE (x86-64)",
}


def form_of(values: Mapping[str, str]) -> dict[str, str]:
    """Return the form fields for these parameters."""
    return FileControls.parse(values).options.form()


def test_without_parameters_only_shareable_is_sent() -> None:
    """Given no parameter, then the settings of the key apply, but the hash is not shared."""
    assert form_of({}) == {"shareable": "false"}
    assert SubmitControls.parse({}).rules == Rules()


def test_an_action_without_controls_sends_none() -> None:
    """Given the options of the older actions, then their form is what it was."""
    options = SubmitOptions(("phish",), "a comment", "{}")

    assert options.form() == {"tags": "phish", "comment": "a comment", "submission_metadata": "{}"}
    assert options.controls() == {}


def test_every_parameter_has_its_field() -> None:
    """Given all parameters, then each is sent in VMRay's spelling; the two settings win over User Config."""
    form = form_of(ALL)

    config = json.loads(form.pop("user_config"))
    assert config == {"timeout": 180, "net_scheme_name": "Isolated", "other": 1}
    assert form == {
        "tags": "phish,q3",
        "comment": "from a mail",
        "shareable": "true",
        "analysis_caching": "smart",
        "analyzer_mode": "static",
        "max_jobs": "1",
        "max_recursive_samples": "0",
        "jobrule_entries": '["vmray:win10:def:exe"]',
        "archive_password": PASSWORD,
        "document_password": "d0c",
        "archive_action": "separate_samples",
        "sample_type": "Windows Exe (x86-64)",
    }
    assert FileControls.parse(ALL).notes == []


def test_the_rules_of_the_decision_come_from_the_parameters() -> None:
    """Given the parameters about reuse and quota, then they are the rules of the decision."""
    values = {
        "Reuse Younger Than Days": "0",
        "Resubmit Verdicts": "clean, NONE",
        "Minimum Remaining Quota": "10",
        "Dry Run": "true",
        "Analysis Caching": "legacy",
    }

    assert SubmitControls.parse(values).rules == Rules(
        reuse_days=0,
        resubmit=frozenset({"Clean", "None"}),
        minimum_quota=10,
        dry_run=True,
        caching_is_default=False,
    )


def test_the_servers_spelling_of_the_network_scheme_is_sent() -> None:
    """Given the spelling of the server, then it replaces the given one, and the other options stay."""
    params = SubmitControls.parse({"Network Scheme": "isolated", "Max Jobs": "2"})

    assert json.loads(params.options_with("Isolated").user_config) == {"net_scheme_name": "Isolated"}
    assert params.options_with("Isolated").max_jobs == 2


def test_a_type_that_is_not_known_is_sent_with_a_note() -> None:
    """Given a type of a newer server, then it is sent as given, and a note says so."""
    params = FileControls.parse({"Sample Type": "Amiga Disk"})

    assert params.options.sample_type == "Amiga Disk"
    assert len(params.notes) == 1
    assert [spelled_sample_type(each.upper()) for each in SAMPLE_TYPES] == list(SAMPLE_TYPES)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Reuse Younger Than Days", "-1"),
        ("Reuse Younger Than Days", "3651"),
        ("Resubmit Verdicts", "Evil"),
        ("Minimum Remaining Quota", "few"),
        ("Analysis Caching", "always"),
        ("Analyzer Mode", "dynamic"),
        ("Max Jobs", "0"),
        ("Max Recursive Samples", "51"),
        ("Analysis Timeout Seconds", "29"),
        ("User Config", "timeout=5"),
        ("User Config", "[1]"),
        ("User Config", '{"timeout": NaN}'),
        ("User Config", "[" * 100_000),
        ("Jobrules", "vmray:::"),
        ("Jobrules", '"vmray:::"'),
        ("Jobrules", "[]"),
        ("Jobrules", "{}"),
        ("Jobrules", "[1]"),
        ("Jobrules", '{"URL": "vmray:::"}'),
        ("Archive Action", "ignore"),
        ("Network Scheme", "\ud800"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_parameter(name: str, value: str) -> None:
    """Given a value that is not allowed, then the error names the parameter."""
    with pytest.raises(ParameterError) as caught:
        FileControls.parse({name: value})

    assert caught.value.parameter == name


@pytest.mark.parametrize("value", ['["a:b:c:d", "e:::"]', '{"URL": ["vmray:::"], "Email": ["x:::"]}'])
def test_both_forms_of_jobrules_are_sent(value: str) -> None:
    """Given a list, or an object with lists, then it is sent as JSON."""
    assert json.loads(form_of({"Jobrules": value})["jobrule_entries"]) == json.loads(value)


@pytest.mark.parametrize(
    "show", [repr, str, "{}".format, "{0!r}".format, lambda each: json.dumps(each, default=str)]
)
def test_no_representation_of_the_options_has_a_password(show: Any) -> None:  # noqa: ANN401 - any function
    """Given passwords, then no representation of parameters, options or key facts contains one."""
    params = FileControls.parse({"Archive Password": PASSWORD, "Document Password": "d0c-pass"})
    options = params.options

    for each in (params, options, options.controls(), options.archive_password, [options.document_password]):
        text = show(each)
        assert PASSWORD not in text
        assert "d0c-pass" not in text
    assert options.controls()["archive_password"] is True


@pytest.mark.parametrize(
    ("password", "text", "expected"),
    [
        ("hunter2", 'wrong password "hunter2"', 'wrong password "***"'),
        ("in.*", "the password in.* is wrong, inside", "the password *** is wrong, inside"),
        ("a", "a wrong password: a", "*** wrong password: ***"),
        ("a", "archive", "archive"),
        ("", "nothing to remove", "nothing to remove"),
    ],
)
def test_a_password_that_a_server_repeats_is_removed(password: str, text: str, expected: str) -> None:
    """Given a reason that repeats a password, then the password is not in it."""
    assert SubmitOptions(archive_password=Secret(password)).without_passwords(text) == expected
    assert SubmitOptions(document_password=Secret(password)).without_passwords(text) == expected
