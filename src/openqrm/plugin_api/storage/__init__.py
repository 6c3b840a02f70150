"""What several storage plugins share: the settings of one storage over those of its plugin.

Not here: anything that names a protocol or a tool of one plugin.
"""

from openqrm.plugin_api.storage.settings import settings_for

__all__ = ["settings_for"]
