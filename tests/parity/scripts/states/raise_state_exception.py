from segue.states import Completed, Crashed, Failed, StateGroup, get_state_exception, is_state_iterable, raise_state_exception

print(repr(get_state_exception(Failed(data=ValueError("v")))))
print(repr(get_state_exception(Failed(message="only words"))))
print(repr(get_state_exception(Failed(data="text"))))
print(repr(get_state_exception(Crashed(message="lost"))))
print(raise_state_exception(Completed()))
try:
    raise_state_exception(Failed(data=KeyError("k")))
except KeyError as error:
    print("raised", error)
try:
    get_state_exception(Completed())
except ValueError as error:
    print(str(error).split("got")[0])
print(is_state_iterable([Completed(), Failed()]), is_state_iterable([]), is_state_iterable([Completed(), 1]))
print(is_state_iterable({Completed()} if False else (Completed(),)), is_state_iterable("text"))
group = StateGroup([Completed(), Failed(), Completed()])
print(group.fail_count, group.total_count, group.all_completed(), group.any_failed(), group.all_final())
print(group.counts_message())
