"""docs/troubleshooting.md has every error class, with the messages that the code creates."""

from __future__ import annotations

from tools import troubleshooting

from vm_ray.core.api.vmray_errors import SampleNotFoundError, VMRayError


def concrete(error: type[VMRayError]) -> set[str]:
    """Return the names of all subclasses of an error class that have no subclasses."""
    below = error.__subclasses__()
    return set().union(*map(concrete, below)) if below else {error.__name__}


def test_the_page_is_up_to_date() -> None:
    """Given the error classes, then the page is the one that is generated from them."""
    assert troubleshooting.PAGE.read_text("utf-8") == troubleshooting.page(), "run: make generate"


def test_every_error_is_on_the_page() -> None:
    """Given the error classes, then each has its section."""
    text = troubleshooting.table()
    assert len(concrete(VMRayError)) > 20
    assert [name for name in sorted(concrete(VMRayError)) if f"### {name}\n" not in text] == []


def test_every_error_has_its_own_cause_and_remedy() -> None:
    """Given the error classes, then no two share a cause or a remedy."""
    errors = troubleshooting.error_classes().values()
    assert len({error.cause for error in errors}) == len(errors)
    assert len({error.remedy for error in errors}) == len(errors)


def test_messages_are_those_of_the_errors() -> None:
    """Given an error with a fixed text, then the page has that text."""
    assert troubleshooting.messages()["SampleNotFoundError"] == [str(SampleNotFoundError())]
