"""One person has one address, however it was typed, copied or exported."""

from __future__ import annotations

import pytest

from services.identity import ambassador_id
from services.text.mail_address import exactly, mailbox, normal_address

TRUE = "jan.vos@x.example"


@pytest.mark.parametrize(
    "written",
    [
        "Jan.Vos@X.EXAMPLE",
        f" {TRUE}\u00a0",
        f"\u200b{TRUE}",
        f"{TRUE}\u200b",
        f"\ufeff{TRUE}",
        f"\u202a{TRUE}\u202c",
        f"\u2066{TRUE}\u2069",
        "jan\u00ad.vos@x.example",
        "jan.vos\u2060@x.example",
        f"mailto:{TRUE}",
        f"MAILTO:{TRUE}?subject=Hoi",
        f"<{TRUE}>",
        f"{TRUE};",
        "jan.vos@x\u3002example",
        "jan.vos@\uff38.example",
        "\uff4a\uff41\uff4e.vos\uff20x.example",
        f"\u201c{TRUE}\u201d",
        f"\u2018{TRUE}\u2019",
        f"{TRUE}.",
        f"\u3164{TRUE}",
        "jan.vos\u034f@x.example",
        "MAILTO:%20jan.vos%40x.example",
        f"mailto://{TRUE}",
    ],
)
def test_one_mailbox_has_one_form(written: str) -> None:
    """What no one sees, case and what is around it make no one another person."""
    assert mailbox(written) == TRUE
    assert ambassador_id(written) == ambassador_id(TRUE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jan@bücher.example", "jan@xn--bcher-kva.example"),
        ("josé@x.example", "jose\u0301@x.example"),
        ("JOSÉ@X.example", "josé@x.example"),
    ],
)
def test_letters_beyond_ascii_have_one_form_too(one: str, other: str) -> None:
    """Composed or not, punycode or not."""
    assert mailbox(one) == mailbox(other)
    assert ambassador_id(one) == ambassador_id(other)


@pytest.mark.parametrize("address", ["jan+werk@x.example", "o'brien@x.example", "a_b-c@x.example"])
def test_what_looks_odd_may_be_a_mailbox(address: str) -> None:
    """Signs that mail systems allow stay."""
    assert mailbox(address) == address


@pytest.mark.parametrize(
    "written",
    [
        *("jan@x..example", ".jan@x.example", "jan.@x.example", "jan@-x.example", "x<y@x.example"),
        *("a,b@x.example", "jan@x", "jan@@x.example", "jan@x.example..", "a b@x.example", "jan@"),
        *("@x.example", "jan@x_y.example", "Jan <jan@x.example>", "a@x.example,b@x.example", ""),
        *(
            '"a b"@x.example',
            "jan@[10.0.0.1]",
            "jan@10.0.0.1",
            f"{'a' * 65}@x.example",
            "jan(work)@x.example",
        ),
        *("jan\\@x.example", f"jan@{'a' * 64}.example", f"{'a' * 60}@{'b.' * 120}example"),
    ],
)
def test_what_can_be_no_mailbox_is_refused(written: str) -> None:
    """By what mail servers agree on."""
    with pytest.raises(ValueError, match="is not an e-mail address"):
        mailbox(written)
    assert normal_address(written) is not None


def test_mail_goes_to_the_address_and_to_no_other() -> None:
    """Only the domain's letters are written as servers want them."""
    assert exactly("Jan@BÜCHER.example") == "Jan@xn--bcher-kva.example"
    for other in ("mailto:jan@x.example", "jan@x.example\u200b", " jan@x.example", "a,b@x.example"):
        with pytest.raises(ValueError, match="is not an e-mail address"):
            exactly(other)
