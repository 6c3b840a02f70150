"""The types of fields that intents share: each bounds what may come in through any door."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from openqrm.domain.names import MAC_PATTERN, NAME_PATTERN

Name = Annotated[str, Meta(pattern=NAME_PATTERN, max_length=63)]
NameOrNone = Annotated[str, Meta(pattern=NAME_PATTERN.replace("^", r"^$(?!\n)|^", 1), max_length=63)]
Mac = Annotated[str, Meta(pattern=MAC_PATTERN, max_length=17)]
Line = Annotated[str, Meta(pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)", max_length=200)]
Text = Annotated[str, Meta(pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f]*$(?!\n)", max_length=4000)]
Keys = Annotated[str, Meta(pattern=r"^[^\u0000-\u0009\u000b-\u001f\u007f]*$(?!\n)", max_length=16000)]
Path = Annotated[str, Meta(pattern=r"^/[^\u0000-\u001f\u007f]*$(?!\n)", max_length=1000)]
Numbered = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,62}\.[0-9]{1,18}$(?!\n)", max_length=82)]
Size = Annotated[int, Meta(ge=0, le=1 << 40)]
Port = Annotated[int, Meta(ge=0, le=65535)]
HostKey = Annotated[str, Meta(pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)", max_length=2000)]
UnixUser = Annotated[str, Meta(pattern=r"^$(?!\n)|^[a-z_][a-z0-9_-]{0,31}$(?!\n)", max_length=32)]
Setting = dict[Name, Line]
# What people are told who gave something else: a pattern is no sentence.
_A_NAME = "1 to 63 lower-case letters, digits and dashes, beginning with a letter and not ending with a dash"
MEANT: dict[Any, str] = {
    Name: _A_NAME,
    NameOrNone: f"{_A_NAME}, or nothing",
    Numbered: "a name and a number, such as web.7",
    Mac: "a MAC address, such as 52:54:00:12:34:56",
    Line: "one line without control characters",
    Text: "text without control characters",
    Path: "a whole path, such as /srv/images",
    UnixUser: "the name of a user, in lower-case letters, digits, dashes and underscores",
}
