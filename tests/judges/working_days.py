"""Prints the days of the years it is given, each with `working` or `off`, as chinesecalendar knows them."""

import datetime
import sys

import chinese_calendar

for year in map(int, sys.argv[1:]):
    day = datetime.date(year, 1, 1)
    while day.year == year:
        print(day, "working" if chinese_calendar.is_workday(day) else "off")
        day += datetime.timedelta(days=1)
