"""`sam-benchmark agreement`: two readers in the same figures as a model against a reader."""

from __future__ import annotations

import argparse
from pathlib import Path

from SAMBenchmarkLib.cli.run_arguments import names_from
from SAMBenchmarkLib.core.cases import parse_label_names
from SAMBenchmarkLib.core.reader_options import ReaderOptions
from SAMBenchmarkLib.core.summary_text import aligned
from SAMBenchmarkLib.session.output_folder import check_folder
from SAMSegmenterLib.cli.common import add_common_arguments
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.core.errors import EXIT_OK

ABOUT = """Compare two readers' segmentations of the same images: Dice, Jaccard, Hausdorff distances, surface Dice and
volumes, for every structure of every slice and in three dimensions, with limits of agreement and intervals over cases;
as tables and a report with pictures. Files of two folders belong together when they have the same name. The output
folder appears complete or not at all."""


def add_parser(commands: argparse._SubParsersAction, formatter: type[argparse.HelpFormatter]) -> None:
    """Add the command to `sam-benchmark`."""
    about = "agreement of two readers"
    parser = commands.add_parser("agreement", help=about, description=ABOUT, formatter_class=formatter)
    add = parser.add_argument
    reader = "segmentation, or folder of segmentations, of the {} reader"
    add("--first", metavar="PATH", required=True, help=reader.format("first"))
    add("--second", metavar="PATH", required=True, help=reader.format("second"))
    add(
        "--volumes",
        metavar="PATH",
        help="image, or folder of images of the same names: shown in pictures, and both segmentations are brought onto "
        "its grid",
    )
    add("--output", metavar="FOLDER", required=True, help="new or empty folder, or one of an earlier comparison")
    add(
        "--structures",
        default="",
        metavar="NAMES",
        help='only these, as in "liver;spleen", also where one reader uses the name nowhere (those that both use)',
    )
    add("--label-names", metavar="NAMES", help='names of label values, as in "1=liver;2=spleen"')
    add("--plane", default="auto", help="auto (across the thickest slices), axial, sagittal or coronal")
    add("--tolerance", type=float, default=1.0, metavar="MM", help="of surface Dice")
    add("--window", default="minmax", help="intensities in pictures, as in `sam-benchmark run`")
    add(
        "--correction-effort",
        action="store_true",
        help="count what is to be corrected of the second reader's outlines (HCE); needs OpenCV and scikit-image",
    )
    add("--only-common", action="store_true", help="leave out files that have no partner; the report says how many")
    add(
        "--file-names",
        action="store_true",
        help="call cases in tables and report as their files are called; not when those hold patients' names",
    )
    add_common_arguments(parser)


def run(given: argparse.Namespace) -> int:
    """Compare, write and print; returns the exit code.

    Raises:
        InputError: files cannot be used or do not fit together; nothing is written.
        StoreError: the output cannot be written; nothing is left of it.
    """
    from SAMBenchmarkLib.session.reader_pairs import left_out, reader_pairs
    from SAMBenchmarkLib.session.reader_study import MARK, compare_readers, write_reader_study

    options = ReaderOptions(
        structures=names_from(given.structures, ";"),
        label_names=parse_label_names(given.label_names or ""),
        plane=given.plane.lower(),
        tolerance_mm=given.tolerance,
        window=given.window.lower(),
        correction_effort=given.correction_effort,
    )
    volumes = Path(given.volumes).expanduser() if given.volumes else None
    readers = (Path(given.first).expanduser(), Path(given.second).expanduser())
    pairs = reader_pairs(*readers, volumes, given.only_common, given.file_names)
    notes = left_out(*readers, volumes, given.file_names)  # without --only-common they are an error by now
    check_folder(given.output, MARK)
    with TerminalProgress() as progress:
        study = compare_readers(pairs, options, progress, notes=notes)
    paths = write_reader_study(study, given.output)
    print(f"\n{_summary(study.tables)}\n")
    for note in study.notes:
        print(f"note: {note}")
    print("Where to look:")
    for path in paths:
        print(f"  {path}")
    return EXIT_OK


def _summary(tables: list) -> str:
    """Mean figures per structure, objects and whole volumes."""
    table = next(table for table in tables if table.name == "readers")
    rows = [["structure", "of each", "n", "DICE [%]", "HD95 [mm]", "surface DICE [%]"]]
    for row in (dict(zip(table.header, values, strict=True)) for values in table.rows):
        figures = [row[f"{name}_mean"] for name in ("dice_percent", "hd95_mm", "surface_dice_percent")]
        shown = ["-" if value != value else f"{value:.1f}" for value in figures]
        rows.append([str(row["structure"]), str(row["of_each"]), str(row["n"]), *shown])
    return aligned(rows)
