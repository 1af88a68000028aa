from segue import flow, task
from segue.assets import Asset, add_asset_metadata, materialize
from segue.context import AssetContext

asset = Asset(key="s3://bucket/one")


@materialize(asset, "s3://bucket/two")
def both():
    add_asset_metadata(asset, {"rows": 1})
    asset.add_metadata({"rows": 2, "more": True})
    add_asset_metadata("s3://bucket/two", {"x": [1]})
    context = AssetContext.get()
    print(sorted(context.materialization_metadata.items()))
    print(sorted(a.key for a in context.downstream_assets), context.materialized_by, context.task_run_id is not None)
    try:
        add_asset_metadata("s3://bucket/other", {"x": 1})
    except Exception as error:
        print(type(error).__name__, error)
    helper()
    return 5


@task
def helper():
    try:
        asset.add_metadata({"from": "helper"})
    except Exception as error:
        print("helper", type(error).__name__, error)


@flow
def main():
    print(both(), both.submit().result())
    helper()
    try:
        add_asset_metadata(asset, {})
    except Exception as error:
        print(type(error).__name__, error)


main()
try:
    asset.add_metadata({})
except Exception as error:
    print(type(error).__name__)
print(AssetContext.get())
