from segue.transactions import transaction

with transaction() as txn:
    txn.set("a", 1)
    txn.set("mutable", [1])
    print(txn.get("a"), txn.get("missing", "default"), txn.get("missing", None))
    try:
        txn.get("missing")
    except ValueError as error:
        print("ValueError", error)
    with transaction() as inner:
        print(inner.get("a"))
        inner.set("a", 2)
        print(inner.get("a"), txn.get("a"))
        got = inner.get("mutable")
        got.append(2)
        print(txn.get("mutable"), inner.get("mutable"))
    print(txn.get("a"))
