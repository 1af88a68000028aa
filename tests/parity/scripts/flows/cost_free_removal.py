"""The body is the same with and without the decorator."""

from segue import flow


def body(rows):
    kept = []
    for row in rows:
        if row % 2:
            continue
        kept.append(row)
    else:
        kept.append("end")
    try:
        kept[99]
    except IndexError:
        kept.append("caught")
    while len(kept) < 6:
        kept.append(None)
    return kept


print(body([1, 2, 3, 4]) == flow(body)([1, 2, 3, 4]))
print(flow(body)(rows=[2]))
print(flow(body).fn is body)
