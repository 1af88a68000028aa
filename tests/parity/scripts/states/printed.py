from segue.states import Completed, Failed, Pending, Running, Scheduled, State, StateType

for state in (
    Completed(), Completed(message="m"), Completed(name="Skipped"), Completed(name="Skipped", message="why"), Failed(message="it's \"bad\""),
    Completed(data=5), Failed(data=ValueError("x")), Pending(message="line\nbreak"), Running(),
):
    print(str(state))
    print(repr(state))
print(StateType.COMPLETED, repr(StateType.COMPLETED), StateType("FAILED").name, StateType.FAILED == "FAILED")
try:
    State(type="NOPE")
except Exception as error:
    print(type(error).__name__)
print(State(type="COMPLETED").name, State(type=StateType.RUNNING, name="Busy").name)
