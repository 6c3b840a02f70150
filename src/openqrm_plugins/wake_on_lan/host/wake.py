"""Sends a magic packet: python3 -I - ADDRESS PORT MAC. Six times FF, then sixteen times the card's MAC, by UDP."""

import socket
import sys

address, port, mac = sys.argv[1:]
packet = b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * 16
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    for _ in range(3):  # nobody acknowledges one
        sender.sendto(packet, (address, int(port)))
