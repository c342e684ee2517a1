"""Maps of a whole volume: the priors of everything mode, and the uncertainty of moved boxes; as volumes, files, nodes.

Nothing is written before all slices are done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.evaluation import SliceTask, model_image, slice_targets
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.prior_maps import augmented, prior_maps, prior_parameters
from SAMBenchmarkLib.core.protocols.contract import Target
from SAMBenchmarkLib.core.protocols.sam_u import NAME as SAM_U
from SAMBenchmarkLib.core.protocols.sam_u import mean_answer
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.run_cost import Work
from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMBenchmarkLib.core.targets import SliceObject
from SAMBenchmarkLib.session.step_seconds import model_speed
from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume, plane_axis, plane_name
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slicing import SlicePlane, extract

SEGMENTATION_PRIOR, BOUNDARY_PRIOR, AUGMENTED = "segmentation_prior", "boundary_prior", "augmented"
UNCERTAINTY = "uncertainty"


@dataclass(frozen=True, eq=False)
class MapRequest:
    """What maps are made of.

    Args:
        segmentation: on the volume's lattice; its structures get the boxes of the uncertainty, None leaves it out.
        options: plane, window, grid, seed and the settings of sam-u.
        priors: whether everything mode is asked.
    """

    volume: Volume
    segmentation: Segmentation | None = None
    options: BenchmarkOptions = BenchmarkOptions()  # noqa: RUF009 - frozen
    priors: bool = True


def map_volumes(
    request: MapRequest,
    predictor: Predictor,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> dict[str, np.ndarray]:
    """All maps that were asked for, float32 on the volume's grid.

    Returns:
        `SEGMENTATION_PRIOR`, `BOUNDARY_PRIOR` (K, J, I) and `AUGMENTED` (K, J, I, 3); `UNCERTAINTY` (K, J, I), of
        structures that share a voxel the larger one.

    Raises:
        InputError: nothing was asked for, or the model takes no prompts.
        Cancelled: the user stopped.
    """
    if predictor.spec.promptless:
        raise InputError(f"Model '{predictor.spec.name}' takes no prompts, so there are no maps.", "Choose another.")
    names = map_names(request)
    if not names:
        raise InputError("No map is asked for.", "Give labels for the uncertainty, or ask for the priors.")
    axis = plane_axis(request.volume, request.options.plane)
    shape = request.volume.shape_kji
    maps = {name: np.zeros((*shape, 3) if name == AUGMENTED else shape, np.float32) for name in names}
    meter = ProgressMeter("making maps", shape[axis], on_progress)
    for index in range(shape[axis]):
        if should_stop():
            raise Cancelled
        for name, values in _slice_maps(request, predictor, axis, index, should_stop):
            np.moveaxis(maps[name], axis, 0)[index] = values
        meter.advance(f"slice {index}")
    return maps


def map_seconds(request: MapRequest, predictor: Predictor, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that the maps take, timed on the middle slice that the model is asked about; 0 where it is not asked."""
    volume, options = request.volume, request.options
    axis = plane_axis(volume, options.plane)
    objects = [len(_objects(request, axis, index)) for index in range(volume.shape_kji[axis])]
    asked = [index for index, count in enumerate(objects) if request.priors or count]
    if not asked or predictor.spec.promptless:
        return 0.0
    middle = SlicePlane.lattice(axis, asked[len(asked) // 2])
    shown = model_image(volume, extract(volume, middle, square_pixels=False), options)
    anything = np.ones(shown.shape[:2], np.bool_)  # all boxes take the model as long
    boxes = sum(objects) * options.protocol_settings.uncertainty_boxes
    points = len(asked) * options.points_per_side**2 if request.priors else 0
    speed = model_speed(predictor, shown, anything, request.priors, clock)
    return speed.seconds(Work(encodings=len(asked), prompts=boxes, grid_points=points))


def map_names(request: MapRequest) -> list[str]:
    """The maps that a request asks for."""
    names = [SEGMENTATION_PRIOR, BOUNDARY_PRIOR, AUGMENTED] if request.priors else []
    return [*names, UNCERTAINTY] if request.segmentation is not None else names


def check_map_files(names: Iterable[str], folder: Path) -> None:
    """Refuse a folder where maps would meet earlier ones: to be asked before they are computed, which takes minutes.

    Raises:
        InputError: a file of that name is there already, or the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder.", "Choose another folder.")
    there = [path for name in names if (path := folder / f"{name}.nrrd").exists()]
    if there:
        raise InputError(f"{there[0]} exists already.", "Choose another folder.")


def write_maps(maps: Mapping[str, np.ndarray], volume: Volume, folder: Path) -> list[Path]:
    """Write each map as `<name>.nrrd` with the place of the volume; the image with maps has three values per voxel.

    Raises:
        InputError: see `check_map_files`.
        StoreError: the folder cannot be written; nothing half-written stays.
    """
    from SAMSegmenterLib.files.nrrd_writing import write_nrrd

    check_map_files(maps, folder)
    paths = {name: folder / f"{name}.nrrd" for name in maps}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise store_error(folder, error) from error
    for name, path in paths.items():
        with atomic_path(path) as temporary:
            write_nrrd(temporary, maps[name], volume.ijk_to_ras if volume.has_spacing else None, {"content": name})
    return list(paths.values())


def map_nodes(maps: Mapping[str, np.ndarray], volume: Volume, scene: Any = None) -> list[Any]:
    """Each map as a new volume node of a scene, the open one by default.

    Thread: main.
    """
    from SAMSegmenterLib.scene.volumes import node_from_volume

    return [node_from_volume(replace(volume, array=values), name, scene) for name, values in maps.items()]


def _objects(request: MapRequest, axis: int, index: int) -> list[tuple[Structure, SliceObject]]:
    """Structures on a slice that the uncertainty is asked for."""
    if request.segmentation is None:
        return []
    task = SliceTask(axis, index, plane_name(request.volume, axis))
    return list(slice_targets(request.segmentation, task, request.options))


def _slice_maps(
    request: MapRequest, predictor: Predictor, axis: int, index: int, should_stop: ShouldStop
) -> Iterator[tuple[str, np.ndarray]]:
    """(name, (H, W) or (H, W, 3)) of one slice; one without an object needs no answer for the uncertainty."""
    task = SliceTask(axis, index, plane_name(request.volume, axis))
    options, objects = request.options, _objects(request, axis, index)
    if not request.priors and not objects:
        return
    image = extract(request.volume, SlicePlane.lattice(axis, index), square_pixels=False)
    shown = model_image(request.volume, image, options)
    embedding = predictor.encode([shown])[0]
    shape = (shown.shape[0], shown.shape[1])
    if request.priors:
        parameters = prior_parameters(predictor.spec.s1_thresholds, options.points_per_side)
        maps = prior_maps(predictor.everything(embedding, parameters), shape)
        yield SEGMENTATION_PRIOR, maps.segmentation
        yield BOUNDARY_PRIOR, maps.boundary
        yield AUGMENTED, augmented(shown, maps)
    if objects:
        model = SliceModel(predictor, embedding, shown, lambda window: shown, shape, should_stop=should_stop)
        entropy = np.zeros(shape, np.float32)
        settings = options.protocol_settings
        for number, (structure, one) in enumerate(objects):
            target = Target(number, one.mask, one.mask, (options.seed, task.plane, index, structure.value))
            count, share = settings.uncertainty_boxes, settings.uncertainty_share
            answer = mean_answer(model, tight_box(one.mask), count, share, target.rng(SAM_U))
            entropy = np.maximum(entropy, answer.entropy)
        yield UNCERTAINTY, entropy
