"""Read the samples that VMRay found inside others, level by level, within limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ...core.api.vmray_client import Client
from ...core.api.vmray_concurrency import map_concurrently
from ...core.api.vmray_errors import DeadlineError, VMRayError
from ...core.api.vmray_models import Json, Sample, optional_id, text_of
from ...core.api.vmray_optional import Missing, read_optional
from ...core.api.vmray_request_errors import PermissionDeniedError
from ...core.api.vmray_text import one_line
from ...core.api.vmray_verdicts import Verdict
from ...core.results.vmray_children import ids_of, is_truncated, relations_of, verdict_of_child
from ...core.results.vmray_family import Link, Tree, tree_of

RELATIONS: Final = (
    *("Attachment", "Embedded URL", "Contacted URL", "Downloaded File", "Embedded File"),
    *("Dropped File", "Modified File", "Memory Dump", "Resource File", "Clipboard Content"),
)
MAX_WORD_LENGTH: Final = 100


class FamilyLimits(NamedTuple):
    """Which child samples to read.

    Attributes:
        depth: The maximum distance from a root.
        children: The maximum number of child samples of all roots together.
        relations: The relations to follow; empty for all. A child without a relation is read with any of them.
    """

    depth: int = 3
    children: int = 100
    relations: tuple[str, ...] = ()


@dataclass(slots=True)
class Families:
    """Samples and what VMRay found inside, each sample once.

    Attributes:
        limits: The limits.
        samples: The samples that were read.
        links: The relations of each sample that was read.
        unread: For each sample that could not be read, the reason as a note.
        truncated: For each sample whose list of children is not complete, a note.
    """

    limits: FamilyLimits
    samples: dict[int, Sample] = field(default_factory=dict)
    links: dict[int, list[Link]] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)
    truncated: dict[int, str] = field(default_factory=dict)

    def tree(self, root: int) -> Tree:
        """Return the tree below one of the roots."""
        return tree_of(root, self.links, self.samples.keys() | self.unread.keys(), self.limits.depth)

    def sample_ids(self, root: int) -> list[int]:
        """Return the id of a root and of each child sample below that was read, parents before their children."""
        return [place.number for place in self.tree(root).places if place.number in self.samples]

    @property
    def verdicts(self) -> Mapping[int, Verdict]:
        """The verdict of each sample; for a sample without one, and for one that was not read, that of a relation."""
        of_relations = {each.child: each.verdict for links in self.links.values() for each in links}
        own = {number: each.verdict for number, each in self.samples.items() if each.verdict != Verdict.NONE}
        return {**of_relations, **own}

    def add(self, sample: Sample) -> None:
        """Add a sample that was read."""
        self.samples[sample.sample_id] = sample
        self.links[sample.sample_id] = links_of(sample, self.limits.relations)

    def children_of(self, level: Iterable[int]) -> list[int]:
        """Return the children of a level that no request was sent for."""
        children = dict.fromkeys(link.child for number in level for link in self.links.get(number, ()))
        return [each for each in children if each not in self.samples and each not in self.unread]


def read_families(client: Client, roots: Sequence[Sample], limits: FamilyLimits) -> Families:
    """Read the child samples of several samples concurrently, level by level, each sample once.

    Child samples are optional: whatever prevents one from being read is a note, and the other samples are returned.
    After an error that every further request would meet, no further level is read.
    """
    families = Families(limits)
    for root in roots:
        families.add(root)
    level, room = list(families.samples), limits.children
    useless: VMRayError | None = None
    for _ in range(limits.depth):
        hints = {} if useless else _follow_hints(client, families, level)
        level = families.children_of(level)[:room]
        room -= len(level)
        if useless:
            families.unread.update((each, Missing(f"sample {each}", useless).note) for each in level)
        else:
            useless = _read_level(client, families, level)
        _drop_wrong_hints(families, hints)
    return families


def _read_level(client: Client, families: Families, level: Sequence[int]) -> VMRayError | None:
    """Read the samples of one level; return the error that makes further requests useless, if there is one."""
    useless: VMRayError | None = None
    for number, found in map_concurrently(lambda each: _sample(client, each), level):
        if isinstance(found, Sample):
            families.add(found)
            continue
        missing = found if isinstance(found, Missing) else Missing(f"sample {number}", found)
        families.unread[number] = missing.note
        error = missing.error
        if isinstance(error, DeadlineError) or (error.is_fatal and not isinstance(error, PermissionDeniedError)):
            useless = error  # a missing permission can be about one sample
    return useless


def _sample(client: Client, number: int) -> Sample | Missing:
    return read_optional(f"sample {number}", lambda: client.get_sample(number))


def links_of(sample: Sample, relations: Sequence[str] = ()) -> list[Link]:
    """Return the relations of a sample to its children, each child once; VMRay's list of ids fills gaps."""
    found: dict[int, Link] = {}
    for child, relation in relations_of(sample):
        word = one_line(text_of(relation, "relation_type"), MAX_WORD_LENGTH)
        if not relations or word in relations or not word:
            found.setdefault(child, Link(child, word, verdict_of_child(relation)))
    return list(found.values())


def _follow_hints(client: Client, families: Families, level: Iterable[int]) -> dict[int, list[int]]:
    """Ask for the relations of samples whose list of children VMRay truncated; add the possible children.

    Returns:
        The possible children of each parent; they are confirmed when they are read.
    """
    cut = [each for each in level if each in families.samples and is_truncated(families.samples[each])]
    hints: dict[int, list[int]] = {}
    for parent, found in map_concurrently(lambda each: _hints(client, each), cut):
        known = {parent, *(link.child for link in families.links[parent])}
        links = [] if isinstance(found, Missing | VMRayError) else [each for each in found if each.child not in known]
        wanted = [each for each in links if not families.limits.relations or each.relation in families.limits.relations]
        families.links[parent] += wanted
        hints[parent] = [each.child for each in wanted]
        error = found.error if isinstance(found, Missing) else found
        why = f": {error}" if isinstance(error, VMRayError) else ""
        families.truncated[parent] = f"VMRay truncated the list of child samples of sample {parent}{why}"
    return hints


def _hints(client: Client, number: int) -> list[Link] | Missing:
    return read_optional("its relations", lambda: _relatives(client, number))


def _relatives(client: Client, number: int) -> list[Link]:
    """Return the samples that VMRay's rows of relations name, directly or by a submission: parents or children."""
    rows = client.list_relations_of_sample(number)
    return [
        Link(relative, one_line(text_of(row, "sample_relation_relation"), MAX_WORD_LENGTH))
        for row in rows
        if (relative := _relative(client, number, row)) is not None
    ]


def _relative(client: Client, number: int, row: Json) -> int | None:
    """Return the other sample of a row; a row of the sample itself names the submission of the other one."""
    sample_id = optional_id(row, "sample_relation_sample_id")
    submission_id = optional_id(row, "sample_relation_submission_id")
    if sample_id != number or submission_id is None:
        return sample_id
    return client.get_submission(submission_id).sample_id


def _drop_wrong_hints(families: Families, hints: Mapping[int, Sequence[int]]) -> None:
    """Drop the possible children that do not name the parent themselves; the others complete its list."""
    for parent, possible in hints.items():
        confirmed = {
            child
            for child in possible
            if child in families.samples and parent in ids_of(families.samples[child], "sample_parent_sample_ids")
        }
        wrong = set(possible) - confirmed
        families.links[parent] = [each for each in families.links[parent] if each.child not in wrong]
        if confirmed:
            del families.truncated[parent]
