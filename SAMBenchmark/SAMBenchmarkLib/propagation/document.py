"""The account of a measurement in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.core.statistics.bootstrap import LEVEL, RESAMPLES
from SAMBenchmarkLib.propagation.measure import Measurement
from SAMBenchmarkLib.propagation.record import Record
from SAMBenchmarkLib.propagation.sections import sections
from SAMBenchmarkLib.propagation.structures import LEAST_SLICES
from SAMBenchmarkLib.validation.tables import markdown

TITLE = "Propagation"
READING = f"""A structure is one connected part (26 neighbours) of one label that spans {LEAST_SLICES} slices or more.
All methods start from the same mask: the model's answer to the reference's tight box on the structure's largest slice.
All use the same window on all slices: soft tissue for CT, else the range of the largest slice.
Methods without a stop (same prompt, box chain) cover the whole volume. Structures are
averaged per dataset, datasets count alike; in medians and percentiles, too. Intervals hold {LEVEL} % of {RESAMPLES}
bootstrap draws of the subjects within each dataset; a dataset of a single subject has none and adds no variation to the
mean's."""


@dataclass(frozen=True)
class Facts:
    """What a measurement was run on.

    Args:
        model: name of the weights.
        axis: as it was asked for.
        every: every so many slices were kept.
        most: most structures of a dataset.
        least_pixels: the largest slice of a structure has more.
        parameters: what was changed of propagation's, as given.
        seed: of the draws.
        options: hash of what decides a structure's figures, see `journal.option_hash`.
    """

    model: str
    axis: str = "auto"
    every: int = 1
    most: int = 0
    least_pixels: int = 0
    parameters: Sequence[str] = ()
    seed: int = 1
    options: str = ""

    @property
    def title(self) -> str:
        """Heading of the account."""
        return f"{TITLE} with {self.model}"


def document(measurement: Measurement, facts: Facts) -> str:
    """Write the account.

    Args:
        measurement: of at least one structure.
    """
    parts = [f"# {facts.title}", *notes(measurement, facts), READING]
    for one in sections(measurement.records, facts.seed):
        parts += [f"## {one.title}", *([one.text] if one.text else []), markdown(one.header, one.rows)]
    return "\n\n".join(parts) + "\n"


def notes(measurement: Measurement, facts: Facts) -> list[str]:
    """What was run, what is missing, and what to mind, one paragraph each."""
    records = measurement.records
    many = "1 structure" if len(records) == 1 else f"{len(records)} structures"
    text = f"{many} (at most {facts.most} of a dataset, with more than {facts.least_pixels} pixels "
    text += f"on their largest slice); slice axis: {facts.axis}; seed {facts.seed}."
    if facts.every > 1:
        text += f" Every {facts.every}th slice was kept."
    if facts.parameters:
        text += f" Parameters: {', '.join(facts.parameters)}."
    found = [text]
    if not measurement.complete:
        found.append(f"**Stopped after {len(records)} of {measurement.planned} structures: the figures are partial.**")
    return [*found, *_failures(records), *_automatic(records)]


def _failures(records: Sequence[Record]) -> list[str]:
    failed = [record for record in records if record.failure]
    if not failed:
        return []
    first = failed[0]
    many = f"{len(failed)} structures" if len(failed) > 1 else "1 structure"
    return [f"Not measured, and in no figure: {many}, as in {first.about.case}, {first.about.label}: {first.failure}"]


def _automatic(records: Sequence[Record]) -> list[str]:
    made = sorted({record.about.source for record in records if record.about.automatic})
    return [f"The references of {', '.join(made)} were made by a model and are no ground truth."] if made else []
