import re

from matplotlib import rc_context

from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure
from support.html_check import Page


def page_of(svg):
    return Page(f"<!DOCTYPE html>\n<html><body>{svg}</body></html>")


def a_drawing(identifier, label="x"):
    with rc_context(STYLE):
        figure = new_figure()
        axes = figure.add_subplot()
        axes.plot([0, 1, 2], [0, 1, 0], "o-")
        axes.set_xlabel(label)
        return inline_svg(figure, identifier, "a < b")


def test_a_drawing_has_no_fixed_size_and_says_what_it_shows():
    (svg,) = page_of(a_drawing("p")).all("svg")
    assert set(svg) == {"viewbox", "role", "aria-label"}
    assert svg["aria-label"] == "a < b"


def test_the_same_drawing_has_the_same_bytes_and_no_date():
    assert a_drawing("p") == a_drawing("p")
    assert "metadata" not in a_drawing("p")
    assert "http" not in a_drawing("p")


def test_every_reference_leads_to_an_id_of_the_same_drawing():
    svg = a_drawing("p")
    used = set(re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', svg))
    wanted = {first or second for first, second in used}
    assert wanted
    assert wanted <= set(re.findall(r'id="([^"]*)"', svg))
    assert all(name.startswith("p-") for name in wanted)


def test_two_drawings_on_a_page_share_no_id():
    page_of(a_drawing("a") + a_drawing("b"))


def test_text_between_dollar_signs_is_no_formula():
    assert "$x_" in page_of(a_drawing("p", "$x_")).text


def test_labels_keep_every_digit_while_coordinates_are_shortened():
    svg = a_drawing("p", "from 0.9025 to 0.90375")
    assert "from 0.9025 to 0.90375" in page_of(svg).text
    drawn = re.findall(r'<path d="([^"]*)"', svg)
    assert drawn and not re.search(r"\d\.\d{3}", " ".join(drawn))
