"""A session: a browser in which somebody has signed in; and the one-time link that stands in for a password."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Session:
    """`digest` is the SHA-256 of what the browser keeps; `stamp` is of what the user signed in with, when it began."""

    digest: str
    user: str
    stamp: str
    began_s: float
    seen_s: float  # within a minute
    expires_s: float
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, kw_only=True)
class SignInLink:
    """Good once and until `expires_s`; `digest` is the SHA-256 of what stands in the link."""

    digest: str
    user: str
    expires_s: float
