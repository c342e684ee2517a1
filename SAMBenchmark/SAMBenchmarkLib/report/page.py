"""The frame of the page: title, notes, contents, and the whole document."""

from __future__ import annotations

from collections.abc import Sequence

from SAMBenchmarkLib.core.options import PROMPTLESS
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.markup import Html, bullets, details, element, escape, join, paragraph
from SAMBenchmarkLib.report.run_facts import RunFacts
from SAMBenchmarkLib.report.section_figures import best_strategy, model_strategies, strategy_title
from SAMBenchmarkLib.report.stylesheet import STYLESHEET

NOT_FOR_DIAGNOSIS = (
    "For research only, not for diagnosis: no figure or picture on this page may guide the care of a patient."
)
MOST_NOTES = 12

CONTENTS = {
    "figures": "Key figures",
    "plots": "Plots",
    "statistics": "Statistics",
    "protocols": "Protocols",
    "volumes": "Whole structures",
    "effort": "Correction effort",
    "triage": "Second look",
    "pictures": "Pictures",
    "timings": "Timings",
    "published": "Published values",
    "options": "Options and versions",
    "methods": "Methods",
}


def document(title: str, header: Html, sections: dict[str, Html | None], footer: Html) -> str:
    """The whole file."""
    shown = {name: part for name, part in sections.items() if part is not None}
    links = [element("li", element("a", CONTENTS[name], href=f"#{name}")) for name in shown]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Html(STYLESHEET)),
    )
    body = element(
        "body",
        element("a", "Skip to the key figures", href="#figures", class_="skip"),
        element("header", header, element("nav", element("ul", *links), aria_label="Contents")),
        element("main", *shown.values()),
        element("footer", footer),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def header(title: str, digest: Digest, facts: RunFacts, strategies: Sequence[str]) -> Html:
    """Title, warning, what was run, notes."""
    return join(
        [
            element("h1", title),
            paragraph(f"How well the Segment Anything Model finds structures, {_how(strategies)}", class_="subtitle"),
            paragraph(NOT_FOR_DIAGNOSIS, class_="warning"),
            _tiles(digest, facts, strategies),
            _notes(facts),
            _failures(facts),
        ]
    )


def _how(strategies: Sequence[str]) -> str:
    return "without prompts" if list(strategies) == [PROMPTLESS] else "prompted once per object"


def footer(facts: RunFacts) -> Html:
    """Where the page comes from."""
    text = f"Made by SAM Benchmark from stored results; option hash {facts.option_hash}. {NOT_FOR_DIAGNOSIS}"
    return paragraph(escape(text))


def _tiles(digest: Digest, facts: RunFacts, strategies: Sequence[str]) -> Html:
    evaluated = digest.cases
    failed = f"{len(facts.failed)} failed" if facts.failed else None
    tiles = [
        _tile("Cases", f"{evaluated:,}", failed),
        _tile("Slices", f"{digest.slices:,}"),
        _tile("Objects", f"{digest.objects:,}", f"{len(digest.areas):,} structure{_s(len(digest.areas))}"),
        _best_tile(digest, strategies),
        _tile("Model", facts.about_model("model") or "not recorded", facts.options.get("device"), text=True),
        _tile("Preset", str(facts.options.get("preset", "not recorded")), text=True),
    ]
    return element("dl", *tiles, class_="tiles")


def _best_tile(digest: Digest, strategies: Sequence[str]) -> Html | None:
    selection = digest.shown_selection()
    best = best_strategy(digest, model_strategies(strategies), selection) if selection else None
    if best is None:
        return None
    way = {"predicted_iou": "mask chosen by the model", "oracle": "mask chosen by the reference"}.get(
        selection or "", ""
    )
    small = f"{strategy_title(best[0])}, {way}" if way else strategy_title(best[0])
    return _tile("Highest mean DICE", f"{100 * best[1]:.1f} %", small)


def _tile(name: str, value: str, small: object = None, text: bool = False) -> Html:
    shown = element("dd", value, element("small", small) if small else None)
    return element("div", element("dt", name), shown, class_="text" if text else None)


def _notes(facts: RunFacts) -> Html | None:
    notes = list(facts.notes)
    if facts.outstanding:
        number = facts.outstanding
        notes.append(f"{number} case{_s(number)} not finished yet: the figures are of what is there so far.")
    if not notes:
        return None
    return _boxed("Notes", notes)


def _failures(facts: RunFacts) -> Html | None:
    if not facts.failed:
        return None
    number = len(facts.failed)
    title = f"{number} case{_s(number)} could not be evaluated and {'is' if number == 1 else 'are'} not in the figures"
    return _boxed(title, [f"{case.case_id}: {case.reason or 'no reason recorded'}" for case in facts.failed])


def _boxed(title: str, entries: Sequence[str]) -> Html:
    rest = entries[MOST_NOTES:]
    more = details(f"{len(rest)} more", bullets(rest)) if rest else None
    return element("div", paragraph(element("strong", title)), bullets(entries[:MOST_NOTES]), more, class_="note")


def _s(number: int) -> str:
    return "" if number == 1 else "s"
