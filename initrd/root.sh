# From the answer of the server to a root that is ready to be handed over: the rest of boot.sh, for an appliance.

. /openqrm/image.sh

fetch_profile
mount_volume_of root /newroot
milestone root-mounted "$fact_root_type"
transfer_if_due
prepare_image
milestone handed-over
