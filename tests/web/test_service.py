"""What the routes share: steps in threads, a place for everybody who is let in, and an end when they leave."""

import asyncio
from types import SimpleNamespace

from qa.config import Settings
from qa.types import State
from qa.web.service import Service


class Endless:
    """A pipeline that never gets to its answer."""

    stopped = False

    def stream(self, *_):
        try:
            while True:
                yield State("reading")
        finally:
            self.stopped = True


def service_of(pipeline, tmp_path):
    nobody = SimpleNamespace()
    return Service(nobody, pipeline, Settings(data_dir=tmp_path), *[nobody] * 8)


def test_the_answer_is_no_longer_written_when_whoever_asked_leaves(tmp_path):
    pipeline = Endless()
    service = service_of(pipeline, tmp_path)

    async def ask_and_leave():
        events = service.events("Why?")
        assert await anext(events) == State("reading")
        assert (pipeline.stopped, service.present) == (False, 1)
        await events.aclose()

    asyncio.run(ask_and_leave())
    assert (pipeline.stopped, service.present) == (True, 0)


def test_nor_when_the_asker_is_cut_off_in_the_middle_of_a_step(tmp_path):
    pipeline = Endless()
    service = service_of(pipeline, tmp_path)

    async def read_on():
        async for _ in service.events("Why?"):
            pass

    async def cut_off():
        reading = asyncio.create_task(read_on())
        await asyncio.sleep(0.05)
        reading.cancel()
        await asyncio.wait([reading])

    asyncio.run(cut_off())
    assert (pipeline.stopped, service.present) == (True, 0)
