from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.section_plots import MOST_STRUCTURES, plots_section
from support.html_check import Page
from support.outcomes import HASH, a_row
from support.report_case import filled_store


def page_of(html):
    return Page(f"<!DOCTYPE html>\n<html><body>{html}</body></html>")


def test_each_structure_has_a_panel_for_dice_and_one_for_hd95(tmp_path):
    with filled_store(tmp_path) as store:
        page = page_of(plots_section(Digest.of(store.rows(HASH)), ["S1", "S5"]))
    assert len(page.all("figure")) == 4
    assert "HD95 (mm)" in page.text


def test_panels_along_the_structure_follow_where_slices_suffice(tmp_path):
    with filled_store(tmp_path, slices=10, structures=("liver",)) as store:
        page = page_of(plots_section(Digest.of(store.rows(HASH)), ["S5"]))
    assert len(page.all("figure")) == 3
    assert "DICE along the structure" in page.text


def test_of_many_structures_the_largest_are_plotted_and_the_page_says_so():
    rows = [a_row(label_value=n, structure=f"s{n}", n_gt=n) for n in range(1, 41)]
    page = page_of(plots_section(Digest.of(rows), ["S5"]))
    assert f"Plots show the {MOST_STRUCTURES} largest of 40 structures" in page.text
    assert len(page.all("figure")) == 2 * MOST_STRUCTURES


def test_names_are_text(tmp_path):
    page = page_of(plots_section(Digest.of([a_row(structure="<script>$x_</script>")]), ["S5"]))
    assert page.all("script") == []
    assert "<script>$x_</script>" in page.text


def test_nothing_is_plotted_of_nothing():
    assert plots_section(Digest.of([]), ["S5"]) is None
