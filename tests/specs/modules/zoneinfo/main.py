from zoneinfo import ZoneInfo, available_timezones
from datetime import datetime, timedelta, timezone
paris = ZoneInfo("Europe/Paris")
moment = datetime(2026, 7, 1, 12, tzinfo=paris)
print(moment, moment.utcoffset(), moment.tzname())
print(moment.astimezone(ZoneInfo("Asia/Kolkata")))
print(datetime(2026, 3, 29, 3, 30, tzinfo=paris) .astimezone(timezone.utc))
print(len(available_timezones()) > 400, ZoneInfo("UTC").key)
try:
    ZoneInfo("Nowhere/Land")
except KeyError as error:
    print(type(error).__name__, error)
