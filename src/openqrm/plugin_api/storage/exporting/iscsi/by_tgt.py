"""Grants by tgtd: a target open to one address, and a file from which tgt-admin makes it again."""

from __future__ import annotations

from openqrm.plugin_api.storage.exporting.iscsi import tgt
from openqrm.plugin_api.storage.exporting.iscsi.grants import Grant, Served
from openqrm.ports.world import Host


class Tgt:
    """The user space iSCSI service."""

    def look(self, host: Host, grant: Grant, password: str | None) -> Served:
        target = tgt.find_target(host, grant.iqn)
        addresses = target.addresses if target else ()
        if password is None:
            return Served(addresses, "", self._rest(host, grant, target))
        return Served(addresses, self._lack(host, grant, target, password), "")

    def allow(self, host: Host, grant: Grant, password: str) -> None:
        """The address comes last: until then nobody gets in.

        tgtd does not tell which password an account has: one that was not written down is taken for another one.
        """
        if host.read_file(lasting_file(grant)) != render(grant, password):
            tgt.end_target(host, grant.iqn, grant.user)
            host.write_file(lasting_file(grant), render(grant, password), mode=0o600)
        target = tgt.find_target(host, grant.iqn) or tgt.make_target(host, grant.iqn)
        if grant.user not in target.users:
            tgt.make_account(host, target, grant.user, password)
        if grant.path not in target.paths:
            tgt.add_disk(host, target, grant.path)
        if grant.address not in target.addresses:
            tgt.open_to(host, target, grant.address)

    def refuse(self, host: Host, grant: Grant) -> None:
        host.remove_file(lasting_file(grant))
        tgt.end_target(host, grant.iqn, grant.user)

    def _lack(self, host: Host, grant: Grant, target: tgt.Target | None, password: str) -> str:
        wanted = (grant.path,), (grant.user,), (grant.address,)
        if target is None or (target.paths, target.users, target.addresses) != wanted:
            return f"{grant.address} cannot log in to {grant.iqn}"
        if host.read_file(lasting_file(grant)) != render(grant, password):
            return "it would not last over a restart of tgtd"
        return ""

    def _rest(self, host: Host, grant: Grant, target: tgt.Target | None) -> str:
        if target is not None:
            return f"there is {grant.iqn}"
        if host.read_file(lasting_file(grant)) is not None or grant.user in tgt.list_users(host):
            return f"something of {grant.iqn} is left"
        return ""


def lasting_file(grant: Grant) -> str:
    """What tgt-admin makes the target from again when tgtd starts."""
    return f"/etc/tgt/conf.d/openqrm-{grant.volume}.conf"


def render(grant: Grant, password: str) -> bytes:
    """That file."""
    return (
        f"<target {grant.iqn}>\n"
        f"    backing-store {grant.path}\n"
        f"    incominguser {grant.user} {password}\n"
        f"    initiator-address {grant.address}\n"
        "</target>\n"
    ).encode()
