"""Blocks inside blocks: saved ones are shared, others belong to the one they are in."""

from typing import Optional

from pydantic import SecretStr

from segue.blocks.core import Block


class Key(Block):
    token: SecretStr
    note: str = "n"


class Service(Block):
    host: str = "h"
    key: Optional[Key] = None


Service(key=Key(token="own")).save("own")
own = Service.load("own")
print(own.key, own.key.token.get_secret_value(), own.key._block_document_name, own.key._block_document_id)

shared = Key(token="shared")
shared.save("k")
Service(key=shared).save("with")
found = Service.load("with")
print(found.key.token.get_secret_value(), found.key._block_document_name, found.key._block_document_id == shared._block_document_id)
Key(token="changed").save("k", overwrite=True)
print(Service.load("with").key.token.get_secret_value())
print(Service.load("own").key.token.get_secret_value())
print(Service.model_json_schema()["block_schema_references"]["key"]["block_type_slug"])
print(Block.annotation_refers_to_block_class(Optional[Key]), Block.annotation_refers_to_block_class(int))
