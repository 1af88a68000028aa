"""Saved blocks as the client reads them: what is inside, by reference and not, from sync and async code."""

import asyncio

from pydantic import SecretStr

from segue.blocks.core import Block
from segue.client.orchestration import get_client


class Inner(Block):
    _block_type_slug = "inner-by-client"
    token: SecretStr
    size: int = 3


class Outer(Block):
    _block_type_slug = "outer-by-client"
    name: str
    inner: Inner


inner = Inner(token="hunter22")
inner.save("i")
Outer(name="saved", inner=Inner.load("i")).save("saved")
Outer(name="bare", inner=Inner(token="t0ken")).save("bare")


def without_slug(data):
    return {key: without_slug(value) if isinstance(value, dict) else value for key, value in data.items() if key != "block_type_slug"}


async def main():
    async with get_client() as client:
        for name in ("saved", "bare"):
            for secrets in (True, False):
                found = await client.read_block_document_by_name(name, "outer-by-client", include_secrets=secrets)
                print(name, secrets, without_slug(found.data))
                print(sorted(found.block_document_references))
        found = await client.read_block_document_by_name("saved", "outer-by-client")
        inside = found.block_document_references["inner"]["block_document"]
        print(inside["name"], inside["block_type"]["slug"], str(inside["id"]) == str(Inner.__name__ and inner._block_document_id))
        schema = await client.get_most_recent_block_schema_for_block_type(found.block_type_id)
        print(schema.fields["block_schema_references"]["inner"]["block_type_slug"])
        print(found.block_type.name, found.block_type_name)


asyncio.run(main())
