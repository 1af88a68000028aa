from segue.states import Completed, Pending, Running, Scheduled
from datetime import datetime, timedelta, timezone
import uuid

a, b = Completed(), Completed()
print(isinstance(a.id, uuid.UUID), a.id != b.id, a.timestamp.tzinfo is not None, a.timestamp <= b.timestamp)
when = datetime(2030, 1, 1, tzinfo=timezone.utc)
s = Scheduled(scheduled_time=when)
print(s.state_details.scheduled_time == when, s.name, Scheduled().state_details.scheduled_time is not None)
copy = a.fresh_copy()
print(copy.id != a.id, copy.type == a.type, copy.name, copy.message)
print(Completed(message="m").fresh_copy().message)
c = a.model_copy(update={"name": "Other"})
print(c.name, c.id == a.id, a.name)
dumped = Pending(message="x").model_dump(mode="json")
print(sorted(k for k in dumped if k in ("type", "name", "message", "timestamp", "id", "state_details", "data")), dumped["type"], dumped["message"])
