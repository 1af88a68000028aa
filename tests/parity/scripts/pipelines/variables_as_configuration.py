from segue import flow, task
from segue.variables import Variable


@task
def settings_for(team: str) -> dict:
    defaults = {"retries": 1, "channels": []}
    return {**defaults, **(Variable.get(f"team_{team}") or {})}


@task
def bump(name: str) -> int:
    current = Variable.get(name, default=0)
    Variable.set(name, current + 1, overwrite=True)
    return current + 1


@flow
def configure(team: str):
    settings = settings_for(team)
    counts = [bump("runs") for _ in range(3)]
    return settings, counts


Variable.set("team_red", {"channels": ["#red"], "quiet": True})
print(configure("red"))
print(configure("blue"))
print(Variable.get("runs"), Variable.get("nothing"), Variable.get("nothing", default="fallback"))
try:
    Variable.set("team_red", {})
except Exception as error:
    print(type(error).__name__)
print(Variable.get("team_red")["channels"])
print(Variable.unset("team_red"), Variable.unset("team_red"))
