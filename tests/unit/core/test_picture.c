/* What is written into a picture beside the picture is gone, the picture is not, and nobody is told otherwise. */
#include "core/picture.h"

#include <check.h>
#include <string.h>

static struct arena arena;
static struct buf file;

static void set_up(void) {
    arena_init(&arena, (size_t)8 << 20);
    buf_init(&file, &arena);
}

static void tear_down(void) {
    arena_release(&arena);
}

static bool contains(struct span bytes, const char *text) {
    return memmem(bytes.data, bytes.len, text, strlen(text)) != NULL;
}

static struct span cleaned(enum picture_kind kind) {
    struct span out;
    ck_assert_int_eq(picture_kind(buf_span(&file)), kind);
    ck_assert_int_eq(picture_clean(&out, &arena, kind, buf_span(&file)), RESULT_OK);
    ck_assert_uint_le(out.len, file.len);
    return out;
}

static enum result result_of(enum picture_kind kind) {
    struct span out;
    return picture_clean(&out, &arena, kind, buf_span(&file));
}

/* ---- JPEG ---- */

static void put_text(const char *text) {
    buf_put(&file, text, strlen(text));
}

static void segment(uint8_t marker, const void *content, size_t len) {
    buf_put_u8(&file, 0xFF);
    buf_put_u8(&file, marker);
    buf_put_u8(&file, (uint8_t)((len + 2) >> 8));
    buf_put_u8(&file, (uint8_t)(len + 2));
    buf_put(&file, content, len);
}

#define SEGMENT(marker, text) segment(marker, text, sizeof(text) - 1)

static void begin_jpeg(void) {
    buf_put(&file, "\xFF\xD8", 2);
    SEGMENT(0xE0, "JFIF\0\1\1\0\0\1\0\1\1\1tnl"); /* with a thumbnail of one point */
}

/* Tables, a frame, a scan with a stuffed byte and a restart, and the end. */
static void end_jpeg(void) {
    SEGMENT(0xDB, "quantisation");
    SEGMENT(0xC0, "frame");
    SEGMENT(0xC4, "huffman");
    SEGMENT(0xDA, "scan");
    buf_put(&file, "picture\xFF\x00more\xFF\xD0still", 20);
    buf_put(&file, "\xFF\xD9", 2);
}

/* Exif with an orientation and a GPS text, in either byte order. */
static void put_exif(bool big, uint8_t orientation) {
    static const char big_head[] = "Exif\0\0MM\0*\0\0\0\10\0\2\1\17\0\2\0\0\0\1A\0\0\0\1\22\0\3\0\0\0\1\0";
    static const char little_head[] = "Exif\0\0II*\0\10\0\0\0\2\0\17\1\2\0\1\0\0\0A\0\0\0\22\1\3\0\1\0\0\0";
    char content[120] = {0};
    size_t len = big ? sizeof big_head - 1 : sizeof little_head - 1;
    memcpy(content, big ? big_head : little_head, len);
    content[len] = (char)orientation;
    memcpy(content + len + 8, "GPS 0.1234 north", 16);
    segment(0xE1, content, len + 30);
}

START_TEST(a_jpeg_loses_all_that_is_not_the_picture) {
    begin_jpeg();
    put_exif(true, 1);
    SEGMENT(0xE1, "http://ns.adobe.com/xap/1.0/\0<xmp>Officer 114</xmp>");
    SEGMENT(0xED, "Photoshop 3.0\0IPTC byline");
    SEGMENT(0xE2, "MPF\0a second picture");
    SEGMENT(0xE5, "a maker's own");
    SEGMENT(0xFE, "a comment");
    SEGMENT(0xE2, "ICC_PROFILE\0\1\1colours");
    SEGMENT(0xEE, "Adobe\0d\0\0\0\0\1 and more");
    end_jpeg();
    put_text("a film behind the end");
    struct span out = cleaned(PICTURE_JPEG);
    static const char *const gone[] = {"Exif",  "GPS",     "Officer", "IPTC", "MPF",
                                       "maker", "comment", "film",    "tnl",  "more "};
    static const char *const kept[] = {"ICC_PROFILE", "colours", "Adobe",   "quantisation", "frame",
                                       "huffman",     "scan",    "picture", "still",        "JFIF"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        ck_assert_msg(!contains(out, gone[i]), "%s", gone[i]);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        ck_assert_msg(contains(out, kept[i]), "%s", kept[i]);
    ck_assert_mem_eq(out.data + out.len - 2, "\xFF\xD9", 2);
}
END_TEST

START_TEST(cleaning_twice_changes_nothing_more) {
    begin_jpeg();
    put_exif(false, 6);
    SEGMENT(0xFE, "a comment");
    end_jpeg();
    struct span once = cleaned(PICTURE_JPEG), twice;
    ck_assert_int_eq(picture_clean(&twice, &arena, PICTURE_JPEG, once), RESULT_OK);
    ck_assert(span_equal(once, twice));
}
END_TEST

START_TEST(which_way_is_up_stays_and_nothing_else_of_exif) {
    static const char block[] = "\xFF\xE1\0\42Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0";
    for (int big = 0; big < 2; big++)
        for (uint8_t orientation = 0; orientation < 12; orientation++) {
            buf_init(&file, &arena);
            begin_jpeg();
            put_exif(big, orientation);
            put_exif(big, 3); /* a second one is no use to anybody */
            end_jpeg();
            struct span out = cleaned(PICTURE_JPEG);
            const uint8_t *at = memmem(out.data, out.len, block, sizeof block - 1);
            ck_assert(!contains(out, "GPS"));
            ck_assert_int_eq(at != NULL, orientation > 1 && orientation <= 8);
            if (at)
                ck_assert_uint_eq(at[sizeof block - 1], orientation);
        }
}
END_TEST

START_TEST(a_jpeg_of_several_scans_stays_whole) {
    begin_jpeg();
    SEGMENT(0xC2, "progressive frame");
    SEGMENT(0xDA, "scan one");
    put_text("first");
    SEGMENT(0xC4, "tables between");
    SEGMENT(0xFE, "a comment between");
    SEGMENT(0xDA, "scan two");
    put_text("second");
    buf_put(&file, "\xFF\xFF\xFF\xD9", 4); /* filled up */
    struct span out = cleaned(PICTURE_JPEG);
    ck_assert(contains(out, "first") && contains(out, "tables between") && contains(out, "second"));
    ck_assert(!contains(out, "comment"));
}
END_TEST

START_TEST(an_exif_block_that_points_anywhere_is_no_harm) {
    for (unsigned byte = 0; byte < 60; byte++)
        for (unsigned value = 0; value < 256; value += 51) {
            buf_init(&file, &arena);
            begin_jpeg();
            size_t at = file.len + 4;
            put_exif(byte % 2, 6);
            file.data[at + byte % 50] = (uint8_t)value;
            end_jpeg();
            ck_assert(!contains(cleaned(PICTURE_JPEG), "GPS"));
        }
}
END_TEST

START_TEST(a_jpeg_that_is_cut_anywhere_is_refused) {
    begin_jpeg();
    put_exif(true, 6);
    end_jpeg();
    size_t whole = file.len;
    for (file.len = 3; file.len < whole; file.len++)
        ck_assert_int_ne(result_of(PICTURE_JPEG), RESULT_OK);
    ck_assert_int_eq(result_of(PICTURE_JPEG), RESULT_OK);
}
END_TEST

START_TEST(a_jpeg_without_a_picture_is_refused) {
    begin_jpeg();
    buf_put(&file, "\xFF\xD9", 2);
    ck_assert_int_eq(result_of(PICTURE_JPEG), RESULT_MALFORMED);
    buf_init(&file, &arena);
    begin_jpeg();
    put_text("not a marker");
    ck_assert_int_eq(result_of(PICTURE_JPEG), RESULT_MALFORMED);
    buf_init(&file, &arena);
    begin_jpeg();
    buf_put(&file, "\xFF\xE1\0\1", 4); /* shorter than its own length */
    ck_assert_int_eq(result_of(PICTURE_JPEG), RESULT_TRUNCATED);
}
END_TEST

/* ---- PNG ---- */

static void chunk(const char *name, const char *content) {
    buf_put_u32(&file, (uint32_t)strlen(content));
    put_text(name);
    put_text(content);
    put_text("sum!");
}

static void begin_png(void) {
    buf_put(&file, "\x89PNG\r\n\x1A\n", 8);
    chunk("IHDR", "header");
}

START_TEST(a_png_keeps_only_what_it_shows) {
    begin_png();
    chunk("iCCP", "profile");
    chunk("eXIf", "MM GPS");
    chunk("tEXt", "Author Officer");
    chunk("zTXt", "packed");
    chunk("iTXt", "xmp");
    chunk("tIME", "yesterday");
    chunk("caBX", "provenance");
    chunk("prVt", "private");
    chunk("IDAT", "picture");
    chunk("IEND", "");
    put_text("behind the end");
    struct span out = cleaned(PICTURE_PNG);
    static const char *const gone[] = {"eXIf", "GPS",  "tEXt", "Officer", "zTXt",
                                       "iTXt", "tIME", "caBX", "prVt",    "behind"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        ck_assert_msg(!contains(out, gone[i]), "%s", gone[i]);
    ck_assert(contains(out, "header") && contains(out, "profile") && contains(out, "picture") && contains(out, "IEND"));
}
END_TEST

START_TEST(a_png_that_cannot_be_read_is_refused) {
    begin_png();
    chunk("NEWx", "a part that nobody may pass over");
    chunk("IEND", "");
    ck_assert_int_eq(result_of(PICTURE_PNG), RESULT_MALFORMED);
    buf_init(&file, &arena);
    buf_put(&file, "\x89PNG\r\n\x1A\n", 8);
    chunk("IDAT", "no header");
    ck_assert_int_eq(result_of(PICTURE_PNG), RESULT_MALFORMED);
    buf_init(&file, &arena);
    begin_png();
    chunk("IDAT", "picture");
    chunk("IEND", "");
    size_t whole = file.len;
    for (file.len = 8; file.len < whole; file.len++)
        ck_assert_int_eq(result_of(PICTURE_PNG), RESULT_TRUNCATED);
    buf_init(&file, &arena);
    begin_png();
    buf_put(&file, "\xFF\xFF\xFF\xFFIDAT", 8);
    ck_assert_int_eq(result_of(PICTURE_PNG), RESULT_TRUNCATED);
}
END_TEST

/* ---- everything else ---- */

START_TEST(what_cannot_be_cleaned_is_told_apart) {
    static const struct {
        const char *bytes;
        size_t len;
        const char *type;
        bool can;
    } rows[] = {
        {"\xFF\xD8\xFF\xE0", 4, "image/jpeg", true},
        {"\x89PNG\r\n\x1A\n", 8, "image/png", true},
        {"Permis n\xC2\xB0 12\r\n\tligne", 20, "text/plain", true},
        {"\xEF\xBB\xBFtext", 7, "text/plain", true},
        {"<svg><metadata>", 15, "application/octet-stream", false},
        {"\xEF\xBB\xBF \n<?xml", 10, "application/octet-stream", false},
        {"{\\rtf1 {\\author", 15, "application/octet-stream", false},
        {"%!PS-Adobe", 10, "application/octet-stream", false},
        {"caf\xE9", 4, "application/octet-stream", false},
        {"a\0b", 3, "application/octet-stream", false},
        {"\x1B[31m", 5, "application/octet-stream", false},
        {"%PDF-1.7", 8, "application/pdf", false},
        {"II*\0", 4, "image/tiff", false},
        {"MM\0*", 4, "image/tiff", false},
        {"RIFF\1\2\3\4WEBPVP8X", 16, "image/webp", false},
        {"GIF89a", 6, "image/gif", false},
        {"\0\0\0\x18"
         "ftypheic",
         12, "image/heif", false},
        {"PK\3\4", 4, "application/zip", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum picture_kind kind = picture_kind(span_of(rows[i].bytes, rows[i].len));
        ck_assert_str_eq(picture_media_type(kind), rows[i].type);
        ck_assert_int_eq(picture_can_clean(kind), rows[i].can);
    }
}
END_TEST

START_TEST(plain_text_stays_as_it_is) {
    struct span out;
    put_text("Bordereau 12\n");
    ck_assert_int_eq(picture_clean(&out, &arena, PICTURE_TEXT, buf_span(&file)), RESULT_OK);
    ck_assert(span_equal(out, buf_span(&file)));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("picture");
    TCase *tcase = tcase_create("picture");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_jpeg_loses_all_that_is_not_the_picture);
    tcase_add_test(tcase, cleaning_twice_changes_nothing_more);
    tcase_add_test(tcase, which_way_is_up_stays_and_nothing_else_of_exif);
    tcase_add_test(tcase, a_jpeg_of_several_scans_stays_whole);
    tcase_add_test(tcase, an_exif_block_that_points_anywhere_is_no_harm);
    tcase_add_test(tcase, a_jpeg_that_is_cut_anywhere_is_refused);
    tcase_add_test(tcase, a_jpeg_without_a_picture_is_refused);
    tcase_add_test(tcase, a_png_keeps_only_what_it_shows);
    tcase_add_test(tcase, a_png_that_cannot_be_read_is_refused);
    tcase_add_test(tcase, what_cannot_be_cleaned_is_told_apart);
    tcase_add_test(tcase, plain_text_stays_as_it_is);
    suite_add_tcase(suite, tcase);
    return suite;
}
