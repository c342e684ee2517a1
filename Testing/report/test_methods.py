import pytest

from SAMBenchmarkLib.core.options import PRESETS, BenchmarkOptions
from SAMBenchmarkLib.report.methods import method_texts


@pytest.mark.parametrize("preset", PRESETS)
def test_methods_follow_the_preset(preset):
    texts = dict(method_texts(BenchmarkOptions(preset=preset).to_json()))
    clipped, zero = "percentiles 0.95 and 99.5" in texts["Objects"], "set to 0" in texts["Undefined values"]
    assert clipped == zero == (preset == "authors_code")
    assert ("wherever it lies" in texts["Prompts"]) == (preset == "authors_code")
    assert ("a sixth object pixel" in texts["Prompts"]) == (preset == "authors_code")
    assert ("the middle one of the object's pixels" in texts["Prompts"]) == (preset == "paper")


def test_methods_follow_single_options():
    options = BenchmarkOptions(
        min_object_pixels=7, points_per_side=16, surface_tolerance_mm=2.5, hd_empty="diagonal", minmax_scope="volume"
    )
    texts = dict(method_texts(options.to_json()))
    assert "more than 7 pixels" in texts["Objects"]
    assert "limits per volume" in texts["Objects"]
    assert "16 x 16" in texts["Prompts"]
    assert "2.5 mm" in texts["Surface Dice and CON (in the results file)"]
    assert "diagonal" in texts["Undefined values"]


def test_a_selection_is_described_where_it_was_used():
    for selections in (("oracle", "predicted_iou"), ("first",)):
        texts = dict(method_texts(BenchmarkOptions(selections=selections).to_json()))
        assert ("takes the first mask" in texts["Choice of the mask"]) == ("first" in selections)
        assert "best-rated mask of the whole image" in texts["Choice of the mask"]


def test_a_promptless_model_has_methods_of_its_own():
    texts = dict(method_texts(BenchmarkOptions(strategies=("S0",)).to_json()))
    assert texts["Prompts"].startswith("S0: none.") and "Shi et al. 2023" in texts["Prompts"]
    assert "compared with every structure" in texts["Prompts"] and "label values of the same name" in texts["Prompts"]
    assert "one mask for each slice" in texts["Choice of the mask"]
    assert "S0" not in " ".join(dict(method_texts(BenchmarkOptions().to_json())).values())


def test_methods_are_there_without_options():
    titles = [title for title, _ in method_texts({})]
    assert {"DICE", "Jaccard index", "HD95", "Undefined values"} <= set(titles)
    assert "add up" in dict(method_texts({"slice_filter": "value_sum"}))["Objects"]
