# Becomes the image's init. What is mounted moves along, the agent's tmpfs beneath /run with it.

read -r init </run/next-init
: >/run/openqrm/handed-over # from now on the agent watches for the new PID 1 …
echo watch 1<>/run/openqrm/control # … beginning at once
for folder in run dev sys proc; do
    mount --move "/$folder" "/newroot/$folder"
done
exec /bin/switch_root -c /dev/console /newroot "$init"
