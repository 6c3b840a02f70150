"""What a network card does while its machine is off: it looks for its own magic packet in every frame.

python -m tests.lab.wake_card INTERFACE MAC: says `listening`, and a line for each frame that would wake it.
"""

import socket
import sys

EVERYTHING = 0x0003  # ETH_P_ALL


def listen(interface: str, mac: str) -> None:
    """Until it is killed."""
    magic = b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * 16
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERYTHING)) as card:
        card.bind((interface, 0))
        _say("listening")
        while True:
            frame = card.recv(2048)
            if magic in frame:
                _say(f"woken by a frame to {frame[:6].hex(':')}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    listen(*sys.argv[1:])
