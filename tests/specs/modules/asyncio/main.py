import asyncio

async def work(name, seconds):
    await asyncio.sleep(seconds)
    return name

async def main():
    print(await asyncio.gather(work("a", 0.02), work("b", 0.01)))
    queue = asyncio.Queue(maxsize=2)
    async def produce():
        for i in range(4):
            await queue.put(i)
        await queue.put(None)
    async def consume():
        found = []
        while (item := await queue.get()) is not None:
            found.append(item)
        return found
    _, found = await asyncio.gather(produce(), consume())
    print(found)
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError:
        print("timeout")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(n, 0)) for n in "xy"]
    print([task.result() for task in tasks])
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    await event.wait()
    print("event", await asyncio.to_thread(len, "abc"))
    lock = asyncio.Lock()
    async with lock:
        print("locked", lock.locked())
    try:
        await asyncio.wait_for(asyncio.Future(), 0.01)
    except asyncio.TimeoutError:
        print("wait_for")

asyncio.run(main())
with asyncio.Runner() as runner:
    print(runner.run(work("runner", 0)))
