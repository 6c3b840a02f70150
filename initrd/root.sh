# From the answer of the server to a root that is ready to be handed over.
set -eu

. /openqrm/console.sh
. /openqrm/milestones.sh
. /openqrm/kernel_line.sh
. /openqrm/facts.sh
. /openqrm/modules.sh
. /openqrm/uplink.sh
. /openqrm/volumes.sh
. /openqrm/image.sh

read_kernel_line
fetch_profile
mount_volume_of root /newroot
milestone root-mounted "$(fact root_type)"
transfer_if_due
prepare_image
milestone handed-over
