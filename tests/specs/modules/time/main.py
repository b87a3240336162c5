import datetime, time, calendar
d = datetime.datetime(2024, 2, 29, 12, 30)
print(d + datetime.timedelta(days=365), d.isoformat(), d.strftime("%A %d %B %Y %j %U"), datetime.date.fromisoformat("2024-W09-4"))
print(datetime.datetime.strptime("1 Jan 2020", "%d %b %Y"), calendar.isleap(2024), time.strftime("%Y", time.gmtime(0)))
print(calendar.month(2024, 2))
print(datetime.datetime.fromtimestamp(0, datetime.timezone.utc), time.tzname[0])
