"""Requests reach the workspace of their browser and no other; without cookie, token or right origin they reach none."""

import asyncio
import contextlib
import shutil
import subprocess

import pytest

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.workspace.access import Access
from SAMSegmenterLib.workspace.gateway import OWNER_COOKIE, Gateway
from SAMSegmenterLib.workspace.proxy import TOKEN_HEADER
from SAMSegmenterLib.workspace.server import ask_for_token
from SAMSegmenterLib.workspace.sessions import Sessions

aiohttp = pytest.importorskip("aiohttp", reason="aiohttp, which comes with trame, is not installed")
test_utils = pytest.importorskip("aiohttp.test_utils")
web = pytest.importorskip("aiohttp.web")


class Worker:
    """A small web server in place of a workspace's process: it tells its number and what it was asked."""

    def __init__(self, number):
        self.number, self.token, self.is_alive, self.server = number, f"token {number}", True, None
        self.failure = None

    @property
    def url(self):
        return str(self.server.make_url("")).rstrip("/")

    async def begin(self, _owner, notice=""):
        if self.failure is not None:
            self.is_alive = False
            raise self.failure
        app = web.Application()
        ask_for_token(app, self.token)
        app.router.add_get("/socket", self.socket)
        app.router.add_route("*", "/{path:.*}", self.answer)
        self.server = test_utils.TestServer(app)
        await self.server.start_server()

    async def answer(self, request):
        headers = {name.lower() for name in request.headers}
        told = {"worker": self.number, "path": request.path_qs, "method": request.method}
        told["leaked"] = sorted(headers & {"cookie", "origin", "referer"})
        told["body"] = (await request.read()).decode()
        return web.json_response(told, headers={"Set-Cookie": "inner=1"})

    async def socket(self, request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(f"{self.number} heard {message.data}")
        return socket

    async def end(self):
        self.is_alive = False
        if self.server is not None:
            await self.server.close()

    def kill(self):
        self.is_alive = False


class Desk:
    """A gateway and browsers that come to it."""

    def __init__(self, access=None, most=2):
        self.workers, self.failure = [], None
        self.sessions = Sessions(self.start, most, 60.0)
        self.gateway = Gateway(access or Access(), self.sessions)

    async def start(self):
        self.workers.append(Worker(len(self.workers) + 1))
        self.workers[-1].failure = self.failure
        return self.workers[-1]

    @contextlib.asynccontextmanager
    async def browsers(self, count):
        server = test_utils.TestServer(self.gateway.application())
        async with contextlib.AsyncExitStack() as stack:
            jars = [aiohttp.CookieJar(unsafe=True) for _ in range(count)]
            found = [await stack.enter_async_context(test_utils.TestClient(server, cookie_jar=jar)) for jar in jars]
            yield found
            await self.sessions.close()


async def opened(browser, tries=50):
    """Open the page as a browser does, which follows the pages that lead on."""
    for _ in range(tries):
        answer = await browser.get("/")
        if answer.content_type == "application/json":
            return await answer.json()
        await asyncio.sleep(0.01)
    raise AssertionError("the page does not open")


def origin(browser):
    return {"Origin": str(browser.make_url("")).rstrip("/")}


def test_each_browser_reaches_its_own_workspace():
    async def run():
        desk = Desk()
        async with desk.browsers(2) as (first, second):
            assert (await opened(first))["worker"] == 1
            assert (await opened(second))["worker"] == 2
            assert (await (await first.get("/save/segmentation.seg.nrrd")).json())["worker"] == 1
            assert (await (await second.get("/save/segmentation.seg.nrrd")).json())["worker"] == 2

    asyncio.run(run())


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it():
    async def run():
        async with Desk().browsers(1) as (browser,):
            answer = await browser.get("/")
            cookie = answer.cookies[OWNER_COOKIE]
            assert len(cookie.value) == 43 and cookie["httponly"] and cookie["samesite"] == "Strict"
            assert not cookie["secure"] and answer.headers["X-Frame-Options"] == "DENY"

    asyncio.run(run())


def test_who_has_no_cookie_or_invents_one_gets_nothing_of_a_workspace():
    async def run():
        desk = Desk()
        async with desk.browsers(2) as (first, stranger):
            await opened(first)
            assert (await stranger.get("/save/segmentation.nii.gz")).status == 403
            for invented in ("x", "A" * 43, "../" * 14 + "x"):
                headers = {"Cookie": f"{OWNER_COOKIE}={invented}"}
                answer = await stranger.get("/save/segmentation.nii.gz", headers=headers)
                assert answer.status in (403, 409) and "worker" not in await answer.text()
            assert len(desk.workers) == 1

    asyncio.run(run())


def test_a_page_of_another_site_that_leads_here_begins_no_workspace_and_changes_no_cookie():
    async def run():
        desk = Desk()
        async with desk.browsers(1) as (browser,):
            answer = await browser.get("/", headers={"Sec-Fetch-Site": "cross-site"})
            assert "refresh" in await answer.text() and OWNER_COOKIE not in answer.cookies and desk.workers == []

    asyncio.run(run())


def test_bodies_and_addresses_are_passed_on_and_secrets_are_not():
    async def run():
        async with Desk().browsers(1) as (browser,):
            await opened(browser)
            answer = await browser.post("/open/volume?name=a%26b%20c", data=b"voxels", headers=origin(browser))
            told = await answer.json()
            assert (told["method"], told["body"], told["leaked"]) == ("POST", "voxels", [])
            assert told["path"] == "/open/volume?name=a%26b%20c" and "inner" not in answer.cookies

    asyncio.run(run())


def test_nothing_is_sent_by_another_page():
    async def run():
        async with Desk().browsers(1) as (browser,):
            await opened(browser)
            for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
                assert (await browser.post("/open/volume", data=b"x", headers=headers)).status == 403
            assert (await browser.get("/", headers={"Host": "evil.example"})).status == 403

    asyncio.run(run())


def test_without_the_token_there_is_no_page():
    async def run():
        desk = Desk(Access("0.0.0.0", 0, "right"))
        async with desk.browsers(2) as (guest, stranger):
            for path in ("/", "/session", "/save/segmentation.mrb", "/?token=wrong"):
                assert (await stranger.get(path)).status == 403
            assert desk.workers == []
            assert (await guest.get("/?token=right")).status == 200
            assert (await opened(guest))["worker"] == 1

    asyncio.run(run())


def test_sockets_are_joined_with_their_own_workspace():
    async def run():
        desk = Desk()
        async with desk.browsers(2) as (first, second):
            await opened(first)
            await opened(second)
            for number, browser in ((1, first), (2, second)):
                async with browser.ws_connect("/socket", headers=origin(browser)) as socket:
                    await socket.send_str("hello")
                    assert await socket.receive_str() == f"{number} heard hello"
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await first.ws_connect("/socket", headers={"Origin": "http://evil.example"})

    asyncio.run(run())


def test_a_lost_workspace_is_noticed_and_started_again():
    async def run():
        desk = Desk()
        async with desk.browsers(1) as (browser,):
            await opened(browser)
            assert await (await browser.get("/session")).json() == {"workspace": 1}
            await desk.workers[0].end()
            assert await (await browser.get("/session")).json() == {"workspace": None}
            assert (await opened(browser))["worker"] == 2
            assert await (await browser.get("/session")).json() == {"workspace": 2}

    asyncio.run(run())


def test_a_workspace_that_dies_at_its_start_is_told_with_a_button_and_started_again_by_it_alone():
    async def run():
        desk = Desk()
        desk.failure = SAMError("It <ended>.", "Look there.")
        async with desk.browsers(1) as (browser,):
            while (answer := await browser.get("/")).status == 200:
                await asyncio.sleep(0.01)
            text = await answer.text()
            assert answer.status == 503 and "It &lt;ended&gt;." in text and "Look there." in text
            assert 'role="button"' in text and "refresh" not in text and len(desk.workers) == 1
            desk.failure = None
            assert (await opened(browser))["worker"] == 2

    asyncio.run(run())


def test_a_page_whose_workspace_cannot_be_started_again_is_told_and_starts_nothing():
    async def run():
        desk = Desk()
        async with desk.browsers(1) as (browser,):
            await opened(browser)
            desk.failure = SAMError("It ended.")
            await desk.workers[0].end()
            told = [await (await browser.get("/session")).json() for _ in range(10)]
            assert told[0] == {"workspace": None} and told[-1] == {"workspace": None, "error": "It ended."}
            assert len(desk.workers) == 2

    asyncio.run(run())


def test_more_browsers_than_allowed_are_told():
    async def run():
        async with Desk(most=1).browsers(2) as (first, second):
            await opened(first)
            await second.get("/")
            answer = await second.get("/")
            assert answer.status == 503 and "workspaces are in use" in await answer.text()

    asyncio.run(run())


def test_a_workspace_answers_nobody_but_the_gateway():
    async def run():
        worker = Worker(1)
        await worker.begin("")
        async with aiohttp.ClientSession() as stranger:
            for headers in ({}, {TOKEN_HEADER: "token 2"}, {TOKEN_HEADER: "töken"}):
                async with stranger.get(worker.url + "/save/segmentation.mrb", headers=headers) as answer:
                    assert answer.status == 403 and "worker" not in await answer.text()
        await worker.end()

    asyncio.run(run())


def test_a_certificate_that_is_none_is_told(tmp_path):
    pem = tmp_path / "pem"
    pem.write_text("no certificate", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be used for TLS"):
        Gateway(Access("127.0.0.1", 0, "", pem, pem), Sessions(None, 1, 1.0))


def test_with_tls_pages_and_sockets_are_encrypted(tmp_path):
    certificate, key = _certificate(tmp_path)

    async def run():
        desk = Desk(Access("127.0.0.1", 0, "", certificate, key))
        ready, until = asyncio.get_running_loop().create_future(), asyncio.Event()
        serving = asyncio.create_task(desk.gateway.serve(ready.set_result, until))
        address = await ready
        assert address.startswith("https://127.0.0.1:")
        async with aiohttp.ClientSession() as session, session.get(address, ssl=False) as answer:
            assert answer.status == 200 and answer.cookies[OWNER_COOKIE]["secure"]
            assert "wss://" in answer.headers["Content-Security-Policy"]
        until.set()
        await serving

    asyncio.run(run())


def _certificate(folder):
    """A certificate of this computer for itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the program openssl is not installed")
    certificate, key = folder / "c.pem", folder / "k.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command = [openssl, "req", "-x509", *kind, "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-out", str(certificate), "-keyout", str(key)], check=True, capture_output=True)
    return certificate, key
