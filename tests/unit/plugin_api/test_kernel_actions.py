"""The actions that bring a kernel's files and take them away, by the laws."""

from collections.abc import Callable, Mapping

import pytest

from openqrm.domain.plan import Step
from openqrm.domain.resource import SELF
from openqrm.plugin_api import Completed
from openqrm.plugin_api.actions import ClearKernel, PrepareKernel
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld, Simulator, UnknownCommand, cases_of
from openqrm.plugin_api.testing.case import carry_through

FOLDER = "/base/kernels/debian"
PREPARE, CLEAR = PrepareKernel(FOLDER, "linux-image-cloud-amd64"), ClearKernel(FOLDER)


class KernelFolders(Simulator):
    """openQRM's own machine, as far as kernels lie on it."""

    def __init__(self) -> None:
        super().__init__()
        self.folders: set[str] = set()

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("test", "-s", path):
                return Completed(0 if path.removesuffix("/vmlinuz") in self.folders else 1)
            case (_, "-m", "openqrm.boot.initrd", "prepare", "--", _, folder):
                self.folders.add(folder)
            case ("rm", "-rf", "--", folder):
                self.folders.discard(folder)
            case _:
                raise UnknownCommand(argv)
        return Completed(0)


def world(*done: Step) -> SimulatedWorld:
    made = SimulatedWorld(hosts={SELF: KernelFolders()})
    for step in done:
        carry_through(step.action, made)
    return made


STEPS = (
    Step(id="files", action=PREPARE, why="machines boot from its files"),
    Step(id="gone", action=CLEAR, why="nothing boots from them"),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", cases_of("kernel", STEPS, world), ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


def test_nobody_else_has_a_hand_on_the_kernel_meanwhile() -> None:
    assert PREPARE.touches() == CLEAR.touches() == ("kernel/debian",)
