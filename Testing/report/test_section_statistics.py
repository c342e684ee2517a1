import pytest

from SAMBenchmarkLib.core.statistics.run_comparison import HEADER
from SAMBenchmarkLib.core.statistics.statistics_tables import statistics_tables
from SAMBenchmarkLib.core.store import CaseRecord
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.section_statistics import statistics_section
from support.html_check import Page
from support.outcomes import HASH, a_row
from support.statistic_rows import study_cases, study_rows


def page_of(rows, cases=()):
    return Page(f"<!DOCTYPE html>\n<html><body>{statistics_section(statistics_tables(rows, cases))}</body></html>")


def test_a_study_has_all_parts_for_both_selections():
    page = page_of(study_rows(), study_cases())
    for heading in (
        "Intervals over patients",
        "Do the strategies differ?",
        "Sites",
        "DICE by modality",
        "What DICE goes with",
        "Attributes by level of DICE",
    ):
        assert page.text.count(heading) == 2
    assert "Masks selected by predicted IoU" in page.text and len(page.all("details")) == 1
    # modalities: all and two structures; correlations of 4 attributes; levels of 3 - for each selection
    assert len(page.all("figure")) == 2 * (3 + 4 + 3)


def test_published_correlations_stand_beside_ours():
    page = page_of(study_rows(), study_cases())
    assert "0.410" in page.text and "never a target" in page.text and "191,779 objects" in page.text


def test_what_is_missing_is_said_in_words():
    page = page_of(study_rows(strategies=("S5",)))
    assert "No case names its site." in page.text
    assert "No case says its modality: there are no modalities to compare." in page.text
    assert "There is one strategy: nothing to compare." in page.text


def test_sites_show_their_means_also_where_one_patient_allows_no_interval():
    rows = [
        a_row(case_id=case, strategy="S5", selection="oracle", dice=dice) for case, dice in (("a", 0.5), ("b", 0.75))
    ]
    cases = [CaseRecord(HASH, case, site=site) for case, site in (("a", "north"), ("b", "south"))]
    _before, sites = page_of(rows, cases).text.split("Sites")
    assert "north" in sites and "50.00" in sites and "south" in sites and "75.00" in sites
    assert "1 patient only: no interval" in sites


def test_one_object_gives_words_only():
    page = page_of([a_row(size=80)])
    assert "1 patient only: no interval." in page.text and "1 object only: no correlation" in page.text
    assert "nan" not in page.text


def test_empty_predictions_have_no_correlation():
    page = page_of(study_rows(dice=0.0), study_cases(modality="CT"))
    assert "DICE is the same for all objects" in page.text and "All cases are CT" in page.text
    assert "no pair differs: no test; the same in every patient: no interval" in page.text


def test_structures_in_one_modality_are_not_compared():
    rows = [
        *study_rows(),
        a_row(case_id="case 999", structure="lens", label_value=9, strategy="S5", selection="oracle"),
    ]
    page = page_of(rows, [*study_cases()])
    assert "In one modality only, so not compared: lens (not recorded)." in page.text


def test_names_are_text():
    page = page_of(study_rows(structures=("<script>", "b")), study_cases(site="<script>"))
    assert page.all("script") == [] and "<script>" in page.text


@pytest.mark.parametrize("tables", [[], statistics_tables([])])
def test_nothing_gives_no_section(tables):
    assert statistics_section(tables) is None


def test_other_runs_of_the_same_objects_are_compared():
    tables = statistics_tables(study_rows(), study_cases())
    row = ("ab", "small", "large", "model", "S5", 9, 3, 1.5, 0.5, 2.5, 0.0, 0.25, 0.25, "")
    models = Table.from_rows("models_oracle", "", HEADER, [row])
    page = Page(f"<!DOCTYPE html>\n<html><body>{statistics_section([*tables, models])}</body></html>")
    assert page.text.count("Does this run differ from others?") == 1 and "small" in page.text
