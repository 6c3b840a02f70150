"""Events are counted when they repeat; every subscriber is told in its own time."""

from typing import Any

from openqrm.adapters.database import Database
from openqrm.domain.event import Event, Severity


def happens(text: str, at_s: float, about: str = "resource/m1") -> Event:
    return Event(
        name="", topic="resource.lost", about=about, severity=Severity.WARNING, text=text, at_s=at_s, seen_at_s=at_s
    )


def emit(database: Database, *events: Event) -> None:
    with database.transaction() as tx:
        tx.events.emit(events)


def page(database: Database, **wanted: Any) -> list[Event]:
    with database.reading() as tx:
        return tx.events.page(**wanted)


def told(database: Database, name: str, now_s: float = 0.0) -> list[str]:
    return [tiding.event.text for tiding in database.feed.take(name, now_s, 10.0, 100)]


def test_identical_events_are_counted(database: Database) -> None:
    emit(database, happens("gone", 1.0))
    emit(database, happens("gone", 9.0), happens("other", 9.0))
    gone, other = sorted(page(database), key=lambda event: event.text)
    assert (gone.count, gone.at_s, gone.seen_at_s, other.count) == (2, 1.0, 9.0, 1)


def test_an_acknowledged_event_happens_anew(database: Database) -> None:
    emit(database, happens("gone", 1.0))
    with database.transaction() as tx:
        assert tx.events.acknowledge([event.name for event in tx.events.page()], "ann") == 1
        assert tx.events.acknowledge(["1", "nonsense"], "bob") == 0
    emit(database, happens("gone", 2.0))
    assert [(event.count, event.acknowledged_by) for event in page(database)] == [(1, ""), (1, "ann")]
    assert len(page(database, open_only=True)) == 1


def test_pages_and_filters(database: Database) -> None:
    emit(database, *(happens(f"text {n}", 1.0, about=f"resource/m{n % 2}") for n in range(5)))
    first = page(database, limit=2)
    second = page(database, limit=2, before=first[-1].name)
    assert [event.text for event in first + second] == ["text 4", "text 3", "text 2", "text 1"]
    assert len(page(database, about="resource/m0")) == 3
    assert page(database, severity=Severity.ERROR) == []


def test_a_subscriber_is_told_from_when_it_joined_and_goes_on_where_it_was(database: Database) -> None:
    emit(database, happens("before", 1.0))
    database.feed.join("mailer")
    emit(database, happens("one", 1.0), happens("two", 1.0))
    one, _ = database.feed.take("mailer", 0.0, 10.0, 100)
    database.feed.delivered("mailer", one.number)
    database.feed.release("mailer")
    database.feed.join("mailer")
    assert told(database, "mailer") == ["two"]


def test_what_repeats_within_a_minute_is_told_once(database: Database) -> None:
    database.feed.join("mailer")
    for at_s in (1.0, 2.0, 100.0):
        emit(database, happens("gone", at_s))
    assert told(database, "mailer") == ["gone", "gone"]


def test_one_process_at_a_time_tells_a_subscriber(database: Database) -> None:
    database.feed.join("mailer")
    emit(database, happens("one", 1.0))
    assert told(database, "mailer", now_s=0.0) == ["one"]
    assert told(database, "mailer", now_s=5.0) == []
    assert told(database, "mailer", now_s=10.0) == ["one"]


def test_failures_are_seen_and_wait(database: Database) -> None:
    database.feed.join("mailer")
    database.feed.join("console")
    emit(database, happens("one", 1.0))
    for _ in range(2):
        database.feed.failed("mailer", "no route", 50.0)
    assert (told(database, "mailer", 49.0), told(database, "console", 49.0)) == ([], ["one"])
    assert [tiding.failures for tiding in database.feed.take("mailer", 50.0, 10.0, 9)] == [2]
    state = {state.name: state for state in database.feed.states()}["mailer"]
    assert (state.waiting, state.failures, state.due_s, state.last_error) == (1, 2, 50.0, "no route")


def test_a_long_transaction_counts_as_well(database: Database) -> None:
    """PostgreSQL prepares a statement that comes often, and then wants to know which index is meant without looking."""
    with database.transaction() as tx:
        for number in range(20):
            tx.events.emit([happens("gone", 1.0 + number)])
    assert [event.count for event in page(database)] == [20]
