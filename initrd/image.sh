# What an image needs of us before its own init starts. Nothing is written to it, but for a password that is wished for.

prepare_image() {
    find_init
    for folder in dev proc run sys; do
        [ -d "/newroot/$folder" ] || stop "The image has no folder /$folder: it is no root file system."
    done
    printf %s "$fact_authorized_keys" | base64 -d >/run/openqrm/authorized_keys
    lend_modules
    set_root_password
    echo "$init" >/run/next-init
}

# Sets $init. The image's may be a link that leads astray as seen from here, so a link counts as well.
find_init() {
    for init in /sbin/init /usr/sbin/init /etc/init; do
        if [ -x "/newroot$init" ] || [ -L "/newroot$init" ]; then
            return
        fi
    done
    stop "The image has no /sbin/init."
}

# An image without modules for this kernel sees those that the machine has loaded by now.
lend_modules() {
    [ -d /newroot/lib/modules ] || return 0
    [ ! -d "/newroot$modules" ] || return 0
    mount -t tmpfs -o mode=755 modules /newroot/lib/modules
    cp -a "$modules" /newroot/lib/modules/
    : >/run/openqrm/modules-lent
}

set_root_password() {
    [ -n "$fact_root_password_hash" ] || return 0
    hash=$(printf %s "$fact_root_password_hash" | base64 -d)
    [ -f /newroot/etc/shadow ] || stop "The image has no /etc/shadow to set root's password in."
    HASH=$hash awk -F : -v OFS=: '$1 == "root" { $2 = ENVIRON["HASH"] } { print }' /newroot/etc/shadow >/tmp/shadow
    cmp -s /tmp/shadow /newroot/etc/shadow || cat /tmp/shadow >/newroot/etc/shadow
    rm /tmp/shadow
}
