"""The report of a fine-tuning: what was learnt, measured on what was held back, as one HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from SAMBenchmarkLib.report import page
from SAMBenchmarkLib.report.fine_tuning_curve import loss_panel, validation_panel
from SAMBenchmarkLib.report.fine_tuning_facts import Compared, ComparedPicture, FineTuningFacts
from SAMBenchmarkLib.report.html_tables import body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, bullets, element, join, paragraph, section

TITLE = "SAM fine-tuning report"
SHOWN = (
    "DICE of the mask that a user gets: the candidate of highest predicted IoU for a tight box around the object. The "
    "single mask is the one that the network gives when it is asked for one mask only."
)
SHOWN_PROMPTLESS = (
    "DICE of the one mask that the model gives without a prompt, slice by slice. The base model was not made to answer "
    "without prompts; its figures show where training began."
)
PARTS = {"training": "Trained on", "validation": "Chose the epoch", "held back": "Held back"}
METHODS = (
    "Loss. Binary cross entropy and soft Dice of each object, weighted 1 to 1, on the image without its padding, in "
    "the resolution of the network's logits.",
    "Epoch. The weights of the epoch with the highest mean DICE (every structure alike) on the validation slices were "
    "kept. These belong to patients that were neither trained on nor held back, unless the notes say otherwise.",
    "Figures. The held-back slices took no part in any choice. They were measured with the weights as the file holds "
    "them.",
)


def fine_tuning_html(facts: FineTuningFacts) -> str:
    """The page as text; the same facts give the same text."""
    sections = {
        "figures": _figures(facts),
        "plots": _curves(facts),
        "pictures": _pictures(facts.pictures, facts.promptless) if facts.pictures else None,
        "options": _options(facts),
        "methods": section("methods", "Methods", paragraph(f"Recipe. {facts.recipe}"), *map(paragraph, METHODS)),
    }
    footer = paragraph(f"Made by SAM Benchmark. {page.NOT_FOR_DIAGNOSIS}")
    return page.document(f"{TITLE}: {facts.name}", _header(facts), sections, footer)


def _header(facts: FineTuningFacts) -> Html:
    notes = element("div", paragraph(element("strong", "Notes")), bullets(facts.notes), class_="note")
    return join(
        [
            element("h1", TITLE),
            paragraph(facts.summary, class_="subtitle"),
            paragraph(page.NOT_FOR_DIAGNOSIS, class_="warning"),
            _tiles(facts),
            notes if facts.notes else None,
        ]
    )


def _tiles(facts: FineTuningFacts) -> Html:
    trained, held_back = facts.totals["training"], facts.totals["held back"]
    main = facts.main
    tiles = [
        ("Mean DICE before", f"{_percent(main.before)} %", main.structure),
        ("Mean DICE after", f"{_percent(main.after)} %", f"{_change(main)} points"),
        ("Trained on", _patients(trained.patients), f"{trained.slices:,} slices, {trained.objects:,} objects"),
        ("Held back", _patients(held_back.patients), f"{held_back.slices:,} slices, {held_back.objects:,} objects"),
        ("Model", facts.name, f"from {facts.base['name']}"),
        ("Recipe", facts.options["recipe"], f"epoch {facts.epoch} of {len(facts.history)}"),
    ]
    parts = [
        element(
            "div",
            element("dt", name),
            element("dd", value, element("small", small)),
            class_="text" if name in ("Model", "Recipe") else None,
        )
        for name, value, small in tiles
    ]
    return element("dl", *parts, class_="tiles")


def _figures(facts: FineTuningFacts) -> Html:
    totals = facts.comparisons[len(facts.structures) :]
    bodies = [body(_rows(totals, facts.promptless), "total group")] if totals else []
    bodies.append(body(_rows(facts.structures, facts.promptless)))
    return section(
        "figures",
        "Key figures",
        paragraph(SHOWN_PROMPTLESS if facts.promptless else SHOWN),
        data_table(
            "What was held back, before and after: mean DICE per object in percent; the change in points.",
            _table_header(facts.promptless),
            bodies,
            len(facts.comparisons),
        ),
        element("h3", "Data"),
        _data_table(facts),
    )


def _table_header(promptless: bool) -> list[Html]:
    names = ["Objects", "Patients", "Before", "After", "Change"]
    names += [] if promptless else ["Single mask before", "Single mask after"]
    return [element("th", "Structure", scope="col"), *map(number_header, names)]


def _rows(rows: Iterable[Compared], promptless: bool) -> list[Html]:
    found = []
    for row in rows:
        cells = [f"{row.objects:,}", f"{row.patients:,}", _percent(row.before), _percent(row.after), _change(row)]
        cells += [] if promptless else [_percent(row.single_before), _percent(row.single_after)]
        best = max(row.before, row.after)
        marked = [nth in (2, 3) and (row.before, row.after)[nth - 2] == best for nth in range(len(cells))]
        found.append(element("tr", row_header(row.structure), *map(number_cell, cells, marked)))
    return found


def _data_table(facts: FineTuningFacts) -> Html:
    header = [element("th", "Structure", scope="col")]
    header += [number_header(title, "objects (patients)") for title in PARTS.values()]
    rows = []
    for name, parts in facts.by_structure.items():
        cells = [number_cell(f"{parts[part].objects:,} ({parts[part].patients:,})") for part in PARTS]
        rows.append(element("tr", row_header(name), *cells))
    return data_table("How much of each structure went where.", header, [body(rows)], len(rows))


def _curves(facts: FineTuningFacts) -> Html:
    panels = [_panel("Training loss", "mean per object", loss_panel(facts.history, facts.epoch))]
    validation = validation_panel(facts.history, facts.epoch, facts.base_validation)
    if validation is not None:
        panels.append(
            _panel("DICE on the validation slices", "mean of structures; epoch 0 is the base model", validation)
        )
    text = f"The dotted line marks epoch {facts.epoch}, whose weights were kept."
    return section("plots", "Plots", paragraph(text, class_="soft small"), element("div", *panels, class_="panels"))


def _panel(title: str, small: str, plot: Html) -> Html:
    return element("figure", element("figcaption", title, element("small", small)), plot, class_="plot")


def _pictures(pictures: Sequence[ComparedPicture], promptless: bool) -> Html:
    box = "" if promptless else ", the box that it was asked with dashed in yellow"
    text = f"Held-back objects before and after: the reference outlined in cyan, the model's mask in orange{box}."
    cards = [card for picture in pictures for card in (_card(picture, False), _card(picture, True))]
    return section("pictures", "Pictures", paragraph(text), element("div", *cards, class_="pictures"))


def _card(picture: ComparedPicture, after: bool) -> Html:
    drawing, dice = (picture.after, picture.dice_after) if after else (picture.before, picture.dice_before)
    when = "after" if after else "before"
    text = f"{picture.structure}, {when}: reference in cyan, mask in orange. DICE {_percent(dice)} percent."
    caption = element(
        "figcaption",
        element("b", f"{picture.title[:1].upper()}{picture.title[1:]}, {when}"),
        element("span", f"DICE {_percent(dice)} %", class_="figures"),
        element("span", picture.structure),
    )
    return element("figure", element("img", src=drawing.data_uri, alt=text), caption, class_="picture")


def _options(facts: FineTuningFacts) -> Html:
    return section(
        "options",
        "Options and versions",
        element("h3", "Base model"),
        _pairs("Weights that training began with.", facts.base.items()),
        element("h3", "Options"),
        _pairs("Every option as it was used.", facts.options.items()),
        element("h3", "Versions"),
        _pairs("Software that did it.", sorted(facts.versions.items())),
    )


def _pairs(caption: str, pairs: Iterable[tuple[str, str]]) -> Html:
    rows = [element("tr", row_header(name), element("td", value, class_="code")) for name, value in pairs]
    return data_table(caption, ["Name", "Value"], [body(rows)], prose=True)


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _change(row: Compared) -> str:
    return f"{100 * (row.after - row.before):+.1f}"


def _patients(number: int) -> str:
    return f"{number:,} patient{'' if number == 1 else 's'}"
