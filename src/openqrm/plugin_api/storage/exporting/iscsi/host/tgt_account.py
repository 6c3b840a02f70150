"""Make a CHAP account in tgtd: user and password are the two lines of standard input.

tgtadm takes the password as an argument, where every user of the storage could read it; so this speaks to tgtd's
management socket as tgtadm does (struct tgtadm_req, which is the same from tgt 1.0.32 to 1.0.97).
"""

import socket
import struct
import sys

HEAD = struct.Struct("@ii64sIiQQIIIIII")  # mode, operation, driver, length, then nothing that an account needs
ANSWER = struct.Struct("@II")
MODE_ACCOUNT, OPERATION_NEW = 7, 0
SOCKET = "/var/run/tgtd/socket.0"


def main() -> None:
    """Ends with 0 when the account has been made."""
    user, password = sys.stdin.read().splitlines()
    words = f"user={user},password={password}".encode() + b"\0"
    head = HEAD.pack(MODE_ACCOUNT, OPERATION_NEW, b"iscsi", HEAD.size + len(words), *[0] * 9)
    with socket.socket(socket.AF_UNIX) as tgtd:
        tgtd.settimeout(10)
        tgtd.connect(SOCKET)
        tgtd.sendall(head + words)
        error, _ = ANSWER.unpack(tgtd.recv(ANSWER.size, socket.MSG_WAITALL))
    if error:
        sys.exit(f"tgtd refuses the account of {user} with error {error}")


main()
