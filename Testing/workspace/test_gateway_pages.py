"""Pages without a workspace say what happens, and never more than the text that they were given."""

from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.workspace.gateway_pages import entry_page, error_page, starting_page


def test_the_page_that_waits_asks_again_and_the_one_that_leads_on_does_so_at_once():
    assert 'content="1; url=/"' in starting_page() and "is starting" in starting_page()
    assert 'content="0; url=/"' in entry_page() and "is starting" not in entry_page()


def test_what_is_wrong_is_told_with_its_hint_and_nothing_happens_by_itself():
    page = error_page(SAMError("<b>Wrong</b>", "Do & so."))
    assert "&lt;b&gt;Wrong" in page and "<p>Do &amp; so.</p>" in page and "refresh" not in page
    assert 'href="/" role="button"' in page and "<p></p>" not in error_page(SAMError("Wrong"))
