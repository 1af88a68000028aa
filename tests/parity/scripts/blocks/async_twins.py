"""In async code the same names are awaited."""

import asyncio

from pydantic import SecretStr

from segue.blocks.core import Block


class Key(Block):
    token: SecretStr

    async def use(self):
        return self.token.get_secret_value()


async def main():
    key = Key(token="x")
    print(type(await key.save("k")).__name__, type(await key.asave("k2")).__name__)
    print(await Key.load("k"), await Key.aload("k2"))
    print(await (await Key.aload("k")).use())
    print(await Key.adelete("k"), await Key.delete("k2"))
    try:
        await Key.aload("k")
    except ValueError as error:
        print(error)


asyncio.run(main())
