from segue.runtime import deployment, flow_run, task_run

for module in (flow_run, task_run, deployment):
    try:
        module.nope
    except AttributeError as error:
        print(error)
    print([n for n in sorted(dir(module)) if not n.startswith("_") and n.islower() and len(n) < 25 and not n.startswith("get")][:40])
    print(sorted(module.__all__))
