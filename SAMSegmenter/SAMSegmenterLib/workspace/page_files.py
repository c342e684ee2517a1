"""The part of the page that opens and saves files."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA


def build_files(v3: Any) -> None:
    """Lay out the buttons that save."""
    for ending in (".seg.nrrd", ".nii.gz"):
        v3.VBtn(
            ending,
            prepend_icon="mdi-download",
            title=f"Save the segments as {ending}",
            href=f"save/segmentation{ending}",
            download=f"segmentation{ending}",
            data_action=f"save{ending}",
            size="small",
            __properties=[*ARIA, "download"],
        )
