from segue.cache_policies import FLOW_PARAMETERS, INPUTS, NO_CACHE, RUN_ID, CachePolicy

keys = [INPUTS.compute_key(task_ctx=None, inputs=i, flow_parameters=None) for i in ({"x": 1}, {"x": 1}, {"x": 2}, {})]
print(keys[0] == keys[1], keys[0] == keys[2], keys[3])
print(NO_CACHE.compute_key(task_ctx=None, inputs={"x": 1}, flow_parameters={}))
print(type((INPUTS - "x").compute_key(task_ctx=None, inputs={"x": 1}, flow_parameters={})).__name__)
a = (INPUTS - "y").compute_key(task_ctx=None, inputs={"x": 1, "y": 2}, flow_parameters={})
b = (INPUTS - "y").compute_key(task_ctx=None, inputs={"x": 1, "y": 3}, flow_parameters={})
print(a == b, a == keys[0])
print(FLOW_PARAMETERS.compute_key(task_ctx=None, inputs={}, flow_parameters=None))
f = FLOW_PARAMETERS.compute_key(task_ctx=None, inputs={}, flow_parameters={"a": 1})
print(isinstance(f, str), f == FLOW_PARAMETERS.compute_key(task_ctx=None, inputs={"z": 1}, flow_parameters={"a": 1}))
own = CachePolicy.from_cache_key_fn(lambda ctx, params: f"key-{params['x']}")
print(own.compute_key(task_ctx=None, inputs={"x": 4}, flow_parameters={}))
print((own + INPUTS).compute_key(task_ctx=None, inputs={"x": 4}, flow_parameters={}) != own)
try:
    CachePolicy().compute_key(task_ctx=None, inputs={}, flow_parameters={})
except Exception as error:
    print(type(error).__name__)
