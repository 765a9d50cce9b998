# Built once, beside the server:
swift build -c release --omit-frame-pointers --product pageheapmalloc

# Preloaded: any program, without a change to it.
LD_PRELOAD=$PWD/.build/release/libpageheapmalloc.so ./Server

# In a container: one line of the Dockerfile.
#   ENV LD_PRELOAD=/app/libpageheapmalloc.so
