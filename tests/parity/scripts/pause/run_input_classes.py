from typing import Optional

from segue import flow
from segue.input import RunInput, keyset_from_base_key, keyset_from_paused_state, send_input, receive_input
from segue.states import Paused


class Form(RunInput):
    name: str
    age: Optional[int] = None


print(Form(name="x"), Form.with_initial_data(name="preset")().name)
described = Form.with_initial_data(description="Please fill in", age=5)
print(described(name="y").age, issubclass(described, Form))
print(keyset_from_base_key("k"))
print(sorted(keyset_from_paused_state(Paused(pause_key="p"))))
try:
    Form(age=3)
except Exception as error:
    print(type(error).__name__)
print(Form.keyset_from_type())
