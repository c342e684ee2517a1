"""Pages that are shown while there is no workspace: it is starting, or cannot be started."""

from __future__ import annotations

import html

from SAMSegmenterLib.core.errors import SAMError

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SAM workspace</title>
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">{head}</head>
<body style="font: 16px/1.5 sans-serif; margin: 20vh auto; max-width: 34em; padding: 0 1em">{text}</body></html>"""

_AGAIN = '<meta http-equiv="refresh" content="{seconds}; url=/">'
_BUTTON = (
    '<a href="/" role="button" style="display: inline-block; padding: .4em 1.2em; border-radius: 4px; '
    'background: #1a5fb4; color: #fff; text-decoration: none">Try again</a>'
)


def starting_page(seconds: int = 1) -> str:
    """Says that the workspace is starting, and asks for it again after so many seconds."""
    return _PAGE.format(head=_AGAIN.format(seconds=seconds), text="The workspace is starting.")


def entry_page() -> str:
    """Leads to the page at once, without a word."""
    return _PAGE.format(head=_AGAIN.format(seconds=0), text="")


def error_page(error: SAMError) -> str:
    """Says what is wrong and what can be done about it; its button tries again, nothing does so by itself."""
    told = f'<p role="alert"><b>{html.escape(error.message)}</b></p>'
    hint = f"<p>{html.escape(error.hint)}</p>" if error.hint else ""
    return _PAGE.format(head="", text=f"{told}{hint}<p>{_BUTTON}</p>")
