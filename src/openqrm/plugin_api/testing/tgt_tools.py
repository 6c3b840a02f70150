"""tgtd behind tgtadm and its management socket, as the transcripts show them."""

from collections.abc import Mapping
from dataclasses import replace

from openqrm.plugin_api.storage.exporting.iscsi.tgt import Target
from openqrm.plugin_api.testing.file_tools import SimulatedFiles, is_program
from openqrm.plugin_api.testing.simulator import UnknownCommand
from openqrm.ports.world import Completed

DONE = Completed(0)


def refused(words: str) -> Completed:
    return Completed(22, "", f"tgtadm: {words}\n")


class SimulatedTgt(SimulatedFiles):
    """`targets` by number, `accounts` by user. A target without account lets in everybody from its addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[int, Target] = {}
        self.accounts: dict[str, str] = {}

    def writers(self, path: str) -> frozenset[str]:
        return frozenset(a for t in self.targets.values() if path in t.paths for a in t.addresses)

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if argv[0] == "sleep":
            return DONE
        if argv[0] == "python3" and not is_program(stdin):
            return self._new_account(*stdin.decode().splitlines())
        if argv[0] != "tgtadm":
            return super().run(argv, stdin, environment)
        words = [word for word in argv[1:] if word != "--force"]
        option = dict(zip(words[::2], words[1::2], strict=True))
        if option["--op"] == "show":
            return Completed(0, self._shown(option["--mode"]))
        if option["--mode"] == "account" and option["--op"] == "delete":
            return self._delete_account(option["--user"])
        return self._change(option["--mode"], option["--op"], int(option["--tid"]), option)

    def _shown(self, mode: str) -> str:
        if mode == "account":
            return "Account list:\n" + "".join(f"    {user}\n" for user in self.accounts)
        return "".join(map(render_target, self.targets.values()))

    def _new_account(self, user: str, password: str) -> Completed:
        if user in self.accounts:
            return Completed(1, "", f"tgtd refuses the account of {user} with error 14\n")
        self.accounts[user] = password
        return DONE

    def _delete_account(self, user: str) -> Completed:
        if self.accounts.pop(user, None) is None:
            return refused("can't find the account")
        for number, target in self.targets.items():
            self.targets[number] = replace(target, users=tuple(u for u in target.users if u != user))
        return DONE

    def _change(self, mode: str, verb: str, number: int, option: dict[str, str]) -> Completed:
        if (mode, verb) == ("target", "new"):
            taken = {t.iqn for t in self.targets.values()}
            if number in self.targets or option["--targetname"] in taken:
                return refused("this target already exists")
            self.targets[number] = Target(number, option["--targetname"])
            return DONE
        if number not in self.targets:
            return refused("can't find the target")
        if (mode, verb) == ("target", "delete"):
            del self.targets[number]
            return DONE
        changed = _changed(self.targets[number], mode, verb, option)
        if changed == self.targets[number]:
            return refused("this access control rule already exists")
        self.targets[number] = changed
        return DONE


def _changed(target: Target, mode: str, verb: str, option: dict[str, str]) -> Target:
    match mode, verb:
        case "account", "bind":
            return replace(target, users=_with(target.users, option["--user"]))
        case "logicalunit", "new":
            return replace(target, paths=_with(target.paths, option["--backing-store"]))
        case "target", "bind":
            return replace(target, addresses=_with(target.addresses, option["--initiator-address"]))
        case "target", "unbind":
            return replace(target, addresses=tuple(a for a in target.addresses if a != option["--initiator-address"]))
        case "conn", "delete":
            gone = (int(option["--sid"]), int(option["--cid"]))
            return replace(target, connections=tuple(c for c in target.connections if c != gone))
    raise UnknownCommand((mode, verb))


def _with(words: tuple[str, ...], word: str) -> tuple[str, ...]:
    return words if word in words else (*words, word)


def render_target(target: Target) -> str:
    """As `tgtadm --op show --mode target` does, without what nobody reads."""
    lines = [f"Target {target.number}: {target.iqn}", "    System information:", "        Driver: iscsi"]
    lines.append("    I_T nexus information:")
    for session, connection in target.connections:
        lines += [f"        I_T nexus: {session}", f"            Connection: {connection}"]
    lines += ["    LUN information:", "        LUN: 0", "            Backing store path: None"]
    lines += [f"            Backing store path: {path}" for path in target.paths]
    lines += ["    Account information:", *(f"        {user}" for user in target.users)]
    lines += ["    ACL information:", *(f"        {address}" for address in target.addresses)]
    return "\n".join(lines) + "\n"
