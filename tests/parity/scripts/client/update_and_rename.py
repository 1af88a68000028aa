from segue import flow, get_client


@flow
def main(x=1):
    return x


main()
with get_client(sync_client=True) as client:
    run = client.read_flow_runs()[0]
    client.update_flow_run(run.id, name="renamed", tags=["a", "b"])
    run = client.read_flow_run(run.id)
    print(run.name, sorted(run.tags), run.parameters)
    client.set_flow_run_name(run.id, "third")
    print(client.read_flow_run(run.id).name)
    client.delete_flow_run(run.id)
    print(client.read_flow_runs())
