from segue import flow, task


class Warehouse:
    def __init__(self, name: str):
        self.name = name
        self.stock: dict[str, int] = {}

    @task
    def receive(self, item: str, count: int = 1) -> int:
        self.stock[item] = self.stock.get(item, 0) + count
        return self.stock[item]

    @task(retries=1)
    def ship(self, item: str) -> int:
        if not self.stock.get(item):
            raise LookupError(f"{self.name} has no {item}")
        self.stock[item] -= 1
        return self.stock[item]

    @flow(flow_run_name="{item}-day")
    def day(self, item: str, count: int) -> dict[str, int]:
        self.receive(item, count=count)
        futures = [self.ship.submit(item) for _ in range(count)]
        for future in futures:
            future.result()
        return dict(self.stock)

    @flow
    def over(self):
        return self.ship("nothing")


north, south = Warehouse("north"), Warehouse("south")
print(north.day("apples", "3"))
print(south.receive("pears"), south.receive("pears", 4))
print(north.stock, south.stock)
try:
    south.over()
except LookupError as error:
    print(error)
state = north.over(return_state=True)
print(state.type.value, state.message)
print(Warehouse.receive.name, Warehouse.day.name, Warehouse.receive.fn is not None)
