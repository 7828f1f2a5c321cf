"""The usual authorisation-code flow as one object: PKCE, and the client's secret in the form.

That is what most open networks speak (RFC 6749, RFC 7636, RFC 7009). A network with manners of
its own uses the single steps in `connectors.transport.oauth`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.transport import oauth
from connectors.transport.http import Transport
from services.ports import Authorization, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFlow:
    """``title`` is the network's name in messages; the addresses are public ones with a route."""

    transport: Transport
    title: str
    authorize_url: str
    token_url: str
    revoke_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]

    def authorization(self, *, state: str, redirect_uri: str) -> Authorization:
        return oauth.pkce_authorization(
            self.transport,
            self.authorize_url,
            client_id=self.client_id,
            redirect_uri=redirect_uri,
            scopes=self.scopes,
            state=state,
        )

    def exchange(self, *, code: str, verifier: str | None, redirect_uri: str) -> Tokens:
        """Raises NeedsPerson when the code was refused, ran out, or its answer was lost."""
        session = oauth.token_session(
            self.transport, title=self.title, client_id=self.client_id, redirect_uri=redirect_uri
        )
        with oauth.connecting(self.title), session:
            answer = session.fetch_token(
                self.token_url,
                code=code,
                code_verifier=verifier,
                client_secret=self.client_secret,
                include_client_id=True,
            )
        return oauth.tokens(answer, asked=self.scopes, now=datetime.now(UTC))

    def revoke(self, tokens: Tokens) -> None:
        form = {"client_id": self.client_id, "client_secret": self.client_secret}
        oauth.revoke(
            self.transport, self.revoke_url, title=self.title, form=form | {"token": tokens.access}
        )
