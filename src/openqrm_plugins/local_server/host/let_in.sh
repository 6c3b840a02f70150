# Lets a key in at this user's authorized_keys, and takes that back to the last byte.
#
#   sh -s -- look|add|drop KEY      KEY: type and base64, as a .pub file begins
#
# The line says at its end what else was made for it: the folder, the file, or the end of a line before it that had none.
set -eu
umask 077
verb=$1 key=$2 mark=openqrm-local-server
folder=$HOME/.ssh
file=$folder/authorized_keys
[ ! -L "$file" ] || file=$(readlink -f "$file")

ours() {
    [ -e "$file" ] && grep -F -- "$key $mark" "$file"
}

look() {
    if ours >/dev/null; then
        echo ours
    elif [ -e "$file" ] && grep -v '^[[:space:]]*#' "$file" | grep -qF -- "$key"; then
        echo theirs
    else
        echo none
    fi
}

add() {
    ! ours >/dev/null || return 0
    made=
    if [ ! -e "$folder" ]; then
        mkdir "$folder"
        made=:folder
    elif [ ! -e "$file" ]; then
        made=:file
    elif [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then
        echo >>"$file"
        made=:end
    fi
    echo "$key $mark$made" >>"$file"
    [ -z "$made" ] || ! command -v restorecon >/dev/null || restorecon -R "$folder"
}

drop() {
    line=$(ours | tail -n 1) || return 0
    [ -n "$line" ] || return 0
    new=$file.openqrm
    cp -p "$file" "$new" # for its owner and rights
    grep -vF -- "$key $mark" "$file" >"$new" || [ $? = 1 ]
    case $line in
        *:end) printf %s "$(grep -vF -- "$key $mark" "$file")" >"$new" ;;
    esac
    case $line in
        *:folder | *:file) [ -s "$new" ] || { rm "$new" "$file"; file=; } ;;
    esac
    [ -z "$file" ] || mv -f "$new" "$file"
    case $line in
        *:folder) rmdir "$folder" 2>/dev/null || true ;;
    esac
}

"$verb"
