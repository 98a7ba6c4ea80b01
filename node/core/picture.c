#include "core/picture.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

/* ---- what it is ---- */

/* Bytes that a type has at its beginning, or a little behind it. */
static const struct signature {
    enum picture_kind kind;
    size_t at;
    size_t len;
    const char *bytes;
} signatures[] = {
    {PICTURE_JPEG, 0, 3, "\xFF\xD8\xFF"}, {PICTURE_PNG, 0, 8, "\x89PNG\r\n\x1A\n"},
    {PICTURE_PDF, 0, 5, "%PDF-"},         {PICTURE_TIFF, 0, 4, "II*\0"},
    {PICTURE_TIFF, 0, 4, "MM\0*"},        {PICTURE_WEBP, 8, 4, "WEBP"},
    {PICTURE_GIF, 0, 4, "GIF8"},          {PICTURE_HEIF, 4, 8, "ftypheic"},
    {PICTURE_HEIF, 4, 8, "ftypmif1"},     {PICTURE_HEIF, 4, 8, "ftypavif"},
    {PICTURE_DICOM, 128, 4, "DICM"},      {PICTURE_ZIP, 0, 4, "PK\x03\x04"},
};

static bool has_signature(struct span file, const struct signature *signature) {
    return file.len >= signature->at + signature->len &&
           memcmp(file.data + signature->at, signature->bytes, signature->len) == 0;
}

/* Text that a program reads as something else: XML and so SVG, HTML, RTF, PostScript. It may say who made it. */
static bool is_marked_up(struct span file) {
    static const char *const beginnings[] = {"<", "{\\rtf", "%!"};
    span_skip(&file, span_of_text("\xEF\xBB\xBF"));
    while (file.len && strchr(" \t\r\n", file.data[0]) && file.data[0])
        file = span_of(file.data + 1, file.len - 1);
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (span_skip(&file, span_of_text(beginnings[i])))
            return true;
    return false;
}

/* Letters of any language, line ends and tabs. */
static bool is_text(struct span file) {
    if (is_marked_up(file))
        return false;
    for (size_t i = 0; i < file.len; i++)
        if ((file.data[i] < ' ' && !strchr("\t\r\n\f", file.data[i])) || file.data[i] == 0 || file.data[i] == 0x7F)
            return false;
    return text_is_utf8(file);
}

enum picture_kind picture_kind(struct span file) {
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (has_signature(file, &signatures[i]))
            return signatures[i].kind;
    return is_text(file) ? PICTURE_TEXT : PICTURE_OTHER;
}

const char *picture_media_type(enum picture_kind kind) {
    static const char *const types[PICTURE_KINDS] = {
        [PICTURE_JPEG] = "image/jpeg",
        [PICTURE_PNG] = "image/png",
        [PICTURE_TEXT] = "text/plain",
        [PICTURE_PDF] = "application/pdf",
        [PICTURE_TIFF] = "image/tiff",
        [PICTURE_WEBP] = "image/webp",
        [PICTURE_GIF] = "image/gif",
        [PICTURE_HEIF] = "image/heif",
        [PICTURE_DICOM] = "application/dicom",
        [PICTURE_ZIP] = "application/zip",
        [PICTURE_OTHER] = "application/octet-stream",
    };
    return types[kind];
}

bool picture_can_clean(enum picture_kind kind) {
    return kind == PICTURE_JPEG || kind == PICTURE_PNG || kind == PICTURE_TEXT;
}

static bool span_u16(struct span *from, uint16_t *out) {
    uint8_t high, low;
    struct span rest = *from;
    if (!span_u8(&rest, &high) || !span_u8(&rest, &low))
        return false;
    *out = (uint16_t)(high << 8 | low);
    *from = rest;
    return true;
}

/* Room for what is left of a file: it is not copied to grow. */
static enum result make_room(struct buf *out, struct arena *arena, size_t size) {
    buf_init(out, arena);
    out->data = arena_alloc(arena, size);
    out->capacity = size;
    return out->data ? RESULT_OK : RESULT_NO_MEMORY;
}

static bool begins(struct span bytes, const char *prefix, size_t len) {
    return bytes.len >= len && memcmp(bytes.data, prefix, len) == 0;
}

/* ---- JPEG: ITU-T T.81, annex B ---- */

enum {
    JPEG_TEM = 0x01,
    JPEG_SOF0 = 0xC0,
    JPEG_DHT = 0xC4,
    JPEG_JPG = 0xC8,
    JPEG_DAC = 0xCC,
    JPEG_SOF15 = 0xCF,
    JPEG_RST0 = 0xD0,
    JPEG_RST7 = 0xD7,
    JPEG_SOI = 0xD8,
    JPEG_EOI = 0xD9,
    JPEG_SOS = 0xDA,
    JPEG_DQT = 0xDB,
    JPEG_DNL = 0xDC,
    JPEG_DRI = 0xDD,
    JPEG_APP0 = 0xE0,
    JPEG_APP1 = 0xE1,
    JPEG_APP2 = 0xE2,
    JPEG_APP14 = 0xEE,
};

enum { EXIF_HEAD = 6, JFIF_SIZE = 14, ADOBE_SIZE = 12, ORIENTATION_TAG = 0x0112, ORIENTATIONS = 8 };

/* A number of an Exif block in its own byte order; false past its end. */
static bool exif_number(struct span exif, bool big, size_t at, size_t size, uint32_t *out) {
    if (at > exif.len || exif.len - at < size)
        return false;
    *out = 0;
    for (size_t i = 0; i < size; i++)
        *out |= (uint32_t)exif.data[at + i] << 8 * (big ? size - 1 - i : i);
    return true;
}

/* Which way is up, 1 to 8, in the first directory of an Exif block (TIFF 6.0); 1, upright, if that is not said. */
static uint8_t exif_orientation(struct span exif) {
    uint32_t at, count, tag, value;
    bool big = begins(exif, "MM\0*", 4);
    if ((!big && !begins(exif, "II*\0", 4)) || !exif_number(exif, big, 4, 4, &at) ||
        !exif_number(exif, big, at, 2, &count))
        return 1;
    for (uint32_t i = 0; i < count; i++) {
        size_t row = (size_t)at + 2 + (size_t)i * 12;
        if (!exif_number(exif, big, row, 2, &tag) || !exif_number(exif, big, row + 8, 2, &value))
            return 1;
        if (tag == ORIENTATION_TAG)
            return value >= 1 && value <= ORIENTATIONS ? (uint8_t)value : 1;
    }
    return 1;
}

/* An Exif block that says which way is up and nothing else. */
static void put_orientation(struct buf *out, uint8_t orientation) {
    static const uint8_t before[] = {0xFF, JPEG_APP1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, '*', 0,
                                     0,    0,         8, 0,  1,   1,   18,  0,   3, 0, 0,   0,   1, 0};
    static const uint8_t behind[] = {0, 0, 0, 0, 0, 0};
    buf_put(out, before, sizeof before);
    buf_put_u8(out, orientation);
    buf_put(out, behind, sizeof behind);
}

static void put_segment(struct buf *out, uint8_t marker, struct span content) {
    buf_put_u8(out, 0xFF);
    buf_put_u8(out, marker);
    buf_put_u8(out, (uint8_t)((content.len + 2) >> 8));
    buf_put_u8(out, (uint8_t)(content.len + 2));
    buf_put_span(out, content);
}

struct jpeg {
    struct span rest;
    struct buf out;
    bool has_exif;
    bool has_frame;
    bool has_scan;
};

/* The JFIF header without its thumbnail. */
static void put_jfif(struct jpeg *jpeg, struct span content) {
    uint8_t header[JFIF_SIZE];
    memcpy(header, content.data, JFIF_SIZE);
    header[JFIF_SIZE - 2] = header[JFIF_SIZE - 1] = 0;
    put_segment(&jpeg->out, JPEG_APP0, SPAN_OF_ARRAY(header));
}

static bool is_frame(uint8_t marker) {
    return marker >= JPEG_SOF0 && marker <= JPEG_SOF15 && marker != JPEG_DHT && marker != JPEG_JPG &&
           marker != JPEG_DAC;
}

/* Of the first Exif block its orientation; never longer than the block was. */
static void take_exif(struct jpeg *jpeg, struct span content) {
    uint8_t orientation = exif_orientation(span_of(content.data + EXIF_HEAD, content.len - EXIF_HEAD));
    if (orientation > 1 && !jpeg->has_exif)
        put_orientation(&jpeg->out, orientation);
    jpeg->has_exif = true;
}

/* What a decoder needs stays; of the rest only what changes how the picture looks. */
static void take_segment(struct jpeg *jpeg, uint8_t marker, struct span content) {
    bool is_needed = is_frame(marker) || marker == JPEG_DHT || marker == JPEG_DAC || marker == JPEG_DQT ||
                     marker == JPEG_DNL || marker == JPEG_DRI || marker == JPEG_SOS;
    bool is_profile = marker == JPEG_APP2 && begins(content, "ICC_PROFILE\0", 12);
    if (is_needed || is_profile)
        put_segment(&jpeg->out, marker, content);
    else if (marker == JPEG_APP0 && begins(content, "JFIF\0", 5) && content.len >= JFIF_SIZE)
        put_jfif(jpeg, content);
    else if (marker == JPEG_APP14 && begins(content, "Adobe", 5) && content.len >= ADOBE_SIZE)
        put_segment(&jpeg->out, marker, span_of(content.data, ADOBE_SIZE));
    else if (marker == JPEG_APP1 && begins(content, "Exif\0", 5) && content.len >= EXIF_HEAD)
        take_exif(jpeg, content);
    jpeg->has_frame |= is_frame(marker);
}

/* The entropy-coded data behind a scan's header: up to the next marker that is no restart. */
static void take_scan(struct jpeg *jpeg) {
    size_t at = 0;
    while (at + 1 < jpeg->rest.len) {
        uint8_t next = jpeg->rest.data[at + 1];
        bool is_data = jpeg->rest.data[at] != 0xFF || next == 0 || (next >= JPEG_RST0 && next <= JPEG_RST7);
        if (!is_data)
            break;
        at += jpeg->rest.data[at] == 0xFF ? 2 : 1;
    }
    buf_put(&jpeg->out, jpeg->rest.data, at);
    jpeg->rest = span_of(jpeg->rest.data + at, jpeg->rest.len - at);
    jpeg->has_scan = true;
}

/* One marker, and what belongs to it; any number of 0xFF may stand before it. */
static enum result take_marker(struct jpeg *jpeg, uint8_t *marker) {
    uint16_t len;
    struct span content;
    uint8_t byte;
    if (!span_u8(&jpeg->rest, &byte))
        return RESULT_TRUNCATED;
    if (byte != 0xFF)
        return RESULT_MALFORMED;
    do
        if (!span_u8(&jpeg->rest, marker))
            return RESULT_TRUNCATED;
    while (*marker == 0xFF);
    if (*marker == JPEG_EOI)
        return RESULT_OK;
    if (*marker == 0 || *marker == JPEG_TEM || (*marker >= JPEG_RST0 && *marker <= JPEG_SOI))
        return RESULT_MALFORMED; /* stands alone, and not here */
    if (!span_u16(&jpeg->rest, &len) || len < 2 || !span_take(&jpeg->rest, (size_t)len - 2, &content))
        return RESULT_TRUNCATED;
    take_segment(jpeg, *marker, content);
    if (*marker == JPEG_SOS)
        take_scan(jpeg);
    return RESULT_OK;
}

static enum result clean_jpeg(struct span *out, struct arena *arena, struct span file) {
    static const uint8_t begin[] = {0xFF, JPEG_SOI}, end[] = {0xFF, JPEG_EOI};
    struct jpeg jpeg = {.rest = span_of(file.data + sizeof begin, file.len - sizeof begin)};
    uint8_t marker;
    TRY(make_room(&jpeg.out, arena, file.len));
    buf_put(&jpeg.out, begin, sizeof begin);
    do
        TRY(take_marker(&jpeg, &marker));
    while (marker != JPEG_EOI); /* what hangs behind the end is left out */
    if (!jpeg.has_frame || !jpeg.has_scan)
        return RESULT_MALFORMED;
    buf_put(&jpeg.out, end, sizeof end);
    *out = buf_span(&jpeg.out);
    return jpeg.out.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* ---- PNG: W3C, third edition ---- */

enum { PNG_SIGNATURE_SIZE = 8, PNG_NAME_SIZE = 4, PNG_CHECKSUM_SIZE = 4 };

/* What a decoder needs or what changes how the picture looks; frames of moving pictures too. */
static bool is_png_part(const uint8_t *name) {
    static const char names[][PNG_NAME_SIZE + 1] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA",
                                                    "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD",
                                                    "hIST", "pHYs", "acTL", "fcTL", "fdAT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (memcmp(names[i], name, PNG_NAME_SIZE) == 0)
            return true;
    return false;
}

/* One that a decoder may not pass over: its name begins with a capital. */
static bool is_critical(const uint8_t *name) {
    return (name[0] & 0x20) == 0;
}

static enum result take_chunk(struct span *rest, struct buf *out, const uint8_t **name) {
    struct span chunk = *rest, length = *rest;
    uint32_t len;
    if (!span_u32(&length, &len) || len > INT32_MAX ||
        !span_take(rest, 4 + PNG_NAME_SIZE + (size_t)len + PNG_CHECKSUM_SIZE, &chunk))
        return RESULT_TRUNCATED;
    *name = chunk.data + 4;
    if (is_png_part(*name))
        buf_put_span(out, chunk);
    else if (is_critical(*name))
        return RESULT_MALFORMED;
    return RESULT_OK;
}

static enum result clean_png(struct span *out, struct arena *arena, struct span file) {
    struct span rest = span_of(file.data + PNG_SIGNATURE_SIZE, file.len - PNG_SIGNATURE_SIZE);
    struct buf whole;
    const uint8_t *name;
    TRY(make_room(&whole, arena, file.len));
    buf_put(&whole, file.data, PNG_SIGNATURE_SIZE);
    TRY(take_chunk(&rest, &whole, &name));
    if (memcmp(name, "IHDR", PNG_NAME_SIZE) != 0)
        return RESULT_MALFORMED;
    while (memcmp(name, "IEND", PNG_NAME_SIZE) != 0)
        TRY(take_chunk(&rest, &whole, &name));
    *out = buf_span(&whole);
    return whole.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result picture_clean(struct span *out, struct arena *arena, enum picture_kind kind, struct span file) {
    assert(picture_can_clean(kind));
    switch (kind) {
    case PICTURE_JPEG:
        return clean_jpeg(out, arena, file);
    case PICTURE_PNG:
        return clean_png(out, arena, file);
    default:
        *out = file;
        return RESULT_OK;
    }
}
