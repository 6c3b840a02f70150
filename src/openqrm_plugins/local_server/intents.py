"""What may be asked: taking a machine in, and letting it go."""

from openqrm_plugins.local_server.integrate import IntegrateMachine, plan_integrate
from openqrm_plugins.local_server.let_go import LetMachineGo, plan_let_go

PLANNERS = {IntegrateMachine: plan_integrate, LetMachineGo: plan_let_go}
