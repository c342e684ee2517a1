"""The part of the page that opens and saves files."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.page_elements import ARIA, Actions

_SAVED = (
    (".seg.nrrd", "Save the segments as .seg.nrrd"),
    (".nii.gz", "Save the segments as .nii.gz, without names and colours"),
    ("prompts", "Save the prompts, with which sam-segment makes the same masks again"),
    (".mrb", "Save volume and segments as a Slicer scene, .mrb"),
)

WHICH = {"open_series": "", "open_frame": ""}
"""Which part of a file is meant, as the dialog begins."""


def build_files(v3: Any) -> None:
    """Lay out the buttons that open and save."""
    v3.VBtn(
        "Open",
        prepend_icon="mdi-folder-open",
        title="Open a volume or structures",
        size="small",
        data_action="open",
        click="files_shown = !files_shown",
        __properties=ARIA,
    )
    for ending, title in _SAVED:
        name = f"segmentation{ending}" if ending.startswith(".") else f"{ending}.json"
        v3.VBtn(
            ending,
            prepend_icon="mdi-download",
            title=title,
            href=f"save/{name}",
            download=name,
            data_action=f"save{ending}",
            size="small",
            __properties=[*ARIA, "download"],
        )


def build_open_dialog(v3: Any, html: Any, actions: Actions) -> None:
    """Lay out the dialog that opens files: sent by the browser, or of the shared folder.

    The variables are those of `OpenFiles.state`.
    """
    from trame_client.widgets.core import AbstractElement

    with v3.VDialog(v_model=("files_shown", False), max_width=620, scrollable=True), v3.VCard(title="Open"):
        with v3.VCardText():
            AbstractElement(
                "sam-upload",
                __properties=["busy", "most", "series", "frame"],
                busy=("opening",),
                most=("upload_bytes",),
                series=("open_series",),
                frame=("open_frame",),
            )
            _which(v3)
            html.P("{{ opening }}", role="status", classes="sam-opening text-body-2")
            v3.VAlert(v_if=("open_error",), type="error", density="compact", text=("open_error",), classes="my-2")
            _folder(v3, html, actions)
        with v3.VCardActions():
            v3.VSpacer()
            v3.VBtn("Close", click="files_shown = false", data_action="close-files", __properties=ARIA)


def _which(v3: Any) -> None:
    with v3.VRow(dense=True):
        for name, label in (("open_series", "Series, of several DICOM series"), ("open_frame", "Volume, of a 4D file")):
            with v3.VCol():
                v3.VTextField(v_model=(name,), label=label, density="compact", variant="outlined", hide_details=True)


def _folder(v3: Any, html: Any, actions: Actions) -> None:
    with html.Div(v_if=("folder_shared",), classes="mt-3"):
        html.Div("Shared folder: /{{ folder_path }}", classes="text-subtitle-2")
        html.Div("Only the first files of the folder are listed.", v_if=("folder_more",), classes="text-body-2")
        with html.Div(classes="my-1"):
            for label, name, shown in (
                ("Up", "browse", "folder_path !== ''"),
                ("Open this folder as DICOM", "open_path", "folder_path !== ''"),
            ):
                argument = "folder_parent" if name == "browse" else "folder_path"
                extra = "" if name == "browse" else ", 'volume', open_series, open_frame"
                v3.VBtn(
                    label,
                    v_if=(shown,),
                    size="small",
                    variant="text",
                    disabled=("!!opening",),
                    data_action=f"folder-{name}",
                    click=(actions[name], f"[{argument}{extra}]"),
                    __properties=ARIA,
                )
        with v3.VList(density="compact", max_height=300, classes="sam-folder"):
            _entries(v3, actions)


def _entries(v3: Any, actions: Actions) -> None:
    v3.VListItem(
        v_for="entry in folder_entries.filter((one) => one.is_folder)",
        key=("entry.path",),
        prepend_icon="mdi-folder",
        title=("entry.name",),
        click=(actions["browse"], "[entry.path]"),
    )
    with (
        v3.VListItem(
            v_for="entry in folder_entries.filter((one) => !one.is_folder)",
            key=("entry.path",),
            prepend_icon="mdi-file-outline",
            title=("entry.name",),
            subtitle=("entry.size",),
        ),
        v3.Template(v_slot_append=True),
    ):
        for kind, label in (("volume", "Open"), ("labels", "Structures")):
            v3.VBtn(
                label,
                size="x-small",
                variant="text",
                disabled=("!!opening",),
                data_action=f"open-{kind}",
                click=(actions["open_path"], f"[entry.path, '{kind}', open_series, open_frame]"),
                __properties=ARIA,
            )
