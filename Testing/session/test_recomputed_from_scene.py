"""From files to tables and back: the figures of the tables, computed again from the masks in the scene file.

Nothing of the benchmark's own arithmetic is used for that: masks are read by Slicer, distances come from SciPy's
distance transform and from MedPy, means and deviations from NumPy.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.files.writing import write_labels
from support.case_files import write_volume
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import RoughPredictor
from support.masks import disk
from support.phantoms import matrix

LEAST_PIXELS = 29
"""Exactly the size of one of the lesion's objects, which therefore does not count."""
TOLERANCE_MM = 1.5
SPACING_KJI = (3.0, 1.2, 0.7)
OPTIONS = BenchmarkOptions(
    plane="axial",
    min_object_pixels=LEAST_PIXELS,
    surface_tolerance_mm=TOLERANCE_MM,
    points_per_side=4,
    timing_repeats=2,
)
STRATEGIES = ("S1", "S2", "S3", "S4", "S5", "S6")
SELECTIONS = {"oracle": "oracle", "predicted IoU": "predicted_iou"}
MACRO, MICRO = "average over structures (macro)", "average over objects (micro)"

FACTORS = {"dice": 100, "jac": 100, "surface_dice": 100}
LONG_NAMES = {"dice": "dice_percent", "jac": "jac_percent", "surface_dice": "surface_dice_percent"}
METRICS = ("dice", "jac", "hd_px", "hd_mm", "hd95_px", "hd95_mm", "assd_px", "assd_mm", "surface_dice")


def a_case(folder: Path) -> Case:
    """Two kidneys of one name, and a lesion in a layer of its own that overlaps one of them; pixels are not square."""
    shape = (7, 48, 60)
    organs, lesions = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for k in range(shape[0]):
        organs[k][disk(shape[1:], (14.0, 20.0 + k), 5.0 + k)] = 1
        organs[k][disk(shape[1:], (42.0, 25.0), 11.0 - k)] = 2
        lesions[k][disk(shape[1:], (17.0, 22.0 + k), 1.0 + k)] = 1
    image = np.array([50, 200, 160])[organs]
    image[lesions > 0] = 120
    to_ras = matrix(SPACING_KJI)
    structures = (Structure(1, "kidney", 0, 1), Structure(2, "kidney", 0, 2), Structure(3, "lesion", 1, 1))
    write_volume(folder / "kidneys.nrrd", Volume(image.astype(np.int16), to_ras))
    write_labels(folder / "kidneys.seg.nrrd", Segmentation((organs, lesions), to_ras, structures))
    return Case("kidneys", folder / "kidneys.nrrd", folder / "kidneys.seg.nrrd")


class LoadedScene:
    """What the scene file holds, opened as a user would and read by Slicer's own functions."""

    def __init__(self, path: Path) -> None:
        from SAMSegmenterLib.scene.runtime import ensure_scene

        self.scene = ensure_scene().scene
        self.scene.Clear(0)
        assert self.scene.ReadFromMRB(str(path), True)
        self.volume = self.nodes("vtkMRMLScalarVolumeNode")[0]
        self.segmentations = {node.GetName(): node for node in self.nodes("vtkMRMLSegmentationNode")}
        self.spacing_yx = self.volume.GetSpacing()[1::-1]

    def nodes(self, kind):
        return [self.scene.GetNthNodeByClass(n, kind) for n in range(self.scene.GetNumberOfNodesByClass(kind))]

    def segments(self, name):
        """(structure name, (K, J, I) mask) of each segment."""
        import slicer

        node = self.segmentations[name]
        segmentation = node.GetSegmentation()
        ids = [segmentation.GetNthSegmentID(number) for number in range(segmentation.GetNumberOfSegments())]
        return [
            (
                segmentation.GetSegment(segment).GetName(),
                slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, self.volume) > 0,
            )
            for segment in ids
        ]

    def predictions(self):
        """(strategy, selection) -> segments."""
        for name in self.segmentations:
            found = re.fullmatch(r"(S\d) .*\((.*)\)", name)
            if found:
                yield found[1], SELECTIONS[found[2]], self.segments(name)


@pytest.fixture(scope="module", params=[ThresholdPredictor, RoughPredictor], ids=["exact", "rough"])
def a_run(request, tmp_path_factory):
    """The scene and the folder of tables of one run."""
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    folder = tmp_path_factory.mktemp("recomputed")
    run_benchmark(RunRequest([a_case(folder)], OPTIONS, folder / "out", request.param, report=False))
    loaded = LoadedScene(folder / "out" / "scene.mrb")
    yield request.param, loaded, folder / "out" / "tables"
    loaded.scene.Clear(0)


def by_distance_transform(prediction, reference, spacing):
    """(HD, HD95, ASSD, distances both ways) from the definition."""
    cross = ndimage.generate_binary_structure(2, 1)
    borders = [mask & ~ndimage.binary_erosion(mask, cross, border_value=0) for mask in (prediction, reference)]
    away = [ndimage.distance_transform_edt(~border, sampling=spacing) for border in borders]
    pooled = np.concatenate([away[1][borders[0]], away[0][borders[1]]])
    return pooled.max(), np.percentile(pooled, 95), pooled.mean(), pooled


def figures_of(prediction, reference, spacing_yx):
    """All metrics of one object; distances are NaN when nothing was predicted."""
    shared, total = (prediction & reference).sum(), prediction.sum() + reference.sum()
    figures = dict.fromkeys(METRICS, math.nan) | {"dice": 2 * shared / total, "jac": shared / (total - shared)}
    if not prediction.any():
        return figures | {"surface_dice": 0.0}
    for unit, spacing in (("px", (1.0, 1.0)), ("mm", spacing_yx)):
        *three, pooled = by_distance_transform(prediction, reference, spacing)
        figures |= {f"{name}_{unit}": value for name, value in zip(("hd", "hd95", "assd"), three, strict=True)}
    return figures | {"surface_dice": np.mean(pooled <= TOLERANCE_MM)}


def recomputed(loaded, figures=figures_of):
    """(selection, structure, strategy) -> figures of every object that is large enough."""
    reference = loaded.segments("Reference")
    cells = defaultdict(list)
    for strategy, selection, predicted in loaded.predictions():
        for (name, expected), (same_name, found) in zip(reference, predicted, strict=True):
            assert name == same_name
            for k in range(len(expected)):
                if expected[k].sum() > LEAST_PIXELS:
                    cells[selection, name, strategy].append(figures(found[k], expected[k], loaded.spacing_yx))
    return cells


def moments(values):
    """Mean, population deviation, number of undefined values."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan, math.nan, len(values)
    return np.mean(known), np.std(known), len(values) - len(known)


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def assert_shows(cell: str, expected) -> None:
    """A cell's text says these moments, to the digits that it prints."""
    mean, deviation, undefined = expected
    if math.isnan(mean):
        assert cell == "undefined"
        return
    found = re.fullmatch(r"(-?\d+\.\d\d) \((\d+\.\d\d)\)(?:, (\d+) undefined)?", cell)
    assert found, cell
    assert abs(float(found[1]) - mean) <= 0.005 + 1e-9 and abs(float(found[2]) - deviation) <= 0.005 + 1e-9
    assert int(found[3] or 0) == undefined


def test_the_scene_holds_the_reference_and_every_strategy_in_both_selections(a_run):
    _, loaded, _ = a_run
    assert loaded.spacing_yx == pytest.approx(SPACING_KJI[1:])
    assert "Reference" in loaded.segmentations
    found = {(strategy, selection) for strategy, selection, _ in loaded.predictions()}
    assert found == {(strategy, selection) for strategy in STRATEGIES for selection in SELECTIONS.values()}


def test_the_phantom_has_what_could_go_wrong(a_run):
    predictor, loaded, _ = a_run
    masks = [mask for _, mask in loaded.segments("Reference")]
    assert (masks[0] & masks[2]).any()  # overlapping structures
    sizes = np.array([mask.sum(axis=(1, 2)) for mask in masks])
    assert (sizes == LEAST_PIXELS).any() and (sizes > LEAST_PIXELS).sum() > 15
    if predictor is RoughPredictor:
        cells = recomputed(loaded)
        for selection in SELECTIONS.values():
            undefined = [math.isnan(f["hd_px"]) for key, found in cells.items() if key[0] == selection for f in found]
            assert 0 < sum(undefined) < len(undefined)
        dice = {selection: moments([f["dice"] for key in cells if key[0] == selection for f in cells[key]])[0]
                for selection in SELECTIONS.values()}  # fmt: skip
        assert 0.1 < dice["predicted_iou"] < dice["oracle"] < 0.95


def test_the_oracle_never_does_worse_than_the_model_itself(a_run):
    _, loaded, _ = a_run
    cells = recomputed(loaded)
    pairs = [(cells["oracle", *key], cells["predicted_iou", *key]) for _, *key in cells]
    dice = [(best["dice"], own["dice"]) for oracle, model in pairs for best, own in zip(oracle, model, strict=True)]
    assert len(dice) > 100 and all(best >= own for best, own in dice)


def test_the_long_tables_are_the_moments_of_the_masks(a_run):
    _, loaded, tables = a_run
    cells = recomputed(loaded)
    for selection in SELECTIONS.values():
        rows = table_of(tables / f"summary_{selection}.tsv")
        assert [(row["structure"], row["strategy"]) for row in rows] == [
            (structure, strategy) for structure in ("kidney", "lesion") for strategy in STRATEGIES
        ]
        for row in rows:
            objects = cells[selection, row["structure"], row["strategy"]]
            assert int(row["n"]) == len(objects)
            for metric in METRICS:
                expected = moments([FACTORS.get(metric, 1) * figures[metric] for figures in objects])
                start = LONG_NAMES.get(metric, metric)
                shown = [float(row[f"{start}_{figure}"]) for figure in ("mean", "std", "undefined")]
                assert shown == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (row, metric)


@pytest.mark.parametrize("metric", METRICS)
def test_each_matrix_shows_the_moments_of_the_masks_and_both_averages(a_run, metric):
    _, loaded, tables = a_run
    cells = recomputed(loaded)
    for selection in SELECTIONS.values():
        rows = {row.pop("structure"): row for row in table_of(tables / f"{metric}_{selection}.tsv")}
        assert list(rows) == ["kidney", "lesion", MACRO, MICRO]
        for strategy in STRATEGIES:
            values = {
                name: [FACTORS.get(metric, 1) * figures[metric] for figures in cells[selection, name, strategy]]
                for name in ("kidney", "lesion")
            }
            for name, found in values.items():
                assert int(rows[name]["n"]) == len(found)
                assert_shows(rows[name][strategy], moments(found))
            assert_shows(rows[MACRO][strategy], moments([moments(found)[0] for found in values.values()]))
            assert_shows(rows[MICRO][strategy], moments([*values["kidney"], *values["lesion"]]))
        assert (int(rows[MACRO]["n"]), int(rows[MICRO]["n"])) == (2, sum(map(len, values.values())))


def test_medpy_finds_the_same_in_the_scene(a_run):
    binary = pytest.importorskip("medpy.metric.binary")
    _, loaded, tables = a_run

    def by_medpy(prediction, reference, spacing):
        if not prediction.any():
            return math.nan
        return [getattr(binary, name)(prediction, reference, spacing) for name in ("hd", "hd95", "assd")]

    cells = recomputed(loaded, by_medpy)
    for selection in SELECTIONS.values():
        for row in table_of(tables / f"summary_{selection}.tsv"):
            objects = [three for three in cells[selection, row["structure"], row["strategy"]] if three == three]
            means = np.mean(objects, axis=0) if objects else [math.nan] * 3
            shown = [float(row[f"{name}_mm_mean"]) for name in ("hd", "hd95", "assd")]
            assert shown == pytest.approx(list(means), rel=1e-9, abs=1e-9, nan_ok=True)


def test_the_scenes_table_nodes_say_what_the_files_say(a_run):
    from SAMBenchmarkLib.scene.tables import table_from_node

    _, loaded, tables = a_run
    nodes = {node.GetName(): table_from_node(node) for node in loaded.nodes("vtkMRMLTableNode")}
    plotted = {f"dice_plot_{selection}" for selection in SELECTIONS.values()}
    assert set(nodes) == {path.stem for path in tables.glob("*.tsv")} | plotted
    for path in tables.glob("*.tsv"):
        rows, node = table_of(path), nodes[path.stem]
        assert node.header == list(rows[0])
        for column, values in node.columns.items():
            texts = [row[column] for row in rows]
            if all(isinstance(value, str) for value in values):
                assert values == texts, (path.stem, column)
            else:  # Slicer writes six digits
                assert values == pytest.approx([float(text) for text in texts], rel=1e-5, nan_ok=True), (path, column)


def test_the_charts_draw_the_means_of_the_tables(a_run):
    from SAMBenchmarkLib.scene.tables import table_from_node

    _, loaded, tables = a_run
    nodes = {node.GetName(): table_from_node(node) for node in loaded.nodes("vtkMRMLTableNode")}
    for selection in SELECTIONS.values():
        plotted = nodes[f"dice_plot_{selection}"].columns
        for structure in ("kidney", "lesion"):
            rows = [row for row in table_of(tables / f"summary_{selection}.tsv") if row["structure"] == structure]
            expected = [float(row["dice_percent_mean"]) for row in rows]
            assert plotted[structure] == pytest.approx(expected, rel=1e-5)
