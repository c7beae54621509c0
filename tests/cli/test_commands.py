"""The commands, read as a stranger reads them: results on stdout, sentences on stderr."""

from pathlib import Path

import pytest

from tests.cli.shell import Shell


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    made = Shell(folder).run("chart", "generate", "--kind", "arena", "--seats", "900")
    assert (made.code, made.err) == (0, "")
    path = folder / "arena.json"
    path.write_text(made.out)
    return path


def test_a_generated_chart_passes_its_check_with_the_places_asked_for(chart: Path) -> None:
    checked = Shell(chart.parent).run("chart", "check", str(chart))
    assert checked.code == 0
    assert checked.json["capacity"] == 900
    assert {"seats", "sections", "rows", "areas"} <= set(checked.json)
    assert checked.json["seats"] < 900, "an arena has a standing floor"


def test_the_same_seed_is_the_same_chart(chart: Path) -> None:
    shell = Shell(chart.parent)
    again = shell.run("chart", "generate", "--kind", "arena", "--seats", "900", "--seed", "1")
    other = shell.run("chart", "generate", "--kind", "arena", "--seats", "900", "--seed", "2")
    assert again.out == chart.read_text() != other.out


def test_every_fault_of_a_chart_is_told_with_its_place(tmp_path: Path) -> None:
    table = tmp_path / "house.csv"
    table.write_text("section,row,seat,category,x,y\nA,1,1,Red,0,0\nA,1,1,Red,1,0\nA,1,3,,2,0\n")
    checked = Shell(tmp_path).run("chart", "check", str(table))
    assert (checked.code, checked.out) == (1, "")
    assert all(line.startswith("line ") for line in checked.err.splitlines())
    assert len(checked.err.splitlines()) == 2


def test_an_event_is_created_listed_opened_and_cancelled(shell: Shell, chart: Path) -> None:
    made = shell.run(
        *("event", "create", "--chart", str(chart), "--name", "Aida", "--venue", "Arena"),
        *("--starts-at", "2030-07-01T20:00", "--time-zone", "Europe/Berlin"),
    )
    assert made.code == 0, made.err
    event = made.json
    assert set(event) == {"event_id", "name", "seats", "sections", "status"}
    assert (event["name"], event["seats"], event["status"]) == ("Aida", 900, "DRAFT")
    number = str(event["event_id"])
    listed = shell.run("event", "list").json["events"]
    assert [(e["event_id"], e["start_time"]) for e in listed] == [
        (event["event_id"], "2030-07-01T18:00:00Z")
    ]
    assert shell.run("event", "status", number, "ON_SALE").json["status"] == "ON_SALE"
    assert shell.run("event", "status", number).json["seats"] == {"AVAILABLE": 900}
    cancelled = shell.run("event", "cancel", number)
    assert cancelled.json["status"] == "CANCELLED"
    far = shell.run("event", "cancellation", number).json
    assert (far["status"], far["orders_left"], far["tellings_waiting"]) == ("CANCELLED", 0, 1)
    assert shell.run("event", "cancellation", "99").err.startswith("holdfast: There is no event 99")
    refused = shell.run("event", "status", number, "ON_SALE")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("holdfast: The event cannot change that way")


def test_prices_are_named_by_category_and_kind_of_buyer(shell: Shell, chart: Path) -> None:
    made = shell.run(
        *("event", "create", "--chart", str(chart), "--name", "Aida", "--on-sale"),
        *("--price", "Standing:child=1000", "--price", "Standing=3000", "--default-price", "4200"),
    )
    assert made.json["status"] == "ON_SALE", made.err
    with shell.serving() as server:
        import httpx

        prices = httpx.get(f"{server.address}/api/v1/events/{made.json['event_id']}/prices").json()
    standing = [p for p in prices["prices"] if p["category"] == "Standing"]
    assert [(p["price_type"], p["total"]) for p in standing] == [("adult", 3000), ("child", 1000)]
    assert {p["total"] for p in prices["prices"] if p not in standing} == {4200}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--price", "Balcony=1"), "no category 'Balcony'"),
        (("--price", "Standing"), "write CATEGORY=AMOUNT"),
        (("--price", "Standing=-5"), "write CATEGORY=AMOUNT"),
        (("--price", "Standing=1", "--price", "Standing=2"), "two prices"),
        (("--starts-at", "tomorrow"), "is no time"),
        (("--time-zone", "Mars/Base"), "no time zone"),
        (("--currency", "euro"), "three capital letters"),
        (("--color", "red"), "#7a2e4d"),
        (("--doors-at", "2031-01-01T00:00", "--starts-at", "2030-01-01T00:00"), "doors_open"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    shell: Shell, chart: Path, words: tuple[str, ...], told: str
) -> None:
    made = shell.run("event", "create", "--chart", str(chart), "--name", "Aida", *words)
    assert (made.code, made.out) == (1, "")
    assert told in made.err
    assert "Traceback" not in made.err
    assert len(made.err.strip().splitlines()) == 1


def test_a_key_is_printed_once_and_can_be_revoked(shell: Shell) -> None:
    made = shell.run("key", "create", "--role", "organiser")
    assert made.out.startswith("hk_")
    assert len(made.out.split()) == 1
    listed = shell.run("key", "list")
    (key,) = listed.json["keys"]
    assert made.out.strip() not in listed.out
    assert shell.run("key", "revoke", key["key_id"]).json["revoked_at"]
    gone = shell.run("key", "revoke", "k_0")
    assert (gone.code, "no key k_0" in gone.err) == (1, True)
    nowhere = shell.run("key", "create", "--role", "gate", "--event", "77")
    assert (nowhere.code, "no event 77" in nowhere.err) == (1, True)


def test_errands_that_wait_for_a_person_are_listed_and_taken_up(shell: Shell, chart: Path) -> None:
    assert shell.run("event", "create", "--chart", str(chart), "--name", "Aida").code == 0
    assert shell.run("event", "cancel", "1").code == 0
    assert shell.run("errands", "list").json == {"errands": []}
    shell.damage("UPDATE outbox SET state = 'PARKED', last_error = 'no route'")
    (errand,) = shell.run("errands", "list").json["errands"]
    assert (errand["occasion"], errand["last_error"]) == ("EVENT_CANCELLED", "no route")
    assert shell.run("errands", "again", "--event", "2").json == {"taken_up": 0}
    again = shell.run("errands", "again", "--event", "1", errand["outbox_id"])
    assert again.json == {"taken_up": 1}
    assert shell.run("errands", "list").json == {"errands": []}


def test_the_doctor_finds_nothing_in_a_sound_house_and_says_what_is_wrong(
    shell: Shell, chart: Path
) -> None:
    shell.run("event", "create", "--chart", str(chart), "--name", "Aida", "--on-sale")
    well = shell.run("doctor", "--json")
    assert (well.code, well.json) == (0, {"sound": True, "findings": []}), well.out
    shell.damage(
        "UPDATE section SET available_count = 0 WHERE section_id = 1",
        "UPDATE desk SET status = 'CLOSED', closed_reason = 'a test'",
    )
    ill = shell.run("doctor")
    assert ill.code == 1
    assert "section" in ill.out
    closed = shell.run("event", "reopen", "1")
    assert closed.code == 1
    assert "stays closed" in closed.err


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("event", "create"),
        ("key", "create", "--role", "boss"),
        ("serve", "--port", "x"),
    ],
)
def test_a_mistyped_command_is_exit_code_two(tmp_path: Path, words: tuple[str, ...]) -> None:
    typed = Shell(tmp_path).run(*words)
    assert typed.code == 2
    assert "Traceback" not in typed.err


@pytest.mark.parametrize(
    "words", [(), ("chart",), ("event",), ("key",), ("event", "create"), ("serve",)]
)
def test_help_is_there_with_examples(tmp_path: Path, words: tuple[str, ...]) -> None:
    shown = Shell(tmp_path).run(*words, "--help")
    assert shown.code == 0
    assert "Usage: holdfast" in shown.out
    if words in ((), ("event", "create"), ("serve",)):
        assert " holdfast serve" in shown.out or " holdfast event create --chart" in shown.out


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLDFAST_DATABASE_URL", "mysql://x"),
        ("HOLDFAST_SECRET", "short"),
        ("HOLDFAST_PUBLIC_URL", "tickets"),
        ("HOLDFAST_POSTGRES_BIN", "/nowhere"),
        ("HOLDFAST_SMTP_URL", "mail.example"),
        ("HOLDFAST_SMTP_URL", "smtp://mail.example"),
        ("HOLDFAST_MAIL_FROM", "the opera"),
    ],
)
def test_a_wrong_setting_stops_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    typed = Shell(tmp_path, **{name: value}).run("event", "list")
    assert (typed.code, typed.out) == (1, "")
    assert name in typed.err
    assert len(typed.err.strip().splitlines()) == 1


def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    typed = Shell(tmp_path, HOLDFAST_DATABASE_URL="postgresql://127.0.0.1:1/none").run(
        "event", "list"
    )
    assert typed.code == 1
    assert "Traceback" not in typed.err
    assert typed.err.startswith("holdfast: ")


def test_a_database_of_another_name_is_a_sentence(shell: Shell) -> None:
    url = shell.environment["HOLDFAST_DATABASE_URL"].replace("/test_", "/none_")
    shell.environment["HOLDFAST_DATABASE_URL"] = url
    typed = shell.run("event", "list")
    assert typed.code == 1
    assert "HOLDFAST_DATABASE_URL" in typed.err


def test_the_demo_stays_away_from_a_database_that_somebody_named(shell: Shell) -> None:
    refused = shell.run("demo", "--port", "0")
    assert refused.code == 1
    assert "HOLDFAST_DATABASE_URL" in refused.err
