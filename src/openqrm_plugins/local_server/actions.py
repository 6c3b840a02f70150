"""The actions of this plugin, for the journal."""

from openqrm_plugins.local_server.leave import LetIn, TakeLeave
from openqrm_plugins.local_server.note import NoteMachine

ACTIONS = (LetIn, TakeLeave, NoteMachine)
