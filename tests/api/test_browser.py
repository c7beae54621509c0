"""What browsers are told: cookies, other origins, caching, pages and what they may load."""

from pathlib import Path

import msgspec
import pytest

from holdfast.accounts.api_key import KeyRole
from holdfast.api import chart_shelf, seats
from holdfast.database.pool import Database
from holdfast.venues.chart import Chart
from holdfast.venues.chart_columns import MAGIC, chart_columns
from tests.api.door import API, Door, buy, code, hold, open_door

pytestmark = pytest.mark.anyio

OURS = {"Holdfast-Storefront": "1", "Origin": "http://box.test"}


async def a_cookie(door: Door) -> dict[str, str]:
    opened = await door.client().post("/sessions", headers=OURS)
    assert opened.status_code == 201
    return {"Cookie": opened.headers["set-cookie"].partition(";")[0]}


async def test_the_cookie_cannot_be_read_by_scripts(lobby: Door) -> None:
    opened = await lobby.client().post("/sessions", headers=OURS)
    cookie = opened.headers["set-cookie"]
    assert cookie.startswith("holdfast=hs_")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie, "this is plain http"
    assert opened.json()["token"] is None
    again = await lobby.client().post(
        "/sessions", headers={**OURS, "Cookie": cookie.partition(";")[0]}
    )
    assert again.json()["session_id"] == opened.json()["session_id"]
    assert "set-cookie" not in again.headers


async def test_over_https_the_cookie_is_bound_to_the_host(
    database: Database, tmp_path: Path
) -> None:
    address = "https://tickets.example"
    async with open_door(database, tmp_path, HOLDFAST_PUBLIC_URL=address) as door:
        opened = await door.client().post("/sessions", headers=OURS)
        cookie = opened.headers["set-cookie"]
        assert cookie.startswith("__Host-holdfast=hs_")
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))
        event_id = await door.evening()
        order = await hold(await door.buyer(), event_id, 1)
        assert order["access_url"].startswith(f"{address}/orders/")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 201),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Holdfast-Storefront": None}, 403),
    ],
)
async def test_a_cookie_counts_only_on_our_own_pages(
    lobby: Door, changed: dict[str, str | None], expected: int
) -> None:
    event_id = await lobby.evening()
    headers = {**OURS, **await a_cookie(lobby), **changed}
    sent = {name: value for name, value in headers.items() if value is not None}
    path = f"/events/{event_id}/holds"
    held = await lobby.client().post(path, json={"seat_ids": [1]}, headers=sent)
    assert held.status_code == expected, held.text
    if expected == 403:
        assert held.json()["code"] == "wrong_origin"


async def test_reading_with_a_cookie_needs_no_more(lobby: Door) -> None:
    event_id = await lobby.evening()
    cookie = await a_cookie(lobby)
    order = (
        await lobby.client().post(
            f"/events/{event_id}/holds", json={"seat_ids": [1]}, headers={**OURS, **cookie}
        )
    ).json()
    read = await lobby.client().get(f"/orders/{order['order_id']}", headers=cookie)
    assert read.status_code == 200


async def test_a_bearer_token_wins_over_the_cookie(lobby: Door) -> None:
    event_id = await lobby.evening()
    order = await hold(await lobby.buyer(), event_id, 1)
    cookie = await a_cookie(lobby)
    ada = await lobby.buyer()
    mine = await hold(ada, event_id, 2)
    assert (await ada.get(f"/orders/{mine['order_id']}", headers=cookie)).status_code == 200
    assert code(await ada.get(f"/orders/{order['order_id']}", headers=cookie))[0] == 404


async def test_any_page_may_read_what_is_public_and_nothing_else(lobby: Door) -> None:
    event_id = await lobby.evening()
    other = {"Origin": "https://blog.example"}
    for path in ("/events", f"/events/{event_id}/seats", f"/events/{event_id}/availability"):
        read = await lobby.client().get(path, headers=other)
        assert read.headers["access-control-allow-origin"] == "*", path
        assert "Holdfast-Version" in read.headers["access-control-expose-headers"]
        assert "Retry-After" in read.headers["access-control-expose-headers"]
    order = await buy(await lobby.buyer(), event_id, 1)
    token = order["access_url"].partition("token=")[2]
    for path in (
        f"/orders/{order['order_id']}?token={token}",
        f"/tickets/{order['tickets'][0]['ticket_id']}.svg?token={token}",
    ):
        read = await lobby.client().get(path, headers=other)
        assert read.status_code == 200
        assert "access-control-allow-origin" not in read.headers
    opened = await lobby.client().post("/sessions", headers=other)
    assert "access-control-allow-origin" not in opened.headers


async def test_a_configured_page_may_sell(database: Database, tmp_path: Path) -> None:
    friend = "https://arena.example"
    async with open_door(database, tmp_path, HOLDFAST_ALLOWED_ORIGINS=friend) as door:
        asks = {"Access-Control-Request-Method": "POST"}
        path = "/events/1/holds"
        allowed = await door.client().options(path, headers={"Origin": friend, **asks})
        assert allowed.status_code == 204
        assert allowed.headers["access-control-allow-origin"] == friend
        assert "Idempotency-Key" in allowed.headers["access-control-allow-headers"]
        refused = await door.client().options(
            path, headers={"Origin": "https://evil.example", **asks}
        )
        assert "access-control-allow-origin" not in refused.headers
        opened = await door.client().post("/sessions", headers={"Origin": friend})
        assert opened.headers["access-control-allow-origin"] == friend


@pytest.mark.parametrize("path", ["/embed/events/3", "/embed/orders/o_1_x?token=t"])
async def test_only_allowed_pages_may_frame_the_embedded_ones(
    database: Database, tmp_path: Path, path: str
) -> None:
    friends = "https://arena.example, https://club.example:8443"
    async with open_door(database, tmp_path, HOLDFAST_ALLOWED_ORIGINS=friends) as door:
        page = await door.visitor().get(path)
        policy = page.headers["content-security-policy"]
        assert policy.endswith("frame-ancestors https://arena.example https://club.example:8443")
        assert "unsafe" not in policy
        assert page.text.startswith("<!doctype html>")
        for other in ("/", "/events/3", "/embed", "/orders/o_1_x?token=t"):
            page = await door.visitor().get(other, headers={"Accept": "text/html"})
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"], other


async def test_without_allowed_origins_nobody_frames_anything(lobby: Door) -> None:
    page = await lobby.visitor().get("/embed/events/3")
    assert page.headers["content-security-policy"].endswith("frame-ancestors 'none'")


async def test_any_page_may_load_the_script_that_says_why_there_is_no_map(lobby: Door) -> None:
    script = await lobby.visitor().get("/embed.js", headers={"Origin": "https://blog.example"})
    if script.headers["content-type"].startswith("text/html"):
        pytest.skip("the storefront is not built: make storefront")
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cache-control"] == "no-cache"
    page = await lobby.visitor().get("/", headers={"Origin": "https://blog.example"})
    assert "access-control-allow-origin" not in page.headers


async def test_an_allowed_page_asks_first_and_never_by_cookie(
    database: Database, tmp_path: Path
) -> None:
    friend = "https://arena.example"
    async with open_door(database, tmp_path, HOLDFAST_ALLOWED_ORIGINS=friend) as door:
        event_id = await door.evening()
        anyone = door.client()
        for origin, told in ((friend, friend), ("https://blog.example", "*")):
            for path in ("", "/seats", "/prices", "/availability", "/chart"):
                read = await anyone.get(f"/events/{event_id}{path}", headers={"Origin": origin})
                assert read.headers["access-control-allow-origin"] == told, path
                assert "origin" in read.headers["vary"].lower(), path
                assert "access-control-allow-credentials" not in read.headers
        asks = {"Origin": friend, "Access-Control-Request-Method": "POST"}
        asked = await anyone.options(f"/events/{event_id}/holds", headers=asks)
        assert asked.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in asked.headers
        cookie = (await anyone.post("/sessions", headers=OURS)).headers["set-cookie"]
        held = await anyone.post(
            f"/events/{event_id}/holds",
            json={"seat_ids": [1]},
            headers={"Origin": friend, "Cookie": cookie.partition(";")[0],
                     "Holdfast-Storefront": "1"},
        )  # fmt: skip
        assert code(held) == (403, "wrong_origin")


async def test_what_has_not_changed_is_not_sent_again(lobby: Door) -> None:
    event_id = await lobby.evening()
    anyone = lobby.client()
    event = (await anyone.get(f"/events/{event_id}")).json()
    paths = [f"/events/{event_id}{rest}" for rest in ("", "/prices", "/availability", "/seats")]
    for path in [*paths, event["chart_url"].removeprefix(API), "/events"]:
        first = await anyone.get(path)
        assert first.headers["etag"], path
        again = await anyone.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["etag"] == first.headers["etag"]
        other = await anyone.get(path, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200
    before = (await anyone.get(f"/events/{event_id}/seats")).headers["etag"]
    await hold(await lobby.buyer(), event_id, 1)
    after = await anyone.get(f"/events/{event_id}/seats", headers={"If-None-Match": before})
    assert (after.status_code, after.json()["seats"][1]) == (200, "H")
    assert after.headers["cache-control"] == "public, max-age=1"


async def test_a_cache_may_keep_what_is_open_whoever_asked_and_keeps_versions_apart(
    lobby: Door,
) -> None:
    event_id = await lobby.evening()
    anyone, buyer = lobby.client(), await lobby.buyer()
    await hold(buyer, event_id, 1)
    event = f"/events/{event_id}"
    tags: dict[str, str] = {}
    for rest in ("/seats", "/seats?since=0", "/seats?since=1", "/availability", "/prices", ""):
        mine = await buyer.get(f"{event}{rest}")
        for answer in (mine, await anyone.get(f"{event}{rest}", headers={"Cookie": "other=1"})):
            assert answer.headers["cache-control"].startswith("public, max-age="), rest
            assert "set-cookie" not in answer.headers, rest
            assert "cookie" not in answer.headers.get("vary", "").lower(), rest
            assert "authorization" not in answer.headers.get("vary", "").lower(), rest
            assert answer.content == mine.content, rest
        tags[rest] = mine.headers["etag"]
    assert len(set(tags.values())) == len(tags), "no answer passes for another"
    changes = f"{event}/seats?since=0"
    for path, known in ((changes, tags["/seats"]), (f"{event}/seats", tags["/seats?since=0"])):
        crossed = await anyone.get(path, headers={"If-None-Match": known})
        assert crossed.status_code == 200, "a snapshot and changes of one version are two things"
    same = await anyone.get(changes, headers={"If-None-Match": tags["/seats?since=0"]})
    assert same.status_code == 304
    await hold(buyer, event_id, 2)
    later = await anyone.get(changes, headers={"If-None-Match": tags["/seats?since=0"]})
    assert (later.status_code, later.headers["holdfast-version"]) == (200, "2")
    assert later.headers["vary"] == "accept-encoding", "and so it is kept for both kinds of reader"


async def test_what_is_at_hand_is_what_would_be_made(
    lobby: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_for: list[str] = []
    make = seats.seats_answer
    monkeypatch.setattr(seats, "seats_answer", lambda *a, **k: made_for.append("") or make(*a, **k))
    monkeypatch.setattr("holdfast.live.answers.GZIP_BYTES_MIN", 1)
    event_id = await lobby.evening()
    anyone = lobby.client()
    path = f"/events/{event_id}/seats"
    made, at_hand = [await anyone.get(path, headers={"Accept-Encoding": "gzip"}) for _ in "12"]
    assert len(made_for) == 1, "the second was at hand"
    assert made.content == at_hand.content
    assert made.headers == at_hand.headers
    assert at_hand.headers["vary"] == "accept-encoding"
    assert (await anyone.get(f"{path}?since=0")).json()["version"] == 0
    other = await anyone.get(path, headers={"Origin": "https://blog.example"})
    assert other.headers["access-control-allow-origin"] == "*"
    same = await anyone.get(path, headers={"If-None-Match": made.headers["etag"]})
    assert same.status_code == 304
    await hold(await lobby.buyer(), event_id, 1)
    assert (await anyone.get(path)).json()["seats"][1] == "H"


async def test_the_page_of_an_event_has_browsers_begin_with_what_it_asks_for(lobby: Door) -> None:
    page = await lobby.visitor().get("/events/3")
    asked = [part.partition(">")[0] for part in page.headers["link"].split(", ")]
    event = "</api/v1/events/3"
    assert asked == [event, f"{event}/chart.columns", f"{event}/prices", f"{event}/seats"]
    assert "link" not in (await lobby.visitor().get("/")).headers


async def test_a_chart_is_cacheable_for_ever_and_sent_compressed(lobby: Door) -> None:
    event_id = await lobby.evening()
    anyone = lobby.client()
    led = await anyone.get(f"/events/{event_id}/chart")
    assert led.status_code == 307
    path = led.headers["location"].removeprefix(API)
    chart = await anyone.get(path, headers={"Accept-Encoding": "gzip"})
    assert chart.headers["content-encoding"] == "gzip"
    assert chart.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await anyone.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == chart.json()
    assert len(chart.json()["seats"]) == 28
    assert chart.json()["areas"][0]["first_seat_id"] == 28


async def test_a_chart_by_columns_is_cacheable_for_ever_and_made_when_it_is_saved(
    lobby: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = await lobby.evening()
    anyone = lobby.client()
    made_for_a_visitor: list[Chart] = []
    make = chart_shelf.compressed_columns
    monkeypatch.setattr(
        chart_shelf, "compressed_columns", lambda c: made_for_a_visitor.append(c) or make(c)
    )
    led = await anyone.get(f"/events/{event_id}/chart.columns")
    assert led.status_code == 307
    path = led.headers["location"].removeprefix(API)
    sent = await anyone.get(path, headers={"Accept-Encoding": "gzip"})
    assert sent.headers["content-encoding"] == "gzip"
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sent.headers["vary"] == "accept-encoding"
    plain = await anyone.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == sent.content
    chart = await anyone.get(path.removesuffix(".columns"))
    assert plain.content == chart_columns(msgspec.json.decode(chart.content, type=Chart))
    same = await anyone.get(path, headers={"If-None-Match": sent.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert sent.headers["etag"] != chart.headers["etag"]
    gone = await anyone.get(path.replace(path[8:12], "0000"))
    assert code(gone) == (404, "not_found")
    assert not made_for_a_visitor


async def test_a_chart_saved_before_columns_were_kept_has_them_made(
    database: Database, tmp_path: Path
) -> None:
    async with open_door(database, tmp_path) as door:
        event_id = await door.evening()
        async with database.pool.acquire() as connection:
            await connection.execute("UPDATE chart SET columns = NULL")
        led = await door.client().get(f"/events/{event_id}/chart.columns", follow_redirects=True)
        assert led.content.startswith(MAGIC)


async def test_the_seating_map_of_a_venue_is_really_served(lobby: Door) -> None:
    event_id = await lobby.evening()
    event = (await lobby.client().get(f"/events/{event_id}")).json()
    path = event["venue"]["seating_map_url"].removeprefix(API)
    drawn = await lobby.client().get(path)
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "The Grand" in drawn.text
    gone = await lobby.client().get(path.replace(path[8:12], "0000"))
    assert code(gone) == (404, "not_found")


async def test_the_pages_may_load_nothing_from_elsewhere(lobby: Door) -> None:
    anyone = lobby.visitor()
    html = {"Accept": "text/html"}
    for path in ("/", "/events/3", "/orders/o_1_x", "/anything/else"):
        page = await anyone.get(path, headers=html)
        assert page.status_code == 200, path
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "same-origin"
    for path in ("/api/v1/nothing", "/api/v2", "/assets/none.js", "/schema/none"):
        assert code(await anyone.get(path, headers=html)) == (404, "not_found")
    codes = await anyone.get("/docs/refusals")
    assert 'id="seat_unavailable"' in codes.text


async def test_an_access_url_shows_a_page_to_people_and_the_order_to_programs(lobby: Door) -> None:
    event_id = await lobby.evening()
    order = await buy(await lobby.buyer(), event_id, 1)
    anyone = lobby.client()
    program = await anyone.get(order["access_url"])
    assert program.json()["order_id"] == order["order_id"]
    person = await anyone.get(order["access_url"], headers={"Accept": "text/html,*/*"})
    assert person.text.startswith("<!doctype html>")


async def test_health_says_what_it_stands_on(lobby: Door) -> None:
    anyone = lobby.visitor()
    health = (await anyone.get("/health")).json()
    assert health["status"] == "ok"
    assert health["durability"] == {
        "fsync": True,
        "synchronous_commit": "on",
        "standby": "none",
        "loss_accepted": False,
    }


async def test_everybody_may_know_how_busy_we_are_but_not_with_whom(lobby: Door) -> None:
    event_id = await lobby.evening()
    order = await hold(await lobby.buyer(), event_id, 1)
    await (await lobby.staff(KeyRole.organiser)).get(f"/admin/orders/{order['order_id']}")
    anyone = lobby.visitor()
    told = (await anyone.get("/metrics")).text
    assert 'route="POST /api/v1/events/{event_id}/holds",status="201"' in told
    assert 'route="GET /api/v1/admin/orders/{order_id}",status="200"' in told
    assert order["order_id"] not in told
