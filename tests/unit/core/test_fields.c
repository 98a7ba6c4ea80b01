/* The dictionary against alert.proto, and the order of the slots. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "alert.pb-c.h"
#include "core/fields.h"

static const ProtobufCFieldDescriptor *group_of(const struct field *field) {
    return protobuf_c_message_descriptor_get_field_by_name(&alert__descriptor, field->group);
}

static const ProtobufCFieldDescriptor *member_of(const struct field *field) {
    return protobuf_c_message_descriptor_get_field_by_name(group_of(field)->descriptor, field->name);
}

START_TEST(every_field_is_in_alert_proto) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        ck_assert_msg(group_of(field) && member_of(field), "%s is not in alert.proto", field->path);
        ck_assert_msg(field->group_repeats == (group_of(field)->label == PROTOBUF_C_LABEL_REPEATED), "%s", field->path);
        ck_assert_msg(field->repeats == (member_of(field)->label == PROTOBUF_C_LABEL_REPEATED), "%s", field->path);
    }
}
END_TEST

START_TEST(every_member_of_alert_proto_is_a_field) {
    char path[128];
    for (unsigned i = 0; i < alert__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *group = &alert__descriptor.fields[i];
        const ProtobufCMessageDescriptor *message = group->descriptor;
        for (unsigned j = 0; j < message->n_fields; j++) {
            snprintf(path, sizeof path, "%s.%s", group->name, message->fields[j].name);
            ck_assert_msg(field_find(path) != NULL, "%s is not in fields.c", path);
        }
    }
}
END_TEST

START_TEST(types_fit_alert_proto) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        ProtobufCType expected = field->type == FIELD_NUMBER ? PROTOBUF_C_TYPE_UINT32
                                 : field->type == FIELD_FLAG ? PROTOBUF_C_TYPE_BOOL
                                                             : PROTOBUF_C_TYPE_STRING;
        ck_assert_msg(member_of(field)->type == expected, "%s", field->path);
        ck_assert_msg((field->type == FIELD_CODE) == (field->list != CODES_NONE), "%s", field->path);
        ck_assert_msg(!field->repeats || expected == PROTOBUF_C_TYPE_STRING, "%s", field->path);
    }
}
END_TEST

START_TEST(alert_has_one_depth) {
    for (unsigned i = 0; i < alert__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *group = &alert__descriptor.fields[i];
        ck_assert_int_eq(group->type, PROTOBUF_C_TYPE_MESSAGE);
        const ProtobufCMessageDescriptor *message = group->descriptor;
        for (unsigned j = 0; j < message->n_fields; j++)
            ck_assert_int_ne(message->fields[j].type, PROTOBUF_C_TYPE_MESSAGE);
    }
}
END_TEST

START_TEST(a_row_says_who_it_is) {
    size_t count = 0;
    char path[128];
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        count++;
        ck_assert_uint_eq(field->slot, slot);
        snprintf(path, sizeof path, "%s.%s", field->group, field->name);
        ck_assert_str_eq(field->path, path);
        ck_assert_ptr_eq(field_find(path), field);
        ck_assert_msg(field->label && *field->label, "%s", path);
    }
    ck_assert_uint_eq(field_count(), count);
    ck_assert_ptr_null(field_at(FIELD_SLOTS));
    ck_assert_ptr_null(field_find("specimens"));
    ck_assert_ptr_null(field_find(""));
}
END_TEST

START_TEST(a_companion_is_in_the_same_group) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field || !field->with)
            continue;
        const struct field *with = field_find(field->with);
        ck_assert_msg(with && with != field && strcmp(with->group, field->group) == 0, "%s", field->path);
    }
}
END_TEST

START_TEST(a_field_lies_in_the_block_of_its_class) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        struct field_set block = field_set_of_class(field->class);
        ck_assert_msg(field_set_has(&block, slot), "%s", field->path);
    }
}
END_TEST

START_TEST(the_blocks_share_out_all_slots_in_order) {
    size_t next = 0;
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        struct field_set block = field_set_of_class((enum field_class)i);
        ck_assert_msg(next % 4 == 0, "%s is not aligned", field_class_name((enum field_class)i));
        ck_assert(field_set_has(&block, next));
        for (size_t slot = 0; slot < next; slot++)
            ck_assert(!field_set_has(&block, slot));
        while (next < FIELD_SLOTS && field_set_has(&block, next))
            next++;
        for (size_t slot = next; slot < FIELD_SLOTS; slot++)
            ck_assert(!field_set_has(&block, slot));
    }
    ck_assert_uint_eq(next, FIELD_SLOTS);
}
END_TEST

START_TEST(a_withheld_class_is_at_most_three_hashes) {
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        struct field_set block = field_set_of_class((enum field_class)i);
        size_t subtrees = 0;
        for (size_t slot = 0; slot < FIELD_SLOTS;) {
            size_t size = 1;
            if (!field_set_has(&block, slot)) {
                slot++;
                continue;
            }
            while (slot % (2 * size) == 0 && slot + 2 * size <= FIELD_SLOTS &&
                   field_set_has(&block, slot + 2 * size - 1))
                size *= 2;
            subtrees++;
            slot += size;
        }
        ck_assert_msg(subtrees <= 3, "%s takes %zu", field_class_name((enum field_class)i), subtrees);
    }
}
END_TEST

START_TEST(classes_are_found_by_name) {
    enum field_class class;
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        ck_assert(field_class_find(&class, field_class_name((enum field_class)i)));
        ck_assert_uint_eq(class, i);
    }
    ck_assert(!field_class_find(&class, "everything"));
}
END_TEST

START_TEST(the_illegal_trade_report_has_its_columns) {
    static const char *const columns[] = {"Identification no.",
                                          "Species",
                                          "Description of specimen",
                                          "Quantity",
                                          "Unit",
                                          "Location of incident",
                                          "Detecting agency",
                                          "Date of seizure",
                                          "Reason for seizure",
                                          "Mode of transport",
                                          "Method of detection",
                                          "Method of concealment",
                                          "Alleged country of origin",
                                          "Country(ies) of transit",
                                          "Alleged final destination",
                                          "Estimated value in country (amount and currency)",
                                          "Nationality of offenders",
                                          "Law under which charges were brought",
                                          "Sanction",
                                          "Disposal of confiscated specimens",
                                          "Additional information"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        bool found = false;
        for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
            found |= field_at(slot) && field_at(slot)->aitr && strstr(field_at(slot)->aitr, columns[i]);
        ck_assert_msg(found, "%s", columns[i]);
    }
}
END_TEST

START_TEST(sets_do_what_sets_do) {
    struct field_set some = {{0}}, other = {{0}}, all = field_set_all();
    ck_assert(field_set_is_empty(&some));
    field_set_add(&some, 0);
    field_set_add(&some, 64);
    field_set_add(&some, 255);
    field_set_add(&other, 64);
    ck_assert(field_set_has(&some, 255) && !field_set_has(&some, 254));
    struct field_set both = field_set_and(some, other);
    ck_assert(field_set_has(&both, 64) && !field_set_has(&both, 0));
    struct field_set rest = field_set_minus(some, other);
    ck_assert(!field_set_has(&rest, 64) && field_set_has(&rest, 0));
    struct field_set either = field_set_or(rest, other);
    ck_assert_mem_eq(&either, &some, sizeof some);
    field_set_remove(&some, 64);
    ck_assert_mem_eq(&rest, &some, sizeof some);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        ck_assert(field_set_has(&all, slot));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("fields");
    TCase *schema = tcase_create("schema");
    tcase_add_test(schema, every_field_is_in_alert_proto);
    tcase_add_test(schema, every_member_of_alert_proto_is_a_field);
    tcase_add_test(schema, types_fit_alert_proto);
    tcase_add_test(schema, alert_has_one_depth);
    suite_add_tcase(suite, schema);

    TCase *rows = tcase_create("rows");
    tcase_add_test(rows, a_row_says_who_it_is);
    tcase_add_test(rows, a_companion_is_in_the_same_group);
    tcase_add_test(rows, the_illegal_trade_report_has_its_columns);
    suite_add_tcase(suite, rows);

    TCase *classes = tcase_create("classes");
    tcase_add_test(classes, a_field_lies_in_the_block_of_its_class);
    tcase_add_test(classes, the_blocks_share_out_all_slots_in_order);
    tcase_add_test(classes, a_withheld_class_is_at_most_three_hashes);
    tcase_add_test(classes, classes_are_found_by_name);
    suite_add_tcase(suite, classes);

    TCase *sets = tcase_create("sets");
    tcase_add_test(sets, sets_do_what_sets_do);
    suite_add_tcase(suite, sets);
    return suite;
}
