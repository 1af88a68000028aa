import uuid

from segue import flow, get_client
from segue.exceptions import ObjectNotFound

with get_client(sync_client=True) as client:
    for call in (client.read_flow_run, client.read_task_run, client.delete_flow_run):
        try:
            print(call.__name__, call(uuid.uuid4()))
        except ObjectNotFound as error:
            print(call.__name__, "ObjectNotFound")
        except Exception as error:
            print(call.__name__, type(error).__name__)
    for call in (client.read_variable_by_name,):
        try:
            print(call.__name__, call("missing"))
        except Exception as error:
            print(call.__name__, type(error).__name__)
    try:
        print(client.read_flow_by_name("missing"))
    except Exception as error:
        print("no such flow")
    for limit in (0, -1):
        try:
            print(len(client.read_flow_runs(limit=limit)))
        except Exception as error:
            print("limit", limit, "refused")
