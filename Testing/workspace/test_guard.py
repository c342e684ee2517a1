"""The web server refuses before anything is answered, and takes the token out of the address line."""

import asyncio
from pathlib import Path

import pytest

from SAMSegmenterLib.workspace.access import Access
from SAMSegmenterLib.workspace.guard import guard

web = pytest.importorskip("aiohttp.web", reason="aiohttp, which comes with trame, is not installed")
test_utils = pytest.importorskip("aiohttp.test_utils")


def answers(access, *requests):
    """(status, headers, text, cookies) of one request after the other by one browser; paths, or (path, headers)."""

    async def greet(_request):
        return web.Response(text="hello")

    async def run():
        app = web.Application()
        app.router.add_get("/", greet)
        guard(app, access)
        found = []
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            for request in requests:
                path, headers = request if isinstance(request, tuple) else (request, {})
                answer = await client.get(path, headers=headers, allow_redirects=False)
                found.append((answer.status, answer.headers, await answer.text(), answer.cookies))
        return found

    return asyncio.run(run())


def test_the_page_comes_with_its_headers():
    ((status, headers, text, _),) = answers(Access(), "/")
    assert (status, text) == (200, "hello")
    assert headers["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_strangers_get_a_refusal_with_the_same_headers(headers):
    ((status, sent, text, _),) = answers(Access(), ("/", headers))
    assert status == 403 and "hello" not in text and sent["X-Frame-Options"] == "DENY"


def test_a_token_is_asked_for_kept_in_a_cookie_and_taken_out_of_the_address():
    access = Access("0.0.0.0", 8787, "right")
    without, wrong, right, again = answers(access, "/", "/?token=wrong", "/?token=right", "/")
    assert (without[0], wrong[0]) == (403, 403)
    assert right[0] == 200 and 'content="0; url=/"' in right[2] and "hello" not in right[2] and "right" not in right[2]
    cookie = right[3][access.cookie]
    assert cookie.value == "right" and cookie["httponly"] and cookie["samesite"] == "Strict" and not cookie["secure"]
    assert (again[0], again[2]) == (200, "hello")


def test_with_tls_the_cookie_is_never_sent_without():
    access = Access("0.0.0.0", 8787, "right", Path("certificate"), Path("key"))
    ((_, headers, _, cookies),) = answers(access, "/?token=right")
    assert cookies[access.cookie]["secure"] and "wss://" in headers["Content-Security-Policy"]


def test_what_changes_something_or_opens_a_socket_must_tell_where_it_comes_from():
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    (status, _, _, _), (allowed, _, _, _) = answers(Access(), ("/", upgrade), "/")
    assert (status, allowed) == (403, 200)


def test_pages_that_are_not_there_have_the_headers_too():
    ((status, headers, _, _),) = answers(Access(), "/gone")
    assert status == 404 and headers["X-Content-Type-Options"] == "nosniff"
