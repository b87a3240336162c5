import asyncio
async def main():
    print("ready", flush=True)
    try:
        await asyncio.sleep(1000)
    except asyncio.CancelledError:
        print("cancelled")
        raise
asyncio.run(main())
