"""What the browser sends is checked before it is read, limited while it is, and gone afterwards."""

import asyncio

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.uploads import add_uploads, receive, safe_name

web = pytest.importorskip("aiohttp.web", reason="aiohttp, which comes with trame, is not installed")
test_utils = pytest.importorskip("aiohttp.test_utils")


class Desk:
    """What was taken and told."""

    def __init__(self, failure=None):
        self.taken, self.told, self.failure = [], [], failure

    async def take(self, kind, path, series, frame):
        self.taken.append((kind, path, path.read_bytes(), series, frame))
        if self.failure:
            raise self.failure


def sent(desk, path, content, most=1000):
    async def run():
        app = web.Application()
        add_uploads(app, desk.take, desk.told.append, most)
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            answer = await client.post(path, data=content)
            return answer.status, await answer.text()

    return asyncio.run(run())


def test_a_file_is_taken_and_its_copy_is_gone_afterwards():
    desk = Desk()
    status, _ = sent(desk, "/open/volume?name=ct.nii.gz&series=3&frame=2", b"voxels")
    ((kind, path, content, series, frame),) = desk.taken
    assert (status, kind, path.name, content, series, frame) == (200, "volume", "ct.nii.gz", b"voxels", "3", 2)
    assert not path.parent.exists() and desk.told == []


def test_what_cannot_be_opened_is_told_and_gone():
    desk = Desk(InputError("ct.nrrd is damaged.", "Export it again."))
    status, text = sent(desk, "/open/labels?name=ct.nrrd", b"voxels")
    assert status == 422 and "damaged" in text and "damaged" in str(desk.told[0])
    assert not desk.taken[0][1].parent.exists()


def test_files_that_are_too_long_are_refused_before_they_are_read():
    desk = Desk()
    status, text = sent(desk, "/open/volume?name=a.nrrd", bytes(1001))
    assert status == 422 and "the most that may be sent" in text and desk.taken == []


def test_a_body_without_a_length_is_counted(tmp_path):
    async def chunks():
        for _ in range(3):
            yield bytes(500)

    with pytest.raises(InputError, match="larger than"):
        asyncio.run(receive(chunks(), tmp_path / "a", 1200))
    assert list(tmp_path.iterdir()) == []


def test_many_files_together_are_not_taken_beside_each_other():
    async def run():
        desk, begun, may_end = Desk(), asyncio.Event(), asyncio.Event()

        async def body():
            yield b"voxels"
            begun.set()
            await may_end.wait()

        app = web.Application()
        add_uploads(app, desk.take, desk.told.append, 1000)
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            first = asyncio.create_task(client.post("/open/volume?name=a.nrrd", data=body()))
            await begun.wait()
            for _ in range(2):
                answer = await client.post("/open/volume?name=b.nrrd", data=b"voxels")
                assert answer.status == 422 and "Another file is being sent" in await answer.text()
            may_end.set()
            assert (await first).status == 200 and len(desk.taken) == 1
            assert (await client.post("/open/volume?name=b.nrrd", data=b"voxels")).status == 200

    asyncio.run(run())


@pytest.mark.parametrize(
    ("path", "said"), [("/open/volume?frame=two", "not the number"), ("/open/volume", "cannot be")]
)
def test_wrong_numbers_and_uploads_that_are_not_allowed_are_told(path, said):
    desk = Desk()
    status, text = sent(desk, path, b"x", most=0 if said == "cannot be" else 1000)
    assert status == 422 and said in text and desk.taken == []


def test_other_kinds_are_not_there():
    assert sent(Desk(), "/open/program?name=a", b"x")[0] == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ct.nii.gz", "ct.nii.gz"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\a.nrrd", "a.nrrd"),
        (".hidden.nrrd", "hidden.nrrd"),
        ("", "file"),
        ("..", "file"),
        ("a\0b:c.mha", "a_b_c.mha"),
        ("x" * 300 + ".seg.nrrd", "x" * 111 + ".seg.nrrd"),
    ],
)
def test_names_are_made_harmless_and_keep_their_ending(name, kept):
    assert safe_name(name) == kept
