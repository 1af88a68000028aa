from segue import Flow, flow


@flow
def bare():
    return 1


@flow()
def called_empty():
    return 2


@flow(name="Load the data", version="1.2", description="Loads.")
def with_options():
    return 3


@flow
def documented_flow():
    """First line.

    Second paragraph.
    """
    return 4


for item in (bare, called_empty, with_options, documented_flow):
    print(type(item).__name__, isinstance(item, Flow), item.name, repr(item.description), item())

print(with_options.version)
print(bare.__name__, documented_flow.__doc__.splitlines()[0])
print(bare.isasync, bare.isgenerator)
print(bare.retries, bare.retry_delay_seconds, bare.timeout_seconds, bare.log_prints, bare.persist_result)
print(bare.should_validate_parameters, bare.cache_result_in_memory, bare.flow_run_name, bare.task_runner.__class__.__name__)
