"""Block types, schemas and documents by the client: made, read with and without secrets, changed, deleted."""

from segue.client.orchestration import get_client
from segue.client.schemas.actions import (
    BlockDocumentCreate,
    BlockDocumentUpdate,
    BlockSchemaCreate,
    BlockTypeCreate,
    BlockTypeUpdate,
)
from segue.exceptions import ObjectAlreadyExists, ObjectNotFound

FIELDS = {
    "title": "Login",
    "type": "object",
    "properties": {
        "user": {"title": "User", "type": "string"},
        "password": {"title": "Password", "type": "string", "format": "password", "writeOnly": True},
        "options": {"title": "Options", "type": "object"},
    },
    "required": ["user"],
    "block_type_slug": "login-by-client",
    "secret_fields": ["password", "options.*"],
    "block_schema_references": {},
}


def tried(label, act):
    try:
        print(label, "->", act())
    except Exception as error:
        print(label, "!!", type(error).__name__)


with get_client(sync_client=True) as client:
    made = client.create_block_type(BlockTypeCreate(name="Login By Client", slug="login-by-client", description="first"))
    print(made.name, made.slug, made.description, made.is_protected, type(made.id).__name__, made.created is not None)
    try:
        client.create_block_type(BlockTypeCreate(name="Login By Client", slug="login-by-client"))
    except ObjectAlreadyExists:
        print("type exists")
    client.update_block_type(made.id, BlockTypeUpdate(description="second", code_example="use it"))
    read = client.read_block_type_by_slug("login-by-client")
    print(read.id == made.id, read.description, read.code_example, read.logo_url)
    print("login-by-client" in [each.slug for each in client.read_block_types()])
    tried("no type", lambda: client.read_block_type_by_slug("no-such-type"))

    schema = client.create_block_schema(
        BlockSchemaCreate(fields=FIELDS, block_type_id=made.id, capabilities=["b", "a"], version="1.2.3")
    )
    print(schema.checksum.startswith("sha256:"), sorted(schema.capabilities), schema.version, schema.block_type.slug)
    print(schema.fields["secret_fields"], schema.fields["required"])
    same = client.create_block_schema(
        BlockSchemaCreate(fields=FIELDS, block_type_id=made.id, capabilities=["b", "a"], version="1.2.3")
    )
    print(same.id == schema.id)
    print(client.read_block_schema_by_checksum(schema.checksum).id == schema.id)
    print(schema.id in [each.id for each in client.read_block_schemas()])
    print(client.get_most_recent_block_schema_for_block_type(made.id).id == schema.id)
    tried("no schema", lambda: client.read_block_schema_by_checksum("sha256:none"))

    secret = {"user": "me", "password": "hunter22", "options": {"token": "t0ken"}}
    one = client.create_block_document(
        BlockDocumentCreate(name="one", data=secret, block_schema_id=schema.id, block_type_id=made.id)
    )
    print(one.name, one.data, one.is_anonymous, one.block_type_name, one.block_type.slug, one.block_schema.checksum == schema.checksum)
    hidden = client.create_block_document(
        BlockDocumentCreate(name="two", data={**secret, "user": "you"}, block_schema_id=schema.id, block_type_id=made.id),
        include_secrets=False,
    )
    print(hidden.name, hidden.data)
    try:
        client.create_block_document(
            BlockDocumentCreate(name="one", data=secret, block_schema_id=schema.id, block_type_id=made.id)
        )
    except ObjectAlreadyExists:
        print("document exists")
    tried("bad name", lambda: BlockDocumentCreate(name="Bad Name", data={}, block_schema_id=schema.id, block_type_id=made.id))
    print(client.read_block_document(one.id).data)
    print(client.read_block_document(one.id, include_secrets=False).data)
    print(client.read_block_document_by_name("two", "login-by-client").data)
    print(client.read_block_document_by_name("two", "login-by-client", include_secrets=False).data)
    tried("no document", lambda: client.read_block_document_by_name("three", "login-by-client"))
    tried("no document by id", lambda: client.read_block_document(schema.id))
    of_type = client.read_block_documents_by_type("login-by-client", include_secrets=False)
    print(sorted(each.name for each in of_type), of_type[0].data["password"])
    print(sorted(each.name for each in client.read_block_documents(limit=200) if each.block_type_id == made.id))

    client.update_block_document(one.id, BlockDocumentUpdate(data={"password": "other"}))
    print(client.read_block_document(one.id).data)
    client.update_block_document(one.id, BlockDocumentUpdate(data={"user": "they"}, merge_existing_data=False))
    print(client.read_block_document(one.id).data)
    tried("change nothing", lambda: client.update_block_document(schema.id, BlockDocumentUpdate(data={})))

    client.delete_block_document(one.id)
    tried("deleted", lambda: client.read_block_document(one.id))
    try:
        client.delete_block_document(one.id)
    except ObjectNotFound:
        print("deleted already")
    client.delete_block_type(made.id)
    tried("type deleted", lambda: client.read_block_type_by_slug("login-by-client"))
    tried("its documents too", lambda: client.read_block_document(hidden.id))
    try:
        client.delete_block_type(made.id)
    except ObjectNotFound:
        print("type deleted already")
