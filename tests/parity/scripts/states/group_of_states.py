from segue.states import Completed, Failed, Pending, Running, StateGroup

group = StateGroup([Completed(), Failed(), Running(), Pending(), Completed()])
print(group.total_count, group.fail_count, group.not_final_count)
print(group.counts_message())
print(group.all_completed(), group.any_failed(), group.any_cancelled(), group.any_paused(), group.all_final())
for each in ([Completed()], [Failed()], [Completed(), Failed()], []):
    group = StateGroup(each)
    print(group.all_completed(), group.any_failed(), group.all_final(), group.counts_message())
