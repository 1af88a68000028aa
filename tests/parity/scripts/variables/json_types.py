"""Any JSON value comes back with its type; other values are refused."""

import datetime

from segue.variables import Variable

for index, value in enumerate(["text", 1, 2.5, True, None, [1, "a", None], {"k": {"n": [1]}}, "", 0]):
    Variable.set(f"var_{index}", value)
    found = Variable.get(f"var_{index}", default="default")
    print(type(found).__name__, found, found == value)
for value in (datetime.date(2024, 1, 1), {1, 2}, object()):
    try:
        Variable.set("refused", value)
        print("accepted", type(value).__name__)
    except Exception as error:
        print(type(value).__name__, isinstance(error, (TypeError, ValueError)))
