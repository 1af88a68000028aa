import asyncio

from segue import flow, task


class Client:
    def __init__(self, host):
        self.host = host

    @task
    async def fetch(self, path):
        await asyncio.sleep(0)
        return f"{self.host}/{path}"

    @flow
    async def crawl(self, paths: list[str]):
        direct = await self.fetch(paths[0])
        gathered = await asyncio.gather(*[self.fetch(path) for path in paths])
        submitted = self.fetch.submit("last")
        return direct, gathered, submitted.result()


print(asyncio.run(Client("example").crawl(["a", "b"])))
print(Client.crawl.isasync, Client.fetch.isasync)
