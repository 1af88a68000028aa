from segue.transactions import get_transaction, transaction

with transaction() as outer:
    outer.set("a", 1)
    outer.set("list", [1])
    with transaction() as inner:
        print(inner.get("a"), inner.get("missing", "default"))
        inner.set("a", 2)
        inner.get("list").append(2)
        print(inner.get("a"), outer.get("a"), outer.get("list"))
        print(get_transaction() is inner)
    print(get_transaction() is outer, outer.get("a"))
    try:
        outer.get("nothing")
    except Exception as error:
        print(type(error).__name__, error)
print(get_transaction(), outer.state.name, outer.is_committed())
