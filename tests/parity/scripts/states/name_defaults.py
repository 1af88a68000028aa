from segue.states import State, StateType

for kind in StateType:
    state = State(type=kind)
    print(kind.value, state.name, state.is_final(), state.message, state.data is None)
print(State(type="COMPLETED", name=None).name, State(type="COMPLETED", name="").name)
state = State(type=StateType.SCHEDULED)
print(state.state_details.scheduled_time is not None)
print(state.is_scheduled(), state.is_pending(), state.is_running(), state.is_completed(), state.is_failed())
print(state.is_crashed(), state.is_cancelled(), state.is_cancelling(), state.is_paused())
