"""Save, load, overwrite, rename, delete; what is said when that is not possible."""

from typing import Optional

from pydantic import SecretStr

from segue.blocks.core import Block


class Login(Block):
    user: str
    password: Optional[SecretStr] = None
    port: int = 5


def tried(label, act):
    try:
        print(label, "->", act())
    except Exception as error:
        print(label, "!!", type(error).__name__, str(error).splitlines()[0])


login = Login(user="me", password="pw")
print(login, login._block_document_id, login._block_document_name)
tried("bad name", lambda: login.save("Bad Name"))
tried("save", lambda: type(login.save("one")).__name__)
tried("again", lambda: login.save("one"))
print(login._block_document_name, login._is_anonymous)
login.port = 6
tried("overwrite", lambda: login.save("one", overwrite=True) == login._block_document_id)
found = Login.load("one")
print(found, found.port, found.password.get_secret_value(), found._block_document_id == login._block_document_id)
found.save("two")
print(found._block_document_name, Login.load("two").user)
print(type(Block.load("login/two")).__name__)
tried("missing", lambda: Login.load("none"))
tried("missing by slug", lambda: Block.load("login/none"))
tried("unknown type", lambda: Block.load("no-such-type/none"))
tried("slug on a class", lambda: Login.load("login/one"))
tried("load by id", lambda: Login.load_from_ref(str(found._block_document_id))._block_document_name)
tried("load by dict", lambda: Block.load_from_ref({"block_document_id": found._block_document_id}).user)
tried("delete", lambda: Login.delete("one"))
tried("delete again", lambda: Login.delete("one"))
tried("delete by slug", lambda: Block.delete("login/two"))
tried("gone", lambda: Login.load("two"))
tried("the base class", lambda: Block().save("x"))
