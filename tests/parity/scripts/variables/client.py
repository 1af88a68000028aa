"""The client reads variables by name and lists them."""

from segue import get_client
from segue.variables import Variable

for name in ("b", "a", "c"):
    Variable.set(name, name.upper(), tags=[name])
with get_client(sync_client=True) as client:
    found = client.read_variable_by_name("a")
    print(found.name, found.value, found.tags)
    print(client.read_variable_by_name("nothing"))
    print(sorted(variable.name for variable in client.read_variables()))
    print(len(client.read_variables(limit=2)))
    client.delete_variable_by_name("b")
    print(sorted(variable.name for variable in client.read_variables()))
    try:
        client.delete_variable_by_name("b")
    except Exception as error:
        print(type(error).__name__)
