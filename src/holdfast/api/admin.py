"""What the organiser's addresses share: which events a key may touch."""

from holdfast.api.paths import event_number
from holdfast.api.request import ApiRequest
from holdfast.ids import EventId
from holdfast.refusals import Refusal


def own_event(request: ApiRequest, event_id: int) -> EventId:
    """The event of an address, if the request's key opens it. Refuses not_found and forbidden."""
    number = event_number(event_id)
    if not request.key.opens(number):
        raise Refusal("forbidden", "This key is for another event.")
    return number


def require_all_events(request: ApiRequest) -> None:
    """Refuse a key that opens one event only."""
    if request.key.event_id is not None:
        raise Refusal("forbidden", "This key is for one event; this needs one that opens all.")
