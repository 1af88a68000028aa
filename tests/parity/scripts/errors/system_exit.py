import sys

from segue import flow, get_client
from segue.runtime import flow_run

ids = []


@flow
def main():
    ids.append(flow_run.id)
    sys.exit(4)


try:
    main()
except SystemExit as error:
    print("caught SystemExit", error.code)
with get_client(sync_client=True) as client:
    state = client.read_flow_run(ids[0]).state
    print(state.type.value, state.name, state.message)
print(type(main(return_state=True)).__name__)
