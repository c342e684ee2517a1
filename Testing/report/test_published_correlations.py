from SAMBenchmarkLib.core.options import STRATEGIES
from SAMBenchmarkLib.core.statistics.object_figures import ATTRIBUTES
from SAMBenchmarkLib.report.published_correlations import CORRELATIONS


def test_every_attribute_has_a_value_for_every_strategy_and_model():
    assert set(CORRELATIONS) == set(ATTRIBUTES)
    assert {model for models in CORRELATIONS.values() for model in models} == {"ViT-B", "ViT-H"}
    assert {len(values) for models in CORRELATIONS.values() for values in models.values()} == {len(STRATEGIES)}


def test_the_published_bounds_hold():
    assert max(abs(v) for values in CORRELATIONS["modality"].values() for v in values) == 0.094
    assert max(abs(v) for values in CORRELATIONS["aspect_ratio"].values() for v in values) == 0.079
    assert CORRELATIONS["size"]["ViT-H"][4] == 0.428 and CORRELATIONS["fourier_order"]["ViT-B"][5] == -0.621
