"""Collections of states are recognised and counted."""

from segue.states import Cancelled, Completed, Crashed, Failed, Paused, Running, StateGroup, is_state_iterable

print(is_state_iterable([Completed(), Failed()]), is_state_iterable({Completed()}), is_state_iterable((Running(),)))
print(is_state_iterable([]), is_state_iterable([1, Completed()]), is_state_iterable({"a": Completed()}))
group = StateGroup([Completed(), Completed(), Failed(), Crashed(), Running()])
print(group.total_count, group.fail_count, group.final_count, group.not_final_count, group.cancelled_count)
print(group.all_completed(), group.any_failed(), group.all_final(), group.any_cancelled(), group.any_paused())
print(StateGroup([Completed()]).all_completed(), StateGroup([Cancelled(), Paused()]).any_cancelled())
