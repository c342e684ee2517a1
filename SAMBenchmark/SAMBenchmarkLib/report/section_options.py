"""Everything that decided the figures: model, options, versions, seeds."""

from __future__ import annotations

from typing import Any

from SAMBenchmarkLib.core.store import CASES_ASKED_FOR
from SAMBenchmarkLib.report.html_tables import body, data_table, row_header
from SAMBenchmarkLib.report.markup import Html, bullets, element, paragraph, section
from SAMBenchmarkLib.report.option_texts import OPTION_TEXTS, known_defects, option_value
from SAMBenchmarkLib.report.run_facts import MODEL_KEYS, RunFacts

MODEL_TITLES = {
    "model": "Name",
    "model_sha256": "SHA-256 of the weights",
    "model_licence": "Licence of the weights",
    "model_card": "To know before use",
}
UNDEFINED_TEXTS = {
    "nan": "Distances are undefined where the prediction is empty; they are left out of means and counted.",
    "zero": (
        "Distances of empty predictions are 0, as in the released program, which lowers the mean of failing strategies."
    ),
    "diagonal": "Distances of empty predictions are the length of the slice's diagonal.",
}


def options_section(facts: RunFacts) -> Html:
    """Tables of the model, the options and the versions."""
    options = {name: value for name, value in facts.options.items() if name not in MODEL_KEYS}
    versions = {name: v for name, v in facts.versions.items() if name not in (*MODEL_KEYS, CASES_ASKED_FOR)}
    policy = UNDEFINED_TEXTS.get(str(facts.options.get("hd_empty")))
    return section(
        "options",
        "Options, model and versions",
        _defects(facts),
        element("h3", "Model"),
        _pairs("Weights that were used.", _model(facts)),
        element("h3", "Options"),
        paragraph(policy) if policy else None,
        _options_table(options, facts.option_hash),
        element("h3", "Versions"),
        _pairs(
            "Software that wrote the results.", sorted((name, option_value(value)) for name, value in versions.items())
        )
        if versions
        else paragraph("No versions were recorded."),
    )


def _model(facts: RunFacts) -> list[tuple[str, str]]:
    known = [key for key in MODEL_KEYS if key != "model_card" or facts.about_model(key)]
    return [(MODEL_TITLES[key], facts.about_model(key) or "not recorded") for key in known]


def _defects(facts: RunFacts) -> Html | None:
    defects = known_defects(facts.options)
    text = "Known defects of the released program of Huang et al. that this run repeats on purpose:"
    return element("div", paragraph(text), bullets(defects), class_="note") if defects else None


def _options_table(options: dict[str, Any], option_hash: str) -> Html:
    rows = [_option_row("option hash", option_hash, "Identifies rows that may stand in one table.")]
    rows += [_option_row(name, option_value(v), OPTION_TEXTS.get(name, "")) for name, v in options.items()]
    header = ["Option", "Value", "Meaning"]
    return data_table("Every option as it was used, defaults included.", header, [body(rows)], prose=True)


def _option_row(name: str, value: str, text: str) -> Html:
    cells = (row_header(name, class_="code"), element("td", value, class_="code"), element("td", text))
    return element("tr", *cells)


def _pairs(caption: str, pairs: list[tuple[str, str]]) -> Html:
    rows = [element("tr", row_header(name), element("td", value, class_="code")) for name, value in pairs]
    return data_table(caption, ["Name", "Value"], [body(rows)], prose=True)
