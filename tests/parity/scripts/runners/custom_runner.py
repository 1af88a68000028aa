from segue import flow, task
from segue.task_runners import ThreadPoolTaskRunner


class Counting(ThreadPoolTaskRunner):
    submitted = []

    def submit(self, task, parameters, *args, **kwargs):
        self.submitted.append((task.name, sorted(parameters)))
        return super().submit(task, parameters, *args, **kwargs)


@task
def double(x):
    return x * 2


@flow(task_runner=Counting(max_workers=1))
def main():
    print(double.submit(1).result(), double(2), double.map([3, 4]).result())
    print(Counting.submitted)


main()
