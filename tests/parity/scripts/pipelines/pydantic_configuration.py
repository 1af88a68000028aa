from datetime import date
from enum import Enum

from pydantic import BaseModel, Field, field_validator

from segue import flow, task


class Mode(str, Enum):
    FULL = "full"
    DELTA = "delta"


class Source(BaseModel):
    url: str
    tables: list[str] = Field(min_length=1)
    timeout: float = 5.0

    @field_validator("url")
    @classmethod
    def known(cls, value: str) -> str:
        if "://" not in value:
            raise ValueError("no scheme")
        return value


class Config(BaseModel):
    source: Source
    mode: Mode = Mode.DELTA
    since: date | None = None


@task
def copy_table(source: Source, table: str, since: date | None) -> str:
    return f"{table}@{source.timeout}:{since.isoformat() if since else 'all'}"


@flow(flow_run_name="sync-{config.mode.value}")
def sync(config: Config, parallel: int = 2):
    print(type(config).__name__, type(config.source).__name__, config.mode, parallel)
    return [copy_table(config.source, table, config.since) for table in config.source.tables]


print(sync({"source": {"url": "db://a", "tables": ["t1", "t2"]}, "since": "2024-03-01"}, parallel="3"))
print(sync(Config(source=Source(url="db://a", tables=["x"]), mode="full")))
for wrong in (
    {"source": {"url": "nowhere", "tables": ["a"]}},
    {"source": {"url": "db://a", "tables": []}, "mode": "other"},
    {"mode": "full"},
    "text",
):
    try:
        sync(wrong)
    except Exception as error:
        print(type(error).__name__)
        for line in str(error).splitlines():
            print("  ", line)
