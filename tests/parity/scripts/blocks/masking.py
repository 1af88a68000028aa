"""Where secrets are shown and where not."""

from typing import List, Optional

from pydantic import BaseModel, SecretBytes, SecretStr

from segue.blocks.core import Block
from segue.blocks.fields import SecretDict


class Plain(BaseModel):
    pw: SecretStr
    n: int = 2


class Inner(Block):
    token: SecretStr


class Outer(Block):
    host: str = "h"
    password: Optional[SecretStr] = None
    raw: SecretBytes = SecretBytes(b"raw")
    options: SecretDict = SecretDict({"a": "b"})
    inner: Optional[Inner] = None
    plain: Optional[Plain] = None
    many: List[SecretStr] = []


block = Outer(password="p", inner=Inner(token="t"), plain=Plain(pw="q"), many=["m"], extra=3)
print(repr(block))
print(str(block))
print(block.model_dump())
print(block.model_dump(mode="json"))
print(block.model_dump(mode="json", context={"include_secrets": True}))
print(block.model_dump_json())
print(Outer.model_json_schema()["secret_fields"])
block.save("b")
found = Outer.load("b")
print(repr(found))
print(found.password.get_secret_value(), found.raw.get_secret_value(), found.options.get_secret_value())
print(found.inner.token.get_secret_value(), found.plain.pw.get_secret_value(), found.many[0].get_secret_value())
