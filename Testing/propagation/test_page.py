"""The account as one HTML page."""

from SAMBenchmarkLib.propagation.document import Facts
from SAMBenchmarkLib.propagation.measure import Measurement
from SAMBenchmarkLib.propagation.page import html_page
from support.html_check import Page


def test_the_page_is_whole_and_escapes_what_files_are_called(a_record):
    page = html_page(Measurement([a_record("a<b", same_prompt=0.4)], 1), Facts("sam-small", most=3), b"png")
    shown = Page(page)
    assert "a<b" in shown.text and "Volumetric Dice" in shown.text
    assert shown.all("img")[0]["src"].startswith("data:image/png;base64,") and "not for diagnosis" in shown.text


def test_a_page_without_pictures_has_no_place_for_them(a_record):
    assert 'id="pictures"' not in html_page(Measurement([a_record()], 1), Facts("sam-small"), None)
