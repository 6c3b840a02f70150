# Takes the place of boot.sh in the peer's initrd: a root whose address is written down, nobody asked, nothing reported.
set -eu
for part in console milestones kernel_line facts modules network volumes image; do
    . "/openqrm/$part.sh"
done
read_kernel_line
load_modules_for_devices
configure_network
fetch_modules_for_devices
prepare_volumes
read_facts /openqrm/static-facts
hostname "$fact_hostname"
mount_volume_of root /newroot
prepare_image
