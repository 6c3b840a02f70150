# Puts what is long in a line into files and their names in its place: the shell reads a pipe byte by byte, which takes
# a minute for a megabyte on a slow machine.

function filed(value,    file) {
    file = "/jobs/" ++count "." connection
    printf "%s", value >file
    close(file)
    return file
}

BEGIN { connection = ENVIRON["connection"] }
$1 == "profile" { $2 = filed($2) }
$1 == "run" { $4 = filed($4); $5 = filed($5) }
{ print; fflush() }
