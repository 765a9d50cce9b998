# For Scripts/install and the Debian package, which must not take away a library that every program of the system loads: without it,
# each of them would complain at its start. POSIX shell. Usage: . Scripts/preloaded.sh

# Says whether a system's /etc/ld.so.preload names a library, by its path, by a link to it, or by its name alone.
is_preloaded() { # the system's root (nothing for /), the library's file below that
    [ -f "$1/etc/ld.so.preload" ] || return 1
    # As the loader reads it: a comment begins with #, and names are parted by blanks, lines and colons.
    for preloaded_name in $(sed 's/#.*//' "$1/etc/ld.so.preload" | tr ':' ' '); do
        case $preloaded_name in
        */*) [ "$(readlink -f "$1$preloaded_name")" != "$(readlink -f "$1$2")" ] || return 0 ;;
        libpageheapmalloc.so*) return 0 ;;
        esac
    done
    return 1
}
