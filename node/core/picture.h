/* picture: a file without what cameras and programs write into it beside the picture: who took it, with what, where and
 * when; comments, thumbnails, and whatever hangs behind its end.
 *
 * JPEG and PNG are written anew from the parts that a viewer needs to show the same picture, the colour profile and the
 * way up included; every other part is left out, known or not. Of other types nothing is removed, and the caller is
 * told so: nobody should believe that it was. Not looked at: what the picture itself shows, and what a colour profile
 * says. Pure; any thread.
 */
#ifndef CORE_PICTURE_H
#define CORE_PICTURE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"

enum picture_kind {
    PICTURE_JPEG,
    PICTURE_PNG,
    PICTURE_TEXT, /* UTF-8 without control characters or mark-up: there is nothing beside it */
    PICTURE_PDF,
    PICTURE_TIFF,
    PICTURE_WEBP,
    PICTURE_GIF,
    PICTURE_HEIF,
    PICTURE_DICOM,
    PICTURE_ZIP, /* and the office formats that are one */
    PICTURE_OTHER,
    PICTURE_KINDS
};

/* What the first bytes say; a name is not asked. */
enum picture_kind picture_kind(struct span file);
/* "image/jpeg"; of PICTURE_OTHER "application/octet-stream". */
const char *picture_media_type(enum picture_kind kind);
/* Is picture_clean() sure of what it does with these? */
bool picture_can_clean(enum picture_kind kind);

/* The cleaned file, in memory of the arena or the file itself; `kind` must be one that can be cleaned. MALFORMED or
 * TRUNCATED if its parts cannot be told apart, NO_MEMORY. */
MUST_USE enum result picture_clean(struct span *out, struct arena *arena, enum picture_kind kind, struct span file);

#endif
