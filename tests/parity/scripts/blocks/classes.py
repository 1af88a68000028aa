"""What a class says of itself."""

from segue.blocks.abstract import CredentialsBlock, DatabaseBlock, JobBlock, NotificationBlock, ObjectStorageBlock, SecretBlock
from segue.blocks.core import Block
from segue.blocks.system import Secret
from segue.blocks.webhook import Webhook
from segue.filesystems import LocalFileSystem, RemoteFileSystem


class MyAPIKey(Block):
    """First paragraph.

    Second one.

    Attributes:
        a: not told here

    Examples:
        ```python
        x = 1
        ```
    """

    a: int = 1


class Named(Block):
    _block_type_name = "Some Name"
    _description = "given"
    _code_example = "  code"
    _logo_url = "https://example.com/logo.png"


class Child(MyAPIKey):
    pass


for cls in (MyAPIKey, Named, Child):
    print(cls.get_block_type_name(), cls.get_block_type_slug(), repr(cls.get_description()), repr(cls.get_code_example()))
    print(sorted(cls.get_block_capabilities()), cls.get_block_schema_version())
for cls in (LocalFileSystem, RemoteFileSystem, Webhook, Secret):
    print(cls.get_block_type_name(), cls.get_block_type_slug(), sorted(cls.get_block_capabilities()), sorted(cls.model_fields))
for cls in (CredentialsBlock, DatabaseBlock, JobBlock, NotificationBlock, ObjectStorageBlock, SecretBlock):
    print(cls.__name__, sorted(cls.__abstractmethods__))
    try:
        cls.register_type_and_schema()
    except Exception as error:
        print(type(error).__name__, error)
print(Block.is_block_class(Named), Block.is_block_class(Named()), Block.is_block_class(int))
print(Block.get_block_class_from_key("myapikey") is MyAPIKey)
try:
    Block.get_block_class_from_key("nonesuch")
except Exception as error:
    print(type(error).__name__, error)
try:
    Named().get_block_placeholder()
except Exception as error:
    print(type(error).__name__, error)
schema = MyAPIKey.model_json_schema()
print(schema["block_type_slug"], schema["title"], schema["description"], schema["secret_fields"], schema["block_schema_references"])
print(schema["properties"])
