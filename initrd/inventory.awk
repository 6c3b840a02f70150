# What this machine is made of, as JSON. Firmware writes the strings and may write anything: text() lets through what
# is printable ASCII, with the two signs that JSON takes differently escaped. `sys` and `proc` may point elsewhere.

function text(value) {
    gsub(/[^ -~]/, "", value)
    sub(/^ +/, "", value)
    value = substr(value, 1, 200)
    sub(/ +$/, "", value)
    gsub(/["\\]/, "\\\\&", value)
    return "\"" value "\""
}

function first_line(path,    line) {
    line = ""
    getline line < path
    close(path)
    return line
}

function number(path) {
    return sprintf("%.0f", first_line(path) + 0)
}

# the value after KEY in a file of "KEY: value" or "KEY=value" lines
function field(path, key, separator,    line, at, value) {
    value = ""
    while ((getline line < path) > 0) {
        at = index(line, separator)
        if (at && line ~ "^" key "[ \t]*" separator) { value = substr(line, at + 1); break }
    }
    close(path)
    return value
}

function mib(key) {
    return sprintf("%.0f", int(field(proc "/meminfo", key, ":") / 1024))
}

function cpu(    count, line) {
    while ((getline line < (proc "/cpuinfo")) > 0) if (line ~ /^processor/) count++
    close(proc "/cpuinfo")
    return sprintf("{\"count\": %d, \"model\": %s, \"mhz\": %d}", count, text(field(proc "/cpuinfo", "model name", ":")),
        field(proc "/cpuinfo", "cpu MHz", ":"))
}

function card_of(name,    at) {
    at = sys "/class/net/" name
    return sprintf("{\"name\": %s, \"mac\": %s, \"driver\": %s, \"address\": %s}", text(name), text(first_line(at "/address")),
        text(field(at "/device/uevent", "DRIVER", "=")), text(name == boot_card ? address : ""))
}

function disk_of(name,    at) {
    at = sys "/block/" name
    return sprintf("{\"name\": %s, \"size_bytes\": %.0f, \"model\": %s, \"rotational\": %s}", text(name),
        first_line(at "/size") * 512, text(first_line(at "/device/model")), number(at "/queue/rotational") == 1 ? "true" : "false")
}

# drives with nothing in them, or with what can be taken out, are no disks of the machine
function is_disk(name) {
    return number(sys "/block/" name "/size") > 0 && number(sys "/block/" name "/removable") == 0
}

function all_cards(    names, count, i, list) {
    count = split(cards, names, " ")
    for (i = 1; i <= count; i++) list = list (list ? ", " : "") card_of(names[i])
    return "[" list "]"
}

function all_disks(    names, count, i, list) {
    count = split(disks, names, " ")
    for (i = 1; i <= count; i++) if (is_disk(names[i])) list = list (list ? ", " : "") disk_of(names[i])
    return "[" list "]"
}

function dmi(key) {
    return text(first_line(sys "/class/dmi/id/" key))
}

BEGIN {
    if (!sys) sys = "/sys"
    if (!proc) proc = "/proc"
    printf "{\"boot\": %s, \"key\": %s, \"hostname\": \"\", \"cpu\": %s, \"memory_mib\": %s, \"swap_mib\": %s, ",
        text(boot), text(key), cpu(), mib("MemTotal"), mib("SwapTotal")
    printf "\"nics\": %s, \"disks\": %s, ", all_cards(), all_disks()
    # the kernel's own driver would be needed to ask a BMC for its address, and few kernels for netboot have it
    printf "\"dmi\": {\"vendor\": %s, \"product\": %s, \"serial\": %s, \"uuid\": %s, \"bios\": %s}, \"bmc\": null}\n",
        dmi("sys_vendor"), dmi("product_name"), dmi("product_serial"), dmi("product_uuid"), dmi("bios_version")
}
