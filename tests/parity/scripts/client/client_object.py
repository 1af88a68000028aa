import asyncio

from segue import get_client
from segue.client.orchestration import SegueClient, SyncSegueClient


async def main():
    async with get_client() as client:
        print(type(client).__name__, isinstance(client, SegueClient))
        print((await client.hello()).status_code, await client.api_healthcheck())
        print(await client.read_flows())


asyncio.run(main())
with get_client(sync_client=True) as client:
    print(type(client).__name__, isinstance(client, SyncSegueClient))
    print(client.hello().status_code, client.api_healthcheck())
client = get_client(sync_client=True)
with client:
    print(client.read_flow_runs())
try:
    with client:
        print("again")
except Exception as error:
    print(type(error).__name__, error)
try:
    with get_client() as client:
        print("sync use of async client")
except Exception as error:
    print(type(error).__name__)
