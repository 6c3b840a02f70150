# Who is PID 1? After the hand-over the agent looks often, so that the milestone comes when the image's init does.

watching=no
is_image=false
[ ! -e /init-seen ] || is_image=true

# The image's modprobe reads an index of its own, which its depmod writes; nobody waits for it.
index_modules() {
    (enter_machine depmod) >/dev/null 2>&1
}

watch_for_init() {
    [ "$is_image" = false ] && [ -e /handed-over ] || return
    watching=yes
    ! in_initrd || return
    read -r name </proc/1/comm
    [ "$name" != switch_root ] || return
    watching=no
    is_image=true
    : >/init-seen
    post_milestone init "$name"
    [ ! -e /modules-lent ] || index_modules &
}
