"""Tokens at rest: unreadable, and keys that rotate without a reconnection."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from services.errors import NeedsPerson, Rejected
from services.ports import Tokens
from services.vault import Vault, new_key
from tests.builders import NOW

TOKENS = Tokens(
    access="planted-access", refresh="planted-refresh", expires_at=NOW, scopes=frozenset("ba")
)


@pytest.mark.parametrize("tokens", [TOKENS, Tokens(access="é\U0001f984")])
def test_what_is_sealed_opens_again(tokens: Tokens) -> None:
    """Every field survives, with and without a refresh token or an end."""
    vault = Vault([new_key()])
    assert vault.open(vault.seal(tokens)) == tokens


def test_nothing_of_a_token_can_be_read_or_shown() -> None:
    """Neither the ciphertext nor a representation holds a token."""
    sealed = Vault([new_key()]).seal(TOKENS)
    assert b"planted" not in sealed
    assert "planted" not in repr(TOKENS)


def test_a_new_key_seals_and_old_ones_still_open() -> None:
    """A rotation: the new key first, the old one behind it, and later the old one gone."""
    old, new = new_key(), new_key()
    before = Vault([old]).seal(TOKENS)
    rotated = Vault([new, old])
    assert rotated.open(before) == TOKENS
    after = rotated.seal(TOKENS)
    assert Vault([new]).open(after) == TOKENS
    with pytest.raises(NeedsPerson, match="cannot be decrypted"):
        Vault([old]).open(after)


#: Sealed with a key that is not ours.
ANOTHERS = Fernet(b"0" * 43 + b"=").encrypt_at_time(b"{}", 0)


@pytest.mark.parametrize("damage", [b"", b"x", ANOTHERS], ids=["empty", "short", "another's"])
def test_what_no_key_opens_asks_the_person(damage: bytes) -> None:
    """The member connects again, or the administrator restores the key."""
    with pytest.raises(NeedsPerson) as caught:
        Vault([new_key()]).open(damage)
    assert "ZWAAN_TOKEN_KEYS" in str(caught.value.remedy)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["é" * 44], [new_key(), "short"]])
def test_a_key_that_is_none_is_refused(keys: list[str]) -> None:
    """The sentence names the setting and how to make a key."""
    with pytest.raises(Rejected, match="ZWAAN_TOKEN_KEYS") as caught:
        Vault(keys)
    assert "--new-token-key" in str(caught.value.remedy)
    assert "short" not in str(caught.value)
