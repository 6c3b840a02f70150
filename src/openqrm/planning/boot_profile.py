"""What a resource is to boot as an appliance: its root, the transfers of this boot, the kernel line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.names import parse_arguments, parse_name
from openqrm.domain.plan import Step
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.addresses import address_towards
from openqrm.plugin_api.actions import put
from openqrm.plugin_api.drivers import Root
from openqrm.plugin_api.planning import Planning
from openqrm.ports.records import Facts


def check_filled(image: Image, volume: Volume, machine: Resource, planning: Planning) -> frozenset[str]:
    """The transfers that are due at every boot until the appliance is stopped: an empty root's install."""
    if not _root_of(volume, machine, planning).empty:
        return frozenset()
    if not image.install_from:
        message = f"the root of image {image.name} is empty at every boot, and the image is installed from nowhere"
        raise PlanningError(Category.CONFLICT, message, "Set its install_from to an NFS volume with its content.")
    return frozenset({"install"})


def check_san(profile: BootProfile, image: Image, resource: Resource, planning: Planning) -> None:
    """Raises PlanningError for what a machine without our initrd and agent cannot do."""
    if not profile.is_san:
        return
    if image.install_from or image.transfer_to:
        message = f"the firmware of {resource.name} boots image {image.name} itself, so nothing copies it on the way"
        raise PlanningError(Category.UNSUPPORTED, message, "Clear its install_from and transfer_to.")
    if planning.drivers.power(resource) is None:
        message = f"{resource.name} has no BMC, and no agent that could stop it while it runs image {image.name}"
        raise PlanningError(Category.UNSUPPORTED, message, "Name a resource whose power openQRM can switch.")


T = TypeVar("T")


@dataclass(frozen=True)
class Added:
    """What plugins add to a boot, by plugin."""

    arguments: tuple[tuple[str, str], ...]
    fragments: tuple[tuple[str, tuple[str, ...]], ...]

    def whose(self) -> str:
        """Who adds what, for the plan."""
        told = [f"{plugin} adds {text} to the kernel line" for plugin, text in self.arguments]
        told += [f"{plugin} adds {', '.join(types)} to the initrd" for plugin, types in self.fragments]
        return "".join(f"; plugin {each}" for each in told)


def added_by_plugins(appliance: Appliance, resource: Resource, planning: Planning) -> Added:
    """Raises PlanningError `bad_input` when a plugin's answer cannot stand where it belongs."""
    kernel = planning.facts.get(Kernel, appliance.kernel)
    arguments = planning.ask("boot_arguments", resource=resource, appliance=appliance)
    fragments = planning.ask("initrd_fragments", kernel=kernel)
    return Added(
        tuple((plugin, _checked(plugin, _line, text)) for plugin, text in arguments),
        tuple((plugin, _checked(plugin, _types, types)) for plugin, types in fragments),
    )


def _checked(plugin: str, parse: Callable[[Any], T], answer: Any) -> T:
    try:
        return parse(answer)
    except (PlanningError, TypeError, AttributeError) as error:
        message = f"plugin {plugin} adds to the boot what cannot stand there: {error}"
        hint = f"This is a defect of the plugin: report it, or do without it (openqrm plugin disable {plugin})."
        raise PlanningError(Category.BAD_INPUT, message, hint) from error


def _line(text: str) -> str:
    return " ".join(parse_arguments(text))


def _types(types: Any) -> tuple[str, ...]:
    if isinstance(types, str):
        raise TypeError(f"{types!r} is no tuple of root types")
    return tuple(parse_name(type_) for type_ in types)


def profile_of(
    appliance: Appliance, image: Image, volume: Volume, resource: Resource, others: dict[str, Volume],
    added: Added, planning: Planning,
) -> BootProfile:  # fmt: skip
    """What the resource is to boot, and the transfers with `others` that this brings with it."""
    kernel = planning.facts.get(Kernel, appliance.kernel)
    root = _root_of(volume, resource, planning)
    facts, secrets = list(root.facts), list(root.secrets)
    for prefix, other in others.items():
        from_other = _root_of(other, resource, planning)
        facts += [(f"{prefix}_{key}", value) for key, value in (("type", from_other.type), *from_other.facts)]
        secrets += [(f"{prefix}_{key}", reference) for key, reference in from_other.secrets]
    if image.authorized_keys:
        facts.append(("authorized_keys", image.authorized_keys))
    if image.root_password:
        secrets.append(("root_password", image.root_password))
    return BootProfile(
        name=resource.name,
        appliance=appliance.name,
        kernel=kernel.name,
        root_type=root.type,
        root=tuple(facts),
        secrets=tuple(secrets),
        arguments=" ".join(filter(None, [kernel.arguments, *(text for _, text in added.arguments)])),
        fragments=tuple(type_ for _, types in added.fragments for type_ in types),
    )


def profile_step(profile: BootProfile, added: Added, planning: Planning) -> Step:
    """The profile, and in its reason whose additions it holds."""
    before = planning.facts.find(BootProfile, profile.name)
    action = put(profile, before, f"Let {profile.name} boot {profile.appliance} with kernel {profile.kernel}")
    why = f"the boot door serves it by MAC and token{added.whose()}"
    return Step(id="profile", action=action, why=why, needs=("claim",))


def later_steps(first: BootProfile, later: BootProfile) -> list[Step]:
    """A machine that is started anew must not copy again, over what was written since."""
    if first == later:
        return []
    action = put(later, first, f"Let {later.name} boot {later.appliance} without a transfer from now on")
    return [Step(id="profile-later", action=action, why="a transfer is single shot", needs=("ready",))]


def _root_of(volume: Volume, machine: Resource, planning: Planning) -> Root:
    storage = planning.facts.get(Storage, volume.storage)
    address = address_towards(planning.facts.get(Resource, storage.resource), machine, planning.facts)
    return planning.drivers.storage(storage).root(storage, volume, address, volume.grant.secret)


def boot_before(resource: Resource, facts: Facts) -> str:
    """The boot it is in while this is planned: the plan has to wait for another one."""
    seen = facts.find(Observation, resource.name)
    return seen.boot_id if seen else ""
