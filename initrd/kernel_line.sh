# The words of the kernel command line that are meant for us, as variables; a word that is missing leaves its empty.

read_kernel_line() {
    http='' uplink='' hostkey='' boot='' token='' kernel='' bootif='' ip=''
    set -f
    # shellcheck disable=SC2013  # words are what we want
    for word in $(cat /proc/cmdline); do
        read_word "$word"
    done
    set +f
    for name in http uplink hostkey boot token kernel; do
        eval "value=\$$name"
        case $value in
            '' | *[!A-Za-z0-9._:/@+=,-]*) stop "The kernel command line has no usable openqrm.$name." ;;
        esac
    done
}

read_word() { # WORD
    value=${1#*=}
    case $1 in
        openqrm.http=*) http=$value ;;
        openqrm.uplink=*) uplink=$value ;;
        openqrm.hostkey=*) hostkey=$value ;;
        openqrm.boot=*) boot=$value ;;
        openqrm.token=*) token=$value ;;
        openqrm.kernel=*) kernel=$value ;;
        BOOTIF=*) bootif=$value ;;
        ip=*) ip=$value ;;
    esac
}
