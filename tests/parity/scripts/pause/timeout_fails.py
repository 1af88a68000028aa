from segue import flow, pause_flow_run


@flow
def main():
    pause_flow_run(timeout=1, poll_interval=1)
    print("never")


state = main(return_state=True)
print(state.type.value, state.name)
try:
    state.result()
except Exception as error:
    print(type(error).__name__, "never resumed" in str(error))
