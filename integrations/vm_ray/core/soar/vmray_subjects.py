"""The subjects of an action: samples by id or hash, submissions, analyses, or the hashes of the case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from soar_sdk.SiemplifyDataModel import EntityTypes

from ...core.api.vmray_client import Client
from ...core.api.vmray_errors import ParameterError, SampleNotFoundError
from ...core.api.vmray_models import best_sample
from ...core.soar.vmray_parameters import Kind, Parameters, param, parts, quoted
from ...core.soar.vmray_run import Run

MAX_SUBJECTS: Final = 100
_ID: Final = re.compile(r"[0-9]{1,19}")
_HASH: Final = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")


class Subject(NamedTuple):
    """One subject of an action.

    Attributes:
        name: The text as it was given.
        kind: ``sample``, ``submission`` or ``analysis``.
        entity: The identifier of the entity of the subject; empty for a parameter.
    """

    name: str
    kind: str
    entity: str = ""

    def number(self, client: Client) -> int:
        """Return the id of the subject in VMRay; a hash is looked up.

        Raises:
            SampleNotFoundError: VMRay has no sample with this hash.
            UnsupportedSubjectError: The text of the entity is not a hash.
        """
        if _ID.fullmatch(self.name) and not self.entity:
            return int(self.name)
        sample = best_sample(client.find_samples(self.name))
        if sample is None:
            raise SampleNotFoundError
        return sample.sample_id


def _listed(allowed: str, *patterns: re.Pattern[str]) -> Kind[tuple[str, ...]]:
    """Return the kind for a comma-separated list of texts of these forms, each once."""

    def read(name: str, value: str) -> tuple[str, ...]:
        given = tuple(parts(value))
        for each in given:
            if not any(pattern.fullmatch(each) for pattern in patterns):
                raise ParameterError(name, quoted(each, "is not of an allowed form"), allowed)
        if len(given) > MAX_SUBJECTS:
            raise ParameterError(name, f"has {len(given)} entries", f"at most {MAX_SUBJECTS}")
        return given

    return Kind(allowed, read, empty=())


SAMPLES: Final = _listed("sample ids, MD5, SHA-1 or SHA-256 hashes, separated by commas", _ID, _HASH)
IDS: Final = _listed("ids of VMRay (positive whole numbers), separated by commas", _ID)


@dataclass(frozen=True)
class SubjectParameters(Parameters):
    """The samples of an action; if none are given, the hashes of the case."""

    samples: tuple[str, ...] = param("Samples", SAMPLES)

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once."""
        if self.samples:
            return [Subject(each, "sample") for each in self.samples]
        entities = [entity.identifier for entity in run.entities(EntityTypes.FILEHASH)]
        return [Subject(each, "sample", entity=each) for each in dict.fromkeys(entities)]


@dataclass(frozen=True)
class AnySubjectParameters(SubjectParameters):
    """The samples, submissions or analyses of an action, of one kind; if none are given, the hashes of the case."""

    submission_ids: tuple[str, ...] = param("Submission IDs", IDS)
    analysis_ids: tuple[str, ...] = param("Analysis IDs", IDS)

    def subjects(self, run: Run) -> list[Subject]:
        """Return the subjects in the order given, each once.

        Raises:
            ParameterError: Two kinds are given.
        """
        kinds = {"Samples": self.samples, "Submission IDs": self.submission_ids, "Analysis IDs": self.analysis_ids}
        given = [name for name, values in kinds.items() if values]
        if len(given) > 1:
            allowed = f"one of {', '.join(kinds)}"
            raise ParameterError(given[1], f"is given together with {given[0]}", allowed)
        others: Sequence[Subject] = [Subject(each, "submission") for each in self.submission_ids]
        others = others or [Subject(each, "analysis") for each in self.analysis_ids]
        return list(others) or super().subjects(run)
