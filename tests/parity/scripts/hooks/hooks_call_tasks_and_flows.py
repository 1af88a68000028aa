from segue import flow, get_run_logger, task


@task
def notify(text):
    print("notify", text)
    return text


@flow
def cleanup(name):
    print("cleanup", name)


def on_fail(flow, flow_run, state):
    notify(f"{flow.name} failed")
    cleanup(flow.name)
    try:
        get_run_logger().info("from hook")
        print("logger fine")
    except Exception as error:
        print("logger", type(error).__name__)


@flow(on_failure=[on_fail])
def main():
    raise ValueError("no")


print(main(return_state=True).name)
