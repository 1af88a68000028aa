"""People and keys over the wire: accounts, keys, sign-ins, and who asks; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from segue.model.accounts import Account, ApiKey, SignIn
from segue.model.bounds import Instant, PageSize
from segue.model.runs import Id
from segue.wire.operation import Access, Durability, Operation, Page
from segue.wire.requests import ById, ByName, Nothing


class NewUser(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An account to be made; idempotent by id. The first one must be an admin's."""

    id: Id
    name: str
    role: str
    #: Without one the person has keys alone.
    password: str | None = None

    def __repr__(self) -> str:
        return f"NewUser(id={self.id!r}, name={self.name!r}, role={self.role!r})"

    def known_by(self) -> NewUser:
        """Return what tells this request from others: what is kept of it must not serve to guess the password."""
        return replace(self, password=None)


class UserEdit(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Changes an account; None leaves a fact as it is. A new password ends every sign-in."""

    name: str
    role: str | None = None
    disabled: bool | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"UserEdit(name={self.name!r}, role={self.role!r}, disabled={self.disabled!r})"


class UserQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of accounts, by name."""

    role: str | None = None
    disabled: bool | None = None
    name_like: str | None = None
    created_after: Instant | None = None
    limit: PageSize = 50
    after: str | None = None


class Users(Struct, frozen=True, kw_only=True):
    """A page of accounts."""

    items: list[Account]
    next: str | None = None


class NewKey(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A key to be made. Without `user` it is a program's own when an admin asks, and the asker's when anybody else does."""

    id: Id
    name: str
    user: str | None = None
    role: str | None = None
    scopes: list[str] = []
    expires: Instant | None = None


class MadeKey(Struct, frozen=True, kw_only=True):
    """A key that was just made. `key` is shown this once and is stored nowhere."""

    facts: ApiKey
    key: str

    def __repr__(self) -> str:
        return f"MadeKey(facts={self.facts!r})"


class KeyQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A page of keys, newest first; who is no admin sees the own ones."""

    user: str | None = None
    name: str | None = None
    #: Keys that are taken, or those that are not (revoked or expired).
    valid: bool | None = None
    created_after: Instant | None = None
    limit: PageSize = 50
    after: str | None = None


class Keys(Struct, frozen=True, kw_only=True):
    """A page of keys."""

    items: list[ApiKey]
    next: str | None = None


class SignInQuery(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Sign-ins that are valid, newest first; who is no admin sees the own ones."""

    user: str | None = None
    limit: PageSize = 50
    after: str | None = None


class SignIns(Struct, frozen=True, kw_only=True):
    """A page of sign-ins."""

    items: list[SignIn]
    next: str | None = None


class Credentials(Struct, frozen=True, kw_only=True):
    """A name and a password, as a person types them."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(name={self.name!r})"


class NewCode(Struct, frozen=True, kw_only=True):
    """Asks for a code that a program exchanges for a key of the person who is signed in."""

    #: The base64url SHA-256 of what the program will show with the code (RFC 7636, S256).
    challenge: str
    #: What the key will be called.
    name: str


class Code(Struct, frozen=True):
    """A code, good for one use and a few minutes."""

    code: str

    def __repr__(self) -> str:
        return "Code()"


class Exchange(Struct, frozen=True, kw_only=True):
    """A code, and what its challenge was made from: who overheard the code has not that."""

    code: str
    verifier: str

    def __repr__(self) -> str:
        return "Exchange()"


class Login(Struct, frozen=True, kw_only=True):
    """What a program that wants a key tells the page on which its person signs in; the page alone reads it."""

    challenge: str | None = None
    #: The port of this machine at which the program waits for the code, and what it wants to hear with it.
    port: str | None = None
    state: str | None = None
    name: str | None = None


class Me(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who asks, as the server knows it."""

    #: Whether nobody needs an account here, because there is none yet.
    open: bool = False
    #: How the asker is known: `key`, `session`, `run`, `open`; `none` for somebody unknown.
    by: str = "none"
    name: str | None = None
    role: str | None = None
    rights: list[str] = []
    key: ApiKey | None = None
    #: What a page sends as `Segue-Csrf` with everything that changes something.
    csrf: str | None = None


_ADM, _R, _PUBLIC = Access.ADMIN, Access.READ, Access.PUBLIC
_READ, _NOW, _SELF = Durability.READ, Durability.NOW, Durability.SELF

USER_CREATE = Operation(
    "users.create", "POST", "/users", NewUser, Account, _ADM, _NOW, slow=True,
    says="Make an account; raises `AlreadyExists`, and `FirstAdmin` where the first one is no admin's.",
)  # fmt: skip
USER_READ = Operation("users.read", "GET", "/users/{name}", ByName, Account, _ADM, _READ)
USER_LIST = Operation("users.list", "POST", "/users/list", UserQuery, Users, _ADM, _READ, get="/users")
USER_EDIT = Operation(
    "users.edit", "PATCH", "/users/{name}", UserEdit, Account, _ADM, _NOW, slow=True,
    says="Change an account; raises `NotFound`, and `LastAdmin` where no admin would be left.",
)  # fmt: skip

# Everybody may look after the own ones; the handlers see to it that they are.
KEY_CREATE = Operation("keys.create", "POST", "/keys", NewKey, MadeKey, _R, _NOW, secret=True)
KEY_READ = Operation("keys.read", "GET", "/keys/{id}", ById, ApiKey, _R, _READ)
KEY_LIST = Operation("keys.list", "POST", "/keys/list", KeyQuery, Keys, _R, _READ, get="/keys")
KEY_REVOKE = Operation("keys.revoke", "DELETE", "/keys/{id}", ById, Nothing, _R, _NOW)

SIGN_IN_LIST = Operation("sign-ins.list", "POST", "/sign-ins/list", SignInQuery, SignIns, _R, _READ, get="/sign-ins")
SIGN_IN_END = Operation("sign-ins.end", "DELETE", "/sign-ins/{id}", ById, Nothing, _R, _NOW)

# A server alone answers these: a cookie is set, or a password is looked at.
SIGN_IN = Operation(
    "sign-ins.create", "POST", "/sign-ins", Credentials, Me, _PUBLIC, _SELF,
    says="Sign in with a browser, which gets a cookie; raises `WrongPassword` and `TooManyAttempts`.",
)  # fmt: skip
SIGN_OUT = Operation(
    "sign-ins.leave", "POST", "/sign-out", Nothing, Nothing, _R, _SELF,
    says="End the sign-in of the browser that asks; raises `BadRequest` for a key.",
)  # fmt: skip
CODE_CREATE = Operation("login-codes.create", "POST", "/login-codes", NewCode, Code, _R, _NOW, secret=True)
CODE_EXCHANGE = Operation(
    "login-codes.exchange", "POST", "/login-codes/exchange", Exchange, MadeKey, _PUBLIC, _NOW, secret=True
)

LOGIN_PAGE = Operation(
    "login.page", "GET", "/login", Login, Page, _PUBLIC, _SELF, at_root=True,
    says="Show the page on which a person signs in, and lets a program have a key.",
)  # fmt: skip
LOGIN_PART = Operation(
    "login.part", "GET", "/login/{name}", ByName, Page, _PUBLIC, _SELF, at_root=True,
    says="Return a part of that page; raises `NotFound`.",
)  # fmt: skip

ME_READ = Operation(
    "me.read", "GET", "/me", Nothing, Me, _PUBLIC, _SELF,
    says="Return who asks, and what they may do; raises `Unauthorized` for a key that is not taken.",
)  # fmt: skip
