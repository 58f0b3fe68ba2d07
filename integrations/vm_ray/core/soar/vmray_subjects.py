"""The subjects of an action: samples by id or hash, submissions, analyses, or the hashes of the case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_client import Client
from ...core.api.vmray_errors import ParameterError, SampleNotFoundError
from ...core.api.vmray_models import Sample, best_sample
from ...core.soar.vmray_parameters import Parameters, param
from ...core.soar.vmray_run import Run
from ...core.soar.vmray_subject_kinds import ID, IDS, SAMPLES


class Subject(NamedTuple):
    """One subject of an action.

    Attributes:
        name: The id or hash of the parameter in its usual spelling, or the text of the entity.
        kind: ``sample``, ``submission`` or ``analysis``.
        entity: The identifier of the entity of the subject; empty for a parameter.
    """

    name: str
    kind: str
    entity: str = ""

    def title(self, number: int | None) -> str:
        """Return the name in a row: the kind and the id, or the text that was given while the id is not known."""
        return self.name if number is None else f"{self.kind} {number}"

    @property
    def known_number(self) -> int | None:
        """The id in VMRay, if the parameter is an id; None for a hash."""
        return int(self.name) if ID.fullmatch(self.name) and not self.entity else None

    def number(self, client: Client) -> int:
        """Return the id of the subject in VMRay; a hash is looked up.

        Raises:
            SampleNotFoundError: VMRay has no sample with this hash.
            UnsupportedSubjectError: The text of the entity is not a hash.
        """
        return self.sample(client).sample_id if self.known_number is None else self.known_number

    def sample(self, client: Client) -> Sample:
        """Return the sample of the subject, by its id or hash.

        Raises:
            SampleNotFoundError: VMRay has no sample with this hash.
            NotFoundError: VMRay has no sample with this id.
            UnsupportedSubjectError: The text of the entity is not a hash.
        """
        if self.known_number is not None:
            return client.get_sample(self.known_number)
        sample = best_sample(client.find_samples(self.name))
        if sample is None:
            raise SampleNotFoundError
        return sample


@dataclass(frozen=True)
class ItemParameters(Parameters, ABC):
    """The subjects of an action."""

    @abstractmethod
    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once."""


@dataclass(frozen=True)
class SubjectParameters(ItemParameters):
    """The samples of an action; if none are given, the hashes of the case."""

    samples: tuple[str, ...] = param("Samples", SAMPLES)

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once."""
        if self.samples:
            return [Subject(each, "sample") for each in self.samples]
        entities = [entity.identifier for entity in run.entities(EntityTypes.FILEHASH)]
        return [Subject(each, "sample", entity=each) for each in dict.fromkeys(entities)]


@dataclass(frozen=True)
class SampleOrSubmissionParameters(SubjectParameters):
    """The samples or submissions of an action, of one kind; if none are given, the hashes of the case."""

    submission_ids: tuple[str, ...] = param("Submission IDs", IDS)

    def by_id(self) -> dict[str, list[Subject]]:
        """Return the subjects that are no samples, by the name of their parameter."""
        return {"Submission IDs": [Subject(each, "submission") for each in self.submission_ids]}

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once.

        Raises:
            ParameterError: Two kinds are given.
        """
        kinds = {"Samples": self.samples, **self.by_id()}
        given = [name for name, values in kinds.items() if values]
        if len(given) > 1:
            allowed = f"one of {', '.join(kinds)}"
            raise ParameterError(given[1], f"is given together with {given[0]}", allowed)
        return [each for subjects in self.by_id().values() for each in subjects] or super().subjects(run)


@dataclass(frozen=True)
class AnySubjectParameters(SampleOrSubmissionParameters):
    """The samples, submissions or analyses of an action, of one kind; if none are given, the hashes of the case."""

    analysis_ids: tuple[str, ...] = param("Analysis IDs", IDS)

    def by_id(self) -> dict[str, list[Subject]]:
        """Return the subjects that are no samples, by the name of their parameter."""
        return {**super().by_id(), "Analysis IDs": [Subject(each, "analysis") for each in self.analysis_ids]}
