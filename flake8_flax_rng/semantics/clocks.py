"""The clocks of the standard library, as seeds are read off them. Source: the pages of ``time`` and ``datetime``."""

from __future__ import annotations

SECONDS: frozenset[str] = frozenset(
    f"time.{name}" for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time")
)
"""Clocks that count seconds, with a fraction."""

NANOSECONDS: frozenset[str] = frozenset(f"{name}_ns" for name in SECONDS)
"""Clocks that count nanoseconds."""

CALENDARS: frozenset[str] = frozenset(
    [f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")]
    + ["datetime.date.today", "time.localtime", "time.gmtime"]
)
"""Functions that return the time as a calendar tells it."""

FIELDS: frozenset[str] = frozenset(
    ["second", "minute", "hour", "day", "month", "year"]
    + [f"tm_{name}" for name in ("sec", "min", "hour", "mday", "mon", "year", "wday", "yday")]
)
"""What such a time holds of whole numbers that stay the same for a second or longer."""

OF_A_CALENDAR: frozenset[str] = frozenset({"calendar.timegm", "time.mktime"})
"""Functions that make whole seconds of such a time."""

WRITTEN = "time.strftime"
"""The function that writes the time as a text, of which a second is the smallest part."""

FRACTION = "%f"
"""What stands for microseconds where a time is written."""

ROUNDING: frozenset[str] = frozenset({"builtins.int", "builtins.round", "math.floor", "math.ceil", "numpy.uint32"})
"""Functions that make whole numbers."""
