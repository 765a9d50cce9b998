// Finding files below a root that is not the caller's own.
#ifndef PAGEHEAP_PLACE_INSIDE_H
#define PAGEHEAP_PLACE_INSIDE_H

// Finds the file PATH as a process with the root directory ROOT would see it: links with absolute targets and `..` lead
// nowhere outside. Does not follow a link at the path's end. Returns a descriptor that says what the file is, and through
// which nothing can be read (O_PATH); or -1, and sets errno.
//
// A kernel before 5.6, or a sandbox, cannot do that. Then a path with a link among its folders may lead outside, so the
// caller must not trust what it finds by its place alone.
int pageheap_place_inside(const char *_Nonnull root, const char *_Nonnull path);

#endif
