"""Rotating the keys of secrets: a new key is put beside the old ones, documents are encrypted anew in slices, old keys go last.

Killed between any two of these steps, everything stays readable, because every key is known that wrote something; asked again,
the rotation goes on. That nothing needs the old keys is first committed, and only then are they forgotten: a document that was
encrypted anew in a transaction that failed would be lost with them. Whoever encrypts holds the lock that gives events their
order from before it reads the keys, so no secret under an old key can come to be after that commit.
"""

from __future__ import annotations

from segue.host.secret_keys import SecretKeys
from segue.model.errors import NoSecrets, SecretKeyProblem
from segue.service.happenings import changed
from segue.service.pairing import pair
from segue.store.session import Session
from segue.wire import secret_keys as w
from segue.wire.requests import Nothing

#: Under which the key is noted that every document is known to be encrypted with.
_SETTLED = "secret-key-settled"
_SHOWN = 20


def read(session: Session, _: Nothing) -> w.KeyRing:
    """Return the keys there are, what each opens, and what none of them opens."""
    keys = _keys(session)
    used = {str(row[0]): int(row[1] or 0) for row in session.rows("block_keys_used")}
    known = keys.known()
    given = keys.given()
    items = [
        w.KeyFacts(
            id=key.id,
            source="setting" if key.id in given else "file",
            writes=number == 0,
            documents=used.get(key.id, 0),
        )
        for number, key in enumerate(known)
    ]
    ids = {key.id for key in known}
    missing = [w.KeyFacts(id=id, source=None, documents=many) for id, many in used.items() if id not in ids]
    lost = [
        f"{slug!s}/{name!s}"
        for each in missing
        for slug, name in session.rows("block_documents_of_key", key_id=each.id, many=_SHOWN)
    ]
    return w.KeyRing(items=[*items, *missing], path=keys.path, unreadable=lost[:_SHOWN])


def rotate(session: Session, request: w.RotateKeys) -> w.Rotated:
    """Encrypt a slice of documents anew; raises `NoSecrets`, and `SecretKeyProblem` where the setting names the key."""
    keys = _keys(session)
    if request.new_key:
        if keys.is_given:
            raise SecretKeyProblem(
                "SEGUE_SECRET_KEY names the keys here: put a new one in front of the old ones, with a comma between, and ask again."
            )
        keys.add()
    session.order()
    known = keys.known()
    if not known:
        raise NoSecrets
    key, limit = known[0].id, max(1, min(request.limit, 1000))
    found = session.rows("block_documents_of_other_keys", key_id=key, after=request.after or "", many=limit)
    renewed, unreadable = 0, dict[str, str]()
    for row in found:
        about, sealed, slug, name = map(str, row)
        try:
            clear = keys.decrypt(sealed, about=about)
        except SecretKeyProblem as problem:
            unreadable[f"{slug}/{name}"] = str(problem)
            continue
        new = keys.encrypt(clear, about=about)
        session.run("block_document_reseal", id=about, sealed=new, key_id=key)
        renewed += 1
    counted = session.row("block_documents_of_other_keys_count", key_id=key)
    left = int(counted[0] or 0) if counted else 0
    if left == 0:
        session.run("meta_put", key=_SETTLED, value=key)
    if renewed or request.new_key:
        labels = {"segue.resource.id": f"segue.secret-key.{key}", "segue.resource.name": key}
        changed(session, "segue.secret-key.rotated", labels, renewed=renewed, left=left)
    after = str(found[-1][0]) if len(found) == limit else None
    return w.Rotated(key=key, renewed=renewed, left=left, next=after, unreadable=unreadable)


def forget(session: Session, _: Nothing) -> w.Forgotten:
    """Take the keys out of the file that nothing needs any more; none while another rotation is under way."""
    keys = _keys(session)
    known = keys.known()
    settled = session.row("meta_read", key=_SETTLED)
    if not known or settled is None or settled[0] != known[0].id:
        return w.Forgotten(ids=[])
    row = session.row("block_documents_of_other_keys_count", key_id=known[0].id)
    if row is None or row[0]:
        return w.Forgotten(ids=[])
    return w.Forgotten(ids=keys.forget({key.id for key in known[1:]}, writes=known[0].id))


def _keys(session: Session) -> SecretKeys:
    if session.keys is None:
        raise SecretKeyProblem("This process was given no keys for secrets.")
    return session.keys


HANDLERS = dict((pair(w.KEYS_READ, read), pair(w.KEYS_ROTATE, rotate), pair(w.KEYS_FORGET, forget)))
