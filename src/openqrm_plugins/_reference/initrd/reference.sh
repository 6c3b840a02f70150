# An example of a root type that no machine uses.

mount_volume() { # FOLDER
    stop "Root type reference is an example."
}
