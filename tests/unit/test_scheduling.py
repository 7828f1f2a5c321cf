"""When posts go out: true for every zone, every change of the clock, every calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import Rejected
from services.scheduling import (
    PersonalPace,
    WorkingHours,
    backoff,
    country_of,
    first_apart,
    first_slot,
    first_within_cap,
    goes_out_now,
    good_time,
    is_public_holiday,
)

MINUTE, HOUR, DAY, WEEK = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=7),
)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ZONES = sorted(available_timezones() - {"localtime"})
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


@cache
def jumps(zone: str) -> tuple[datetime, ...]:
    """The changes of a zone's clock in ten years that last for ten days or more, to the minute."""

    def search() -> Iterator[datetime]:
        info = ZoneInfo(zone)
        days = [FROM + DAY * number for number in range(0, (UNTIL - FROM).days + 1, 10)]
        offsets = [day.astimezone(info).utcoffset() for day in days]
        for (start, before), (end, after) in pairwise(zip(days, offsets, strict=True)):
            if before == after:
                continue
            low, high = start, end
            while high - low > MINUTE:
                middle = low + MINUTE * ((high - low) // MINUTE // 2)
                same = middle.astimezone(info).utcoffset() == before
                low, high = (middle, high) if same else (low, middle)
            yield high

    return tuple(search())


def hours(weekdays: set[int], start: int, minutes: int) -> WorkingHours:
    """Working hours from minute ``start`` of the day, ``minutes`` long, cut at midnight."""
    end = start + minutes
    return WorkingHours(
        weekdays=frozenset(weekdays),
        start=time(start // 60, start % 60),
        end=time() if end >= 1440 else time(end // 60, end % 60),
    )


working_hours = st.builds(
    hours,
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(60, 1440),
)


#: One zone of those whose clocks change together.
CLOCKS = sorted({jumps(zone): zone for zone in ZONES if jumps(zone)}.values())


@pytest.mark.parametrize("zone", CLOCKS)
def test_working_hours_hold_around_every_change_of_every_clock(zone: str) -> None:
    """Around each jump the next working moment is within the hours, and none lies before it."""
    info = ZoneInfo(zone)
    plans = [
        WorkingHours(),
        # Hours that begin or end in the middle of a night, where clocks jump.
        *(
            WorkingHours(weekdays=frozenset(range(7)), start=start, end=end)
            for start, end in [
                (time(0), time(2, 30)),
                (time(2, 30), time(3, 30)),
                (time(1), time()),
            ]
        ),
    ]
    for jump in jumps(zone)[:6]:
        for plan in plans:
            for after in (jump - 3 * HOUR, jump - MINUTE, jump, jump + 31 * MINUTE):
                moment = plan.next(after, info)
                assert moment >= after
                assert plan.contain(moment, info), (zone, jump, plan, after, moment)
                between = after
                while between < min(moment, after + 8 * HOUR):
                    assert not plan.contain(between, info), (zone, jump, plan, after, between)
                    between += 10 * MINUTE


@given(
    zone=st.sampled_from(ZONES),
    after=st.integers(-4000, 4000).map(lambda hours: NOW + HOUR * hours * 9),
    plan=working_hours,
)
@settings(max_examples=400)
def test_the_next_working_moment_is_the_first(
    zone: str, after: datetime, plan: WorkingHours
) -> None:
    """In any zone, from any moment: within the hours, and nothing before it is."""
    info = ZoneInfo(zone)
    moment = plan.next(after, info)
    assert moment.tzinfo is UTC
    assert plan.contain(moment, info)
    assert plan.next(moment, info) == moment
    step = max(MINUTE, (moment - after) / 200)
    between = after
    while between < moment:
        assert not plan.contain(between, info)
        between += step


def test_hours_that_a_change_of_the_clock_left_out_come_a_week_later() -> None:
    """Two to three on Sundays: on the Sunday without that hour there are no working hours."""
    plan = WorkingHours(weekdays=frozenset({6}), start=time(2), end=time(3))
    after = datetime.fromisoformat("2026-03-22T03:00+01:00")
    moment = plan.next(after, ZoneInfo("Europe/Amsterdam"))
    assert moment == datetime.fromisoformat("2026-04-05T02:00+02:00")


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        # Clocks go forward in the night to Sunday: Monday nine is an hour earlier in UTC.
        ("2026-03-27T17:00+01:00", "2026-03-30T09:00+02:00"),
        ("2026-10-23T18:00+02:00", "2026-10-26T09:00+01:00"),
        ("2026-11-24T08:59+01:00", "2026-11-24T09:00+01:00"),
        ("2026-11-24T17:00+01:00", "2026-11-25T09:00+01:00"),
        ("2026-11-27T16:59+01:00", "2026-11-27T16:59+01:00"),
    ],
)
def test_nine_in_the_morning_is_nine_on_the_persons_clock(after: str, opens: str) -> None:
    """Also over the change of summer time, and over a weekend."""
    moment = WorkingHours().next(datetime.fromisoformat(after), ZoneInfo("Europe/Amsterdam"))
    assert moment == datetime.fromisoformat(opens)


def test_hours_in_the_gap_begin_after_it() -> None:
    """02:30 does not exist when clocks go from two to three; the hours begin at three."""
    plan = WorkingHours(weekdays=frozenset({6}), start=time(2, 30), end=time(4))
    moment = plan.next(
        datetime.fromisoformat("2026-03-29T00:00+01:00"), ZoneInfo("Europe/Amsterdam")
    )
    assert moment == datetime.fromisoformat("2026-03-29T03:00+02:00")


def test_a_day_that_a_zone_left_out_is_no_working_day() -> None:
    """Samoa had no Friday 30 December 2011."""
    plan = WorkingHours(weekdays=frozenset({4}), start=time(9), end=time(17))
    moment = plan.next(datetime(2011, 12, 29, 20, tzinfo=UTC), ZoneInfo("Pacific/Apia"))
    assert moment.astimezone(ZoneInfo("Pacific/Apia")).isoformat() == "2012-01-06T09:00:00+14:00"


@pytest.mark.parametrize(
    "text", ["", "mon", "09:00-17:00", "mon-fri 17:00-09:00", "fri-mon 09:00-17:00", "xyz 1-2"]
)
def test_hours_that_never_are_cannot_be_set(text: str) -> None:
    """A mistake in a setting is refused with an example."""
    with pytest.raises(Rejected):
        WorkingHours.parse(text)


def test_hours_can_be_written() -> None:
    """``mon-fri 09:00-17:00`` says what it means; 24:00 is the end of the day."""
    assert WorkingHours.parse("mon-fri 09:00-17:00") == WorkingHours()
    assert WorkingHours.parse("mon,wed 08:30-24:00") == WorkingHours(
        weekdays=frozenset({0, 2}), start=time(8, 30), end=time()
    )


moments = st.lists(
    st.integers(-30 * 24 * 60, 60 * 24 * 60).map(lambda minutes: NOW + MINUTE * minutes),
    max_size=12,
)


@given(wishes=moments, cap=st.integers(1, 4))
def test_no_seven_days_hold_more_than_the_cap(wishes: list[datetime], cap: int) -> None:
    """In any order of planning, every seven days keep to the cap."""
    taken: list[datetime] = []
    for wish in wishes:
        moment = first_within_cap(wish, taken, cap)
        assert moment >= wish
        taken.append(moment)
    taken.sort()
    assert all(last - first >= WEEK for first, last in zip(taken, taken[cap:], strict=False))


def test_the_cap_is_no_stricter_than_it_says() -> None:
    """Two a week means two now, and the third seven days after the first; 0 is no cap."""
    assert first_within_cap(NOW, [NOW - HOUR], 2) == NOW
    assert first_within_cap(NOW, [NOW - 2 * HOUR, NOW - HOUR], 2) == NOW - 2 * HOUR + WEEK
    assert first_within_cap(NOW, [NOW - WEEK, NOW - HOUR], 2) == NOW
    assert first_within_cap(NOW, [NOW] * 9, 0) == NOW


@given(wishes=moments, minutes=st.integers(0, 600))
def test_planned_posts_are_apart(wishes: list[datetime], minutes: int) -> None:
    """In any order of planning, any two are at least the distance apart."""
    distance = MINUTE * minutes
    taken: list[datetime] = []
    for wish in wishes:
        moment = first_apart(wish, taken, distance)
        assert moment >= wish
        taken.append(moment)
    assert all(later - earlier >= distance for earlier, later in pairwise(sorted(taken)))


def personal(**changes: object) -> PersonalPace:
    fields: dict[str, object] = {
        "weekly_cap": 2,
        "stagger": 10 * MINUTE,
        "hours": WorkingHours(),
        "zone": ZoneInfo("Europe/Amsterdam"),
    }
    return PersonalPace(**fields | changes)  # type: ignore[arg-type]


paces = st.builds(
    PersonalPace,
    weekly_cap=st.integers(0, 3),
    stagger=st.just(10 * MINUTE),
    hours=working_hours,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    own=moments,
    colleagues=moments,
    not_before=st.just(NOW + DAY),
)


@given(pace=paces, post_id=st.uuids().map(str))
@settings(max_examples=200)
def test_a_good_time_keeps_every_rule(pace: PersonalPace, post_id: str) -> None:
    """Within working hours, within the cap, apart from colleagues, not before the pause ends."""
    slot = good_time(NOW, pace, post_id=post_id)
    assert slot >= NOW + DAY
    assert slot == first_slot(slot, pace)
    assert pace.hours.contain(slot, pace.zone)
    assert first_within_cap(slot, pace.own, pace.weekly_cap) == slot
    assert all(abs(slot - each) >= 10 * MINUTE for each in pace.colleagues)
    assert slot == good_time(NOW, pace, post_id=post_id), "the same at every look"


@pytest.mark.parametrize(
    ("country", "approved", "day"),
    [
        ("NL", "2026-12-24T18:00", "2026-12-28"),  # Christmas Day, Boxing Day, Sunday
        ("NL", "2027-04-26T18:00", "2027-04-28"),  # King's Day
        ("BE", "2027-04-26T18:00", "2027-04-27"),
        ("BE", "2027-07-20T18:00", "2027-07-22"),  # the National Day
        ("DE-BY", "2027-01-05T18:00", "2027-01-07"),  # Epiphany, in Bavaria
        ("DE-HH", "2027-01-05T18:00", "2027-01-06"),
        ("", "2026-12-24T18:00", "2026-12-25"),
    ],
)
def test_a_good_time_is_no_public_holiday(country: str, approved: str, day: str) -> None:
    """Approved the evening before, a post goes out on the first working day after it."""
    zone = ZoneInfo("Europe/Amsterdam")
    after = datetime.fromisoformat(approved).replace(tzinfo=zone)
    slot = good_time(after, personal(country=country), post_id="p").astimezone(zone)
    assert slot.date().isoformat() == day
    assert 9 <= slot.hour < 17


@given(
    after=st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    hours=working_hours,
)
@settings(max_examples=100)
def test_no_good_time_in_any_zone_is_a_public_holiday(
    after: datetime, zone: str, hours: WorkingHours
) -> None:
    """With the holidays of the zone's own country, with its calendar and clock."""
    country = country_of(zone)
    slot = first_slot(after, personal(zone=ZoneInfo(zone), country=country, hours=hours))
    assert slot >= after
    assert hours.contain(slot, ZoneInfo(zone))
    assert not is_public_holiday(slot.astimezone(ZoneInfo(zone)).date(), country)


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Amsterdam", "NL"),
        ("Europe/Brussels", "BE"),
        ("Europe/Kyiv", "UA"),
        ("Asia/Kolkata", "IN"),
        ("UTC", ""),
        ("localtime", ""),
    ],
)
def test_a_zone_has_the_country_it_lies_in(zone: str, country: str) -> None:
    """Also under a name that it got later; a zone of no country has none."""
    assert country_of(zone) == country


def test_now_is_now_unless_a_colleague_just_spoke_or_the_week_is_full() -> None:
    """A tap goes out at night, after the time to undo it or a colleague's; the cap refuses it."""
    night = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
    assert goes_out_now(night, personal()) == night
    just_now = night - 4 * MINUTE
    assert goes_out_now(night, personal(colleagues=[just_now])) == just_now + 10 * MINUTE
    undo = timedelta(seconds=10)
    assert goes_out_now(night, personal(undo=undo)) == night + undo
    assert goes_out_now(night, personal(undo=undo, colleagues=[just_now])) == just_now + 10 * MINUTE
    assert goes_out_now(night, personal(own=[night - DAY, night - 2 * DAY])) is None


@given(
    post=st.uuids().map(str),
    attempt=st.integers(1, 10_000),
    tries=st.integers(1, 100),
    asked=st.none() | st.floats(0, 90_000),
)
def test_a_pause_grows_ends_and_is_always_the_same(
    post: str, attempt: int, tries: int, asked: float | None
) -> None:
    """Never shorter than asked for, never longer than a quarter of an hour otherwise."""
    pause = backoff(post, attempt, tries=tries, base=timedelta(seconds=1), asked=asked)
    assert pause == backoff(post, attempt, tries=tries, base=timedelta(seconds=1), asked=asked)
    if asked is None:
        assert min(2.0**tries, 900) / 2 <= pause.total_seconds() <= min(2.0**tries, 900)
    else:
        wanted = timedelta(seconds=asked)
        assert wanted <= pause <= wanted + 5 * MINUTE


def test_posts_that_failed_together_do_not_come_back_together() -> None:
    """The pauses of a hundred posts are spread over the half of their length."""
    pauses = sorted(
        backoff(f"post {n}", 1, tries=3, base=timedelta(seconds=1)).total_seconds()
        for n in range(100)
    )
    assert len(set(pauses)) == 100
    assert pauses[-1] - pauses[0] > 3
