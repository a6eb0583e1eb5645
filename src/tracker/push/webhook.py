"""A webhook: the session as JSON to an address, signed if there is a secret.

What comes twice has the same `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the
receiver drops the second one. An edited session has another, and the same `X-Tracker-Session`. A
signature is made as GitHub's are: HMAC-SHA256 of the body, as `sha256=` and hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from typing import TYPE_CHECKING, Final

from tracker.export.session_json import write_session
from tracker.push.web import Web

if TYPE_CHECKING:
    from tracker.push.delivery import Parcel
    from tracker.push.secrets import Secret
    from tracker.push.targets import PushTarget

SESSION_HEADER: Final = "X-Tracker-Session"
"""Has the key of the session."""

SIGNATURE_HEADER: Final = "X-Tracker-Signature-256"
"""Has the signature of the body."""


class WebhookReceiver:
    """A program that listens at an address."""

    def __init__(self, name: str, target: PushTarget, secret: Secret | None) -> None:
        self._web = Web(name, target.place, secret=secret)
        self._secret = secret

    def find(self, parcel: Parcel) -> str | None:
        """Return None: it can't be asked, and recognises what comes twice by its key."""
        del parcel
        return None

    def create(self, parcel: Parcel) -> str:
        """Send the session."""
        self._post(parcel)
        return parcel.key

    def update(self, parcel: Parcel, remote_id: str) -> None:
        """Send the session as it is now."""
        del remote_id
        self._post(parcel)

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def _post(self, parcel: Parcel) -> None:
        out = io.BytesIO()
        write_session(parcel.session.workout, out)
        body = out.getvalue()
        headers = {
            "content-type": "application/json",
            SESSION_HEADER: parcel.key,
            "Idempotency-Key": f"{parcel.key}-{hashlib.sha256(body).hexdigest()[:16]}",
        }
        if self._secret is not None:
            digest = hmac.new(self._secret.reveal().encode(), body, hashlib.sha256).hexdigest()
            headers[SIGNATURE_HEADER] = f"sha256={digest}"
        self._web.request("POST", content=body, headers=headers)
