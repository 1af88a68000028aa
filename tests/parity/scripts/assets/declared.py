from segue.assets import Asset, AssetProperties, materialize
from segue.tasks import MaterializingTask, Task

plain = Asset(key="s3://bucket/folder/data.csv")
rich = Asset(
    key="postgres://db/table",
    properties=AssetProperties(name="Table", url="https://example.org", description="rows", owners=["ann", "#team"]),
)
print(plain, repr(plain), plain.key, plain.properties)
print(rich.properties.name, rich.properties.owners, hash(plain) == hash("s3://bucket/folder/data.csv"))
print(plain == Asset(key="s3://bucket/folder/data.csv"), plain == rich, len({plain, rich, Asset(key=plain.key)}))
for key in ("nope", "S3://x/y", "s3://has space", "s3://a?b", "://x", "s3://x/" + "y" * 600, "file:///tmp/x", "s3://ünï", 5):
    try:
        print(str(key)[:20], Asset(key=key).key[:20])
    except Exception as error:
        print(str(key)[:20], type(error).__name__)
for bad in ({"key": "nope"}, {"description": "x" * 3000}, {"owners": "ann"}):
    try:
        print(sorted(AssetProperties(**{k: v for k, v in bad.items() if k != "key"}).model_fields_set))
    except Exception as error:
        print(sorted(bad), type(error).__name__)
try:
    plain.key = "s3://other"
except Exception as error:
    print(type(error).__name__)


@materialize(plain, "s3://other/key", by="dbt", name="load", tags=["t"], retries=2)
def load(x=1):
    """Loads."""
    return x


print(type(load).__name__, isinstance(load, Task), isinstance(load, MaterializingTask), load.name, load.retries, sorted(load.tags))
print([a.key for a in load.assets], load.materialized_by, load.description, load.asset_deps)
copy = load.with_options(name="copy", assets=["s3://third/one"])
print(type(copy).__name__, copy.name, [a.key for a in copy.assets], copy.materialized_by, copy.retries)
print([a.key for a in load.with_options(retries=0).assets])
try:
    materialize()
except TypeError as error:
    print("TypeError", error)
