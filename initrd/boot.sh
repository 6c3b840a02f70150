# From bare hardware to an idle machine, or to a root that is ready to be handed over. The last line on standard error
# says why it ended, when it fails.
set -eu

. /openqrm/console.sh
. /openqrm/milestones.sh
. /openqrm/kernel_line.sh
. /openqrm/facts.sh
. /openqrm/modules.sh
. /openqrm/network.sh
. /openqrm/volumes.sh
. /openqrm/register.sh
. /openqrm/uplink.sh

read_kernel_line
load_modules_for_devices
configure_network
(install_agent && make_key && prepare_volumes) & # meanwhile: devices take their time to come to light
preparing=$!
fetch_modules_for_devices
wait "$preparing" || exit 1
register
start_agent
[ -z "$fact_hostname" ] || hostname "$fact_hostname"
say "this is $fact_resource, $fact_role"
[ "$fact_role" = idle ] || . /openqrm/root.sh
