"""What every request can be asked, by ordinary and by thin routes alike."""

from holdfast.accounts.session import Session
from holdfast.api import credentials
from holdfast.api.headers import Headers, text
from holdfast.api.parts import Parts


class Asked:
    """Who asks, and where we are reached. Subclasses say where they keep what was sent."""

    __slots__ = ()

    @property
    def parts(self) -> Parts:
        """What the process has: database, desk, signatures."""
        raise AssertionError("a request says what its parts are")

    @property
    def sent(self) -> Headers:
        """The request's headers, as far as anybody reads them."""
        raise AssertionError("a request says what was sent")

    @property
    def verb(self) -> str:
        """GET, POST, ..."""
        raise AssertionError("a request says its method")

    @property
    def url_scheme(self) -> str:
        """http or https, as the request came."""
        raise AssertionError("a request says its scheme")

    @property
    def buyer(self) -> Session:
        """The buyer. Refuses unauthorized and wrong_origin."""
        return credentials.session_of(self.parts, self.sent, self.verb, self.url_scheme)

    @property
    def buyer_if_any(self) -> Session | None:
        """The buyer, or None where no session was sent. Refuses as `buyer` does."""
        return credentials.session_if_any(self.parts, self.sent, self.verb, self.url_scheme)

    @property
    def own_address(self) -> str:
        """Where buyers reach us, without a slash at the end: as set, else as this request did."""
        host = text(self.sent, b"host")
        return self.parts.settings.public_url or f"{self.url_scheme}://{host}"
