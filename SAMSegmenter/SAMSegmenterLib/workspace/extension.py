"""What another package may add to the page: a panel of its own beside the slice views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.workspace.controller import WorkspaceController


@dataclass(frozen=True)
class Host:
    """What a panel may use.

    Args:
        state: the variables of the page (trame's); a panel prefixes its own with its name.
        controller: gives the workspace at hand; another one after another volume was opened.
        tell: shows a notice.
        refresh: sends the page what has changed in the workspace.
    """

    state: Any
    controller: Callable[[], WorkspaceController]
    tell: Callable[[Notice], None]
    refresh: Callable[[], None]


class Extension(Protocol):
    """A panel; made by a function that takes the `Host`.

    Attributes:
        name: in small letters, unique.
        title, icon: of its button (Material Design Icons).
    """

    name: str
    title: str
    icon: str

    def build(self, v3: Any, html: Any) -> None:
        """Lay out the panel."""

    def tick(self) -> None:
        """Called by the workspace's timer, every 20 ms or so."""

    def case_changed(self) -> None:
        """Another volume was opened."""

    def close(self) -> None:
        """The workspace ends."""
