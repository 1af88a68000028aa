from segue import flow, task
from segue.assets import Asset, materialize
from segue.context import AssetContext


def seen(name):
    context = AssetContext.get()
    up = sorted(a.key for a in context.upstream_assets)
    print(name, "upstream", up, "direct", sorted(a.key for a in context.direct_asset_dependencies))


@materialize("s3://b/raw")
def raw():
    seen("raw")
    return [1, 2]


@task
def clean(rows):
    seen("clean")
    return [r + 1 for r in rows]


@task(asset_deps=["s3://b/lookup", Asset(key="s3://b/second")])
def enrich(rows):
    seen("enrich")
    return rows + [0]


@materialize("s3://b/final", asset_deps=["s3://b/extra"])
def final(rows, other=None):
    seen("final")
    return len(rows)


@flow
def futures():
    a = raw.submit()
    b = clean.submit(a)
    c = enrich.submit(b)
    return final.submit(c, other=a).result()


@flow
def direct():
    return final(enrich(clean(raw())))


@flow
def failing():
    bad()


@materialize("s3://b/bad")
def bad():
    raise ValueError("no")


print(futures())
print(direct())
print(failing(return_state=True).name)
print(raw())
