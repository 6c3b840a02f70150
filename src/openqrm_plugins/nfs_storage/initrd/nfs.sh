# A folder on an NFS server.
#
#   server=ADDRESS  path=/EXPORTED/FOLDER  version=4.2 or 3  options=FURTHER,MOUNT,OPTIONS (may be missing)

ahead() {
    modprobe -q nfs || true # or mount loads it, or the kernel has it
}

mount_volume() { # FOLDER
    reach_server
    case ${volume_version:-4.2} in
        3) own="nfsvers=3,proto=tcp,nolock,port=2049,mountproto=tcp,mountport=${volume_mountport:-20048}" ;;
        *) own="vers=${volume_version:-4.2},clientaddr=0.0.0.0" ;;
    esac
    mount -i -t "$(kind)" -o "$own,addr=$volume_server,rw,noatime${volume_options:+,$volume_options}" \
        "$volume_server:$volume_path" "$1" || stop "$volume_server refuses to let this machine mount $volume_path."
}

kind() {
    [ "${volume_version:-4.2}" = 3 ] && echo nfs || echo nfs4
}

# Told apart from a refused mount, because the operator looks elsewhere for it.
reach_server() {
    for _ in 1 2 3 4 5; do
        if nc -w 3 "$volume_server" 2049 </dev/null 2>/dev/null; then
            volume_found "$volume_server"
            return 0
        fi
        sleep 1
    done
    stop "The NFS server $volume_server does not answer on port 2049."
}
