"""Coroutines that the other end asks for are run here to their end: it waits meanwhile."""

import asyncio


def run(peer, awaitable):
    """The result of something awaitable. One loop lasts as long as the session; within it, another is made."""

    async def main():
        return await awaitable

    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        if outer is not None:
            loop = asyncio.new_event_loop()
            try:
                return loop.run_until_complete(main())
            finally:
                loop.close()
        if peer.loop is None:
            peer.loop = asyncio.new_event_loop()
        return peer.loop.run_until_complete(main())
    finally:
        asyncio._set_running_loop(outer)
