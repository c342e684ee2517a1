"""The model against a second one on the same objects: what it gains from having been trained on a source."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.core.statistics.bootstrap import Estimate, mean_of_sources
from SAMBenchmarkLib.validation.averages import Averages, average
from SAMBenchmarkLib.validation.prompting import PROMPTS
from SAMBenchmarkLib.validation.scores import PromptScore, of_prompt


@dataclass(frozen=True, eq=False)
class Comparison:
    """Differences in Dice between two models.

    Args:
        differences: by prompt, the model less the second one, per source and on the mean.
        trained, against_trained: sources that each was trained on; None where its file does not say.
    """

    differences: dict[str, Averages]
    trained: frozenset[str] | None
    against_trained: frozenset[str] | None

    def trained_on(self, source: str) -> str:
        """Who was trained on a source: "both", "first", "second", "neither", or "unknown"."""
        if self.trained is None or self.against_trained is None:
            return "unknown"
        first, second = source in self.trained, source in self.against_trained
        return {(True, True): "both", (True, False): "first", (False, True): "second"}.get((first, second), "neither")

    def generalisation(self, prompt: str) -> Estimate | None:
        """Trained with a source less trained without it, the mean of the sources that one of the two was trained on.

        Returns:
            None when there is no such source.
        """
        sources = self.differences[prompt].sources
        found = [estimate for source, estimate in sources.items() if self.trained_on(source) == "first"]
        found += [-estimate for source, estimate in sources.items() if self.trained_on(source) == "second"]
        return mean_of_sources(found) if found else None


def compare(
    scores: Sequence[PromptScore],
    against: Sequence[PromptScore],
    trained: Collection[str] | None = None,
    against_trained: Collection[str] | None = None,
    seed: int = 1,
) -> Comparison:
    """Compare two models object by object.

    Args:
        scores, against: of the same objects and prompts, in any order.
        trained, against_trained: sources that each model was trained on; None where that is not known.
        seed: decides the bootstrap.
    """
    others = {(score.about, score.prompt): score.chosen for score in against}

    def difference(score: PromptScore) -> float:
        return score.chosen - others[score.about, score.prompt]

    return Comparison(
        {prompt: average(of_prompt(scores, prompt), difference, seed) for prompt in PROMPTS},
        None if trained is None else frozenset(trained),
        None if against_trained is None else frozenset(against_trained),
    )
