# From bare hardware to an idle machine, or to a root that is ready to be handed over. The last line on standard error
# says why it ended, when it fails.
set -eu

. /openqrm/console.sh
. /openqrm/milestones.sh
. /openqrm/kernel_line.sh
. /openqrm/facts.sh
. /openqrm/modules.sh
. /openqrm/network.sh
. /openqrm/register.sh
. /openqrm/uplink.sh

read_kernel_line
load_modules_for_devices
configure_network
fetch_modules_for_devices
install_agent
make_key
register
start_agent
keep_lease
[ -z "$(fact hostname)" ] || hostname "$(fact hostname)"
say "this is $(fact resource), $(fact role)"
[ "$(fact role)" = idle ] || sh /openqrm/root.sh
