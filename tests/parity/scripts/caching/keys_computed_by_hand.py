from segue.cache_policies import DEFAULT, INPUTS, NO_CACHE, CachePolicy, Inputs

a = INPUTS.compute_key(task_ctx=None, inputs={"x": 1, "y": 2}, flow_parameters={})
b = INPUTS.compute_key(task_ctx=None, inputs={"y": 2, "x": 1}, flow_parameters={})
c = (INPUTS - "y").compute_key(task_ctx=None, inputs={"x": 1, "y": 3}, flow_parameters={})
d = (INPUTS - "y").compute_key(task_ctx=None, inputs={"x": 1, "y": 4}, flow_parameters={})
e = INPUTS.compute_key(task_ctx=None, inputs={"x": 2, "y": 2}, flow_parameters={})
print(a == b, c == d, a == e, a == c, len(a), type(a).__name__)
print(INPUTS.compute_key(task_ctx=None, inputs={}, flow_parameters={}))
print(NO_CACHE.compute_key(task_ctx=None, inputs={"x": 1}, flow_parameters={}))
made = CachePolicy.from_cache_key_fn(lambda context, parameters: f"key-{parameters['x']}")
print(made.compute_key(task_ctx=None, inputs={"x": 5}, flow_parameters={}))
nothing = CachePolicy.from_cache_key_fn(lambda context, parameters: None)
print(nothing.compute_key(task_ctx=None, inputs={"x": 5}, flow_parameters={}))
both = made + nothing
one = both.compute_key(task_ctx=None, inputs={"x": 5}, flow_parameters={})
print(one == "key-5", one is None, len(one))
print((nothing + NO_CACHE).compute_key(task_ctx=None, inputs={"x": 5}, flow_parameters={}))


class Half(CachePolicy):
    def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
        return str(inputs["x"] // 2)


print(Half().compute_key(None, {"x": 4}, {}), Half().compute_key(None, {"x": 5}, {}))
