"""Every browser has a workspace of its own; there is a limit, and a new one in place of a lost one."""

import asyncio

import pytest

from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.workspace.sessions import GRACE_SECONDS, LOST, MOST_SHORT_LIVES, SHORT_SECONDS, Sessions, owner_of


class Worker:
    """Stands in for a process."""

    def __init__(self, failure=None):
        self.is_alive, self.begun, self.ended, self.failure = True, None, False, failure

    async def begin(self, owner, notice=""):
        if self.failure:
            raise self.failure
        self.begun = (owner, notice)

    async def end(self):
        self.ended, self.is_alive = True, False

    def kill(self):
        self.ended, self.is_alive = True, False


class Desk:
    """Sessions, the workers that were started, and seconds that pass when they are told to."""

    def __init__(self, most=2, idle=60.0):
        self.started, self.now, self.failure = [], 0.0, None
        self.sessions = Sessions(self.start, most, idle, lambda: self.now)

    async def start(self):
        if isinstance(self.failure, InputError):
            raise self.failure
        self.started.append(Worker())
        return self.started[-1]

    async def ready(self, secret):
        session = self.sessions.session(secret)
        while session.starting is not None:
            await asyncio.sleep(0)
        return session


def run(work):
    return asyncio.run(work)


def test_two_browsers_have_two_workspaces_and_each_comes_back_to_its_own():
    async def work():
        desk = Desk()
        first, second = await desk.ready("a"), await desk.ready("b")
        assert first.worker is not second.worker and first.worker is not None
        assert (await desk.ready("a")).worker is first.worker and len(desk.started) == 2
        assert {first.worker.begun[0], second.worker.begun[0]} == {owner_of("a"), owner_of("b")}
        assert desk.sessions.known("c") is None

    run(work())


def test_the_name_of_the_folder_does_not_tell_the_secret():
    assert "secret" not in owner_of("secret") and owner_of("a") != owner_of("b") and owner_of("a").isalnum()


def test_the_workspace_that_was_prepared_goes_to_the_first_browser_alone():
    async def work():
        desk = Desk()
        await desk.sessions.prepare()
        first, second = await desk.ready("a"), await desk.ready("b")
        assert first.worker is desk.started[0] and second.worker is desk.started[1]

    run(work())


def test_a_prepared_workspace_that_died_meanwhile_is_not_given_out():
    async def work():
        desk = Desk()
        await desk.sessions.prepare()
        desk.started[0].is_alive = False
        assert (await desk.ready("a")).worker is desk.started[1]

    run(work())


def test_no_more_than_allowed():
    async def work():
        desk = Desk(most=1)
        await desk.ready("a")
        with pytest.raises(StoreError, match="All 1 workspaces are in use"):
            desk.sessions.session("b")
        assert (await desk.ready("a")).worker is not None

    run(work())


def test_a_workspace_whose_page_was_closed_makes_room_for_others():
    async def work():
        desk = Desk(most=2)
        first, second = await desk.ready("a"), await desk.ready("b")
        first.connections = 1
        desk.now = GRACE_SECONDS - 1
        with pytest.raises(StoreError, match="in use"):
            desk.sessions.session("c")
        desk.now = GRACE_SECONDS + 1
        third = await desk.ready("c")
        assert second.worker.ended and not first.worker.ended and third.worker is desk.started[2]
        with pytest.raises(StoreError, match="in use"):
            desk.sessions.session("b")

    run(work())


def test_a_lost_workspace_is_started_again_and_the_user_is_told():
    async def work():
        desk = Desk()
        session = await desk.ready("a")
        assert session.worker.begun[1] == "" and session.begun == 1
        session.worker.is_alive = False
        again = await desk.ready("a")
        assert again.worker is desk.started[1] and again.worker.begun == (owner_of("a"), LOST) and again.begun == 2

    run(work())


def test_a_workspace_that_is_lost_again_and_again_is_not_started_for_ever():
    async def work():
        desk = Desk()
        for _ in range(MOST_SHORT_LIVES):
            session = await desk.ready("a")
            session.worker.is_alive = False
        assert (await desk.ready("a")).worker is None and "right after its start" in str(session.error)
        assert len(desk.started) == MOST_SHORT_LIVES
        desk.sessions.forget(session)
        assert (await desk.ready("a")).worker is desk.started[-1]

    run(work())


def test_a_workspace_that_is_lost_now_and_then_comes_back_each_time():
    async def work():
        desk = Desk()
        for _ in range(2 * MOST_SHORT_LIVES):
            session = await desk.ready("a")
            desk.now += SHORT_SECONDS + 1
            session.worker.is_alive = False
        assert (await desk.ready("a")).worker is not None

    run(work())


def test_workspaces_that_nobody_uses_are_ended_those_with_an_open_page_are_not():
    async def work():
        desk = Desk(idle=60.0)
        first, second = await desk.ready("a"), await desk.ready("b")
        second.connections = 1
        desk.now = 59.0
        await desk.sessions.sweep()
        assert not first.worker.ended
        desk.now = 61.0
        await desk.sessions.sweep()
        assert first.worker.ended and not second.worker.ended
        assert desk.sessions.known("a") is None
        assert (await desk.ready("a")).worker is desk.started[2]

    run(work())


def test_who_comes_back_while_the_last_workspace_still_keeps_its_work_waits_for_it():
    async def work():
        desk, may_end = Desk(idle=60.0), asyncio.Event()
        first = (await desk.ready("a")).worker
        end = first.end

        async def slowly():
            await may_end.wait()
            await end()

        first.end = slowly
        desk.now = 61.0
        sweeping = asyncio.create_task(desk.sessions.sweep())
        await asyncio.sleep(0)
        session = desk.sessions.session("a")
        for _ in range(20):
            await asyncio.sleep(0)
        assert session.starting is not None and desk.started[1].begun is None
        may_end.set()
        await sweeping
        assert (await desk.ready("a")).worker is desk.started[1] and first.ended and desk.started[1].begun is not None

    run(work())


def test_what_cannot_be_started_is_told_and_tried_again_when_it_is_asked_for():
    async def work():
        desk = Desk(most=1)
        desk.failure = InputError("no file")
        session = await desk.ready("a")
        assert session.worker is None and "no file" in str(session.error)
        assert (await desk.ready("a")).error is session.error, "a page that asks again and again starts nothing"
        desk.sessions.forget(session)
        desk.failure = None
        assert (await desk.ready("a")).worker is not None

    run(work())


def test_all_are_ended_at_the_end_the_prepared_one_too():
    async def work():
        desk = Desk()
        await desk.ready("a")
        await desk.sessions.prepare()
        await desk.sessions.close()
        assert [worker.ended for worker in desk.started] == [True, True]

    run(work())
