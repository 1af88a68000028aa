from segue import flow, task

attempts = []


class Loader:
    def __init__(self):
        self.tries = 0

    @task(retries=2)
    def load(self, until):
        self.tries += 1
        if self.tries < until:
            raise OSError(f"try {self.tries}")
        return self.tries


@task(retries=1)
def rows(n):
    attempts.append(n)
    for i in range(n):
        if i == 1 and len(attempts) == 1:
            raise ValueError("mid-way")
        yield i


@flow
def main():
    print(Loader().load(3))
    got = []
    for each in rows(3):
        got.append(each)
    return got


print(main(), attempts)
